package headrace.operators;

import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.functions.TableSemantics;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.inference.CallContext;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.LogicalTypeFamily;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.table.types.logical.utils.LogicalTypeChecks;
import org.apache.flink.table.types.utils.TypeConversions;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** One call of {@code rolling} in a query: its arguments, read and checked. */
final class Call implements Serializable {

    static final int INPUT = 0;
    static final int AGGREGATES = 1;
    static final int WINDOWS = 2;
    static final int DELAY = 3;
    static final int PREFIX = 4;
    static final int TIES = 5;

    private static final int TIME_PRECISION = 3;
    private static final Map<String, String> EXAMPLES =
            Map.of(
                    "aggregates", "'count, avg(amount)'",
                    "windows", "'1d, 7d, 30d'",
                    "delay", "'7d'",
                    "prefix", "'user_'",
                    "ties", "'payment_id' or 'kind, payment_id'");
    private static final Pattern AGGREGATE = Pattern.compile("(\\w+)\\s*(?:\\(\\s*(.*?)\\s*\\))?");

    /** An aggregate of a column. */
    static final class Measure implements Serializable {
        final Aggregate aggregate;
        final int column;

        Measure(Aggregate aggregate, int column) {
            this.aggregate = aggregate;
            this.column = column;
        }
    }

    final RowType table;

    /** Whether Flink hands the rows over in the order of time. */
    final boolean ordered;

    /** The columns that order rows of the same time. */
    final List<String> ties;

    final List<Column> columns = new ArrayList<>();
    final List<Measure> measures = new ArrayList<>();
    final List<Window> windows;
    final int[] shortestFirst;
    final long delay;

    /** The longest time that a row is looked at. */
    final long span;

    private final int[] keys;
    private final int timePosition;
    private final String prefix;

    Call(CallContext context) {
        final TableSemantics input = context.getTableSemantics(INPUT).orElseThrow(IllegalStateException::new);
        this.table = (RowType) input.dataType().getLogicalType();
        this.keys = input.partitionByColumns();
        columns.add(Column.rows());
        this.timePosition = rowtime();
        this.ordered = input.orderByColumns().length > 0;
        this.ties =
                context.isArgumentNull(TIES)
                        ? List.of()
                        : split("ties", literal(context, "ties", TIES)).collect(Collectors.toList());
        this.windows =
                split("windows", literal(context, "windows", WINDOWS))
                        .map(text -> Window.parse("windows", text).checkNotEmpty())
                        .collect(Collectors.toList());
        this.shortestFirst = shortestFirst();
        split("aggregates", literal(context, "aggregates", AGGREGATES)).forEach(this::measure);
        this.delay = Window.parse("delay", optional(context, "delay", DELAY, "0s")).millis;
        this.span = delay + windows.stream().mapToLong(window -> window.millis).max().orElse(0L);
        this.prefix = optional(context, "prefix", PREFIX, "");
        tieOrder();
    }

    private int[] shortestFirst() {
        return IntStream.range(0, windows.size())
                .boxed()
                .sorted(Comparator.comparingLong(window -> windows.get(window).millis))
                .mapToInt(Integer::intValue)
                .toArray();
    }

    /** Puts the aggregates of one window where {@link #outputType} has them. */
    void results(int window, long now, Partial[] partials, Object[] results) {
        int position = window * measures.size();
        for (Measure measure : measures) {
            final Column column = columns.get(measure.column);
            results[position++] = measure.aggregate.of(column, partials[measure.column], now);
        }
    }

    long time(RowData row) {
        return row.getTimestamp(timePosition, TIME_PRECISION).getMillisecond();
    }

    /** The columns that Flink does not put around the output by itself: neither keys nor time. */
    int[] passedPositions() {
        return IntStream.range(0, table.getFieldCount())
                .filter(i -> i != timePosition && Arrays.stream(keys).noneMatch(key -> key == i))
                .toArray();
    }

    /** Orders rows of the same time by the columns of {@code ties}; without them they stay as they arrived. */
    Comparator<RowData> tieOrder() {
        return ties.stream().map(this::order).reduce((left, right) -> 0, Comparator::thenComparing);
    }

    private Comparator<RowData> order(String column) {
        final RowData.FieldGetter value = RowData.createFieldGetter(tieType(column), table.getFieldIndex(column));
        return (left, right) -> compare(value.getFieldOrNull(left), value.getFieldOrNull(right));
    }

    /** NULL comes first. */
    @SuppressWarnings("unchecked")
    private static int compare(Object left, Object right) {
        if (left == null || right == null) {
            return Boolean.compare(left != null, right != null);
        }
        return ((Comparable<Object>) left).compareTo(right);
    }

    private LogicalType tieType(String column) {
        final int position = table.getFieldIndex(column);
        if (position < 0) {
            throw new InvalidCall("ties: %s", Column.missing(column, table));
        }
        final LogicalType type = table.getTypeAt(position);
        if (!type.isAnyOf(LogicalTypeFamily.PREDEFINED) || type.isAnyOf(LogicalTypeFamily.BINARY_STRING)) {
            throw new InvalidCall("ties: column '%s' is %s, which has no order.", column, type.asSummaryString());
        }
        return type;
    }

    /** The columns that are passed on, then the derived ones. */
    DataType outputType() {
        final List<DataTypes.Field> fields = new ArrayList<>();
        for (int position : passedPositions()) {
            final RowType.RowField field = table.getFields().get(position);
            fields.add(DataTypes.FIELD(field.getName(), TypeConversions.fromLogicalToDataType(field.getType())));
        }
        fields.addAll(DataType.getFields(derivedType()));
        return DataTypes.ROW(fields);
    }

    /** Derived columns: window by window, in each the aggregates in the order of the call. */
    private DataType derivedType() {
        final List<DataTypes.Field> fields = new ArrayList<>();
        final Set<String> names = new HashSet<>(table.getFieldNames());
        for (Window window : windows) {
            for (Measure measure : measures) {
                final Column column = columns.get(measure.column);
                final String name = outputName(column, measure.aggregate, window);
                if (!names.add(name)) {
                    throw new InvalidCall(
                            "there would be two columns '%s'. Give a prefix => '…', or ask for it once.", name);
                }
                fields.add(DataTypes.FIELD(name, measure.aggregate.outputType(column)));
            }
        }
        return DataTypes.ROW(fields);
    }

    Kind[] kinds() {
        return columns.stream().map(column -> column.kind).toArray(Kind[]::new);
    }

    Partial[] newPartials() {
        return IntStream.range(0, columns.size())
                .mapToObj(c -> new Partial(columns.get(c).kind, parts(c)))
                .toArray(Partial[]::new);
    }

    /** The columns whose different values are counted. */
    int[] distinctColumns() {
        return IntStream.range(0, columns.size()).filter(c -> (parts(c) & Partial.VALUES) != 0).toArray();
    }

    /**
     * Whether a row is to be kept of which no aggregated column has a value: where rows themselves are counted, and where
     * different values are, whose counts move on with the newest row.
     */
    boolean needsEveryRow() {
        return measures.stream().anyMatch(measure -> columns.get(measure.column).kind == Kind.ROWS)
                || distinctColumns().length > 0;
    }

    /** Changes with everything that decides how sums are stored; rows are stored in the same way always. */
    int layout() {
        final int[] parts = IntStream.range(0, columns.size()).map(this::parts).toArray();
        final long[] lengths = windows.stream().mapToLong(window -> window.millis).toArray();
        final int[] ids = columns.stream().mapToInt(Column::id).toArray();
        return Arrays.hashCode(
                new int[] {Arrays.hashCode(ids), Arrays.hashCode(parts), Arrays.hashCode(lengths), Long.hashCode(delay)});
    }

    /** What is kept of a column, as flags of {@link Partial}. */
    private int parts(int column) {
        return measures.stream()
                .filter(measure -> measure.column == column)
                .mapToInt(measure -> measure.aggregate.parts())
                .reduce(0, (left, right) -> left | right);
    }

    private String outputName(Column column, Aggregate aggregate, Window window) {
        final String of = column.kind == Kind.ROWS ? "" : column.name + "_";
        return prefix + of + aggregate.sqlName() + "_" + window.name;
    }

    private void measure(String text) {
        final Matcher matcher = AGGREGATE.matcher(text);
        if (!matcher.matches()) {
            throw new InvalidCall("aggregates: '%s' is not of the form count or avg(amount).", text);
        }
        final Aggregate aggregate = Aggregate.parse(matcher.group(1));
        final Column column = column(aggregate, matcher.group(2));
        measures.add(new Measure(aggregate, keep(column)));
    }

    private Column column(Aggregate aggregate, String name) {
        if (name == null || name.equals("*")) {
            if (!aggregate.ofRows()) {
                throw new InvalidCall("aggregates: %1$s needs a column: %1$s(amount).", aggregate.sqlName());
            }
            return Column.rows();
        }
        final Column column = Column.named(name, table);
        aggregate.check(column);
        return column;
    }

    private int keep(Column column) {
        for (int i = 0; i < columns.size(); i++) {
            if (columns.get(i).name.equals(column.name)) {
                return i;
            }
        }
        columns.add(column);
        return columns.size() - 1;
    }

    private int rowtime() {
        final int[] positions =
                IntStream.range(0, table.getFieldCount())
                        .filter(i -> LogicalTypeChecks.isRowtimeAttribute(table.getTypeAt(i)))
                        .toArray();
        if (positions.length != 1) {
            throw new InvalidCall(
                    "input: exactly one column with a watermark is needed, found %s in %s. Declare WATERMARK FOR the"
                            + " event time, and pass that column on unchanged.",
                    positions.length == 0
                            ? "none"
                            : Arrays.stream(positions)
                                    .mapToObj(table.getFieldNames()::get)
                                    .collect(Collectors.joining(" and ")),
                    String.join(", ", table.getFieldNames()));
        }
        return positions[0];
    }

    private static String literal(CallContext context, String argument, int position) {
        return context.getArgumentValue(position, String.class)
                .orElseThrow(() -> new InvalidCall("%s: a literal is needed, such as %s.", argument, EXAMPLES.get(argument)));
    }

    private static String optional(CallContext context, String argument, int position, String otherwise) {
        return context.isArgumentNull(position) ? otherwise : literal(context, argument, position);
    }

    private static Stream<String> split(String argument, String text) {
        if (text.isBlank()) {
            throw new InvalidCall("%s: the list is empty.", argument);
        }
        return Arrays.stream(text.split(",")).map(String::trim);
    }
}
