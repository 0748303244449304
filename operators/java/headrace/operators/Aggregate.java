package headrace.operators;

import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.types.DataType;

import java.util.Arrays;
import java.util.stream.Collectors;

/** What can be asked of a window. NULL values never contribute. */
enum Aggregate {
    COUNT,
    SUM,
    AVG,
    MIN,
    MAX,
    STDDEV,
    DISTINCT,
    LAST,
    SINCE_LAST;

    static Aggregate parse(String text) {
        return Arrays.stream(values())
                .filter(aggregate -> aggregate.sqlName().equalsIgnoreCase(text))
                .findFirst()
                .orElseThrow(
                        () ->
                                new InvalidCall(
                                        "aggregates: '%s' is not known. Allowed are %s of a column, and %s or %s"
                                                + " alone, which concern rows.",
                                        text, names(), COUNT.sqlName(), SINCE_LAST.sqlName()));
    }

    String sqlName() {
        return name().toLowerCase();
    }

    boolean ofRows() {
        return this == COUNT || this == SINCE_LAST;
    }

    /** Refuses columns that this aggregate can not be taken of. */
    void check(Column column) {
        final boolean allowed =
                ofRows()
                        || this == DISTINCT
                        || column.kind.isNumber()
                        || (this == LAST && column.kind == Kind.BOOLEAN);
        if (!allowed) {
            throw new InvalidCall(
                    "aggregates: %s(%s) needs a number, the column is %s. Of such columns count, distinct and"
                            + " since_last are allowed.",
                    sqlName(), column.name, column.type.asSummaryString());
        }
    }

    DataType outputType(Column column) {
        switch (this) {
            case COUNT:
            case DISTINCT:
                return DataTypes.BIGINT().notNull();
            case SINCE_LAST:
                return DataTypes.BIGINT();
            case AVG:
            case STDDEV:
                return DataTypes.DOUBLE();
            case SUM:
                return column.kind.sumType(column.type);
            default:
                return column.outputType();
        }
    }

    /** The parts of a {@link Partial} that this aggregate is made of. */
    int parts() {
        switch (this) {
            case SUM:
            case AVG:
                return Partial.SUM;
            case STDDEV:
                return Partial.SUM | Partial.SQUARES;
            case MIN:
            case MAX:
                return Partial.EXTREMES;
            case LAST:
            case SINCE_LAST:
                return Partial.LAST;
            case DISTINCT:
                return Partial.VALUES;
            default:
                return 0;
        }
    }

    /** The SQL value of this aggregate for a row at {@code now}; null for SQL's NULL. */
    Object of(Column column, Partial partial, long now) {
        switch (this) {
            case COUNT:
                return partial.count;
            case DISTINCT:
                return partial.distinct();
            case SINCE_LAST:
                return partial.since(now);
            case STDDEV:
                return partial.count < 2 ? null : column.stddev(partial);
            default:
                return partial.count == 0L ? null : ofValues(column, partial);
        }
    }

    private Object ofValues(Column column, Partial partial) {
        switch (this) {
            case SUM:
                return column.sum(partial.sum);
            case AVG:
                return column.sumAsDouble(partial.sum) / partial.count;
            case MIN:
                return column.value(partial.min);
            case MAX:
                return column.value(partial.max);
            default:
                return column.value(partial.last);
        }
    }

    private static String names() {
        return Arrays.stream(values()).map(Aggregate::sqlName).collect(Collectors.joining(", "));
    }
}
