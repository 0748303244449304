package headrace.operators;

import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.api.ValidationException;
import org.apache.flink.table.functions.TableSemantics;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.inference.CallContext;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.LogicalTypeRoot;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.table.types.logical.utils.LogicalTypeParser;
import org.apache.flink.table.types.utils.TypeConversions;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** One call of {@code json_fields} in a query: its arguments, read and checked. */
final class JsonCall implements Serializable {

    private static final int INPUT = 0;
    private static final int PAYLOAD = 1;
    private static final int FIELDS = 2;
    private static final int PREFIX = 3;
    private static final String IS_OBJECT = "is_object";
    private static final String PRESENT = "_present";

    /** Where the bytes are in a row. */
    final int position;

    /** The fields that are wanted, and their names alone. */
    final JsonField[] fields;

    final String[] names;

    private final String prefix;

    JsonCall(CallContext context) {
        final TableSemantics input = context.getTableSemantics(INPUT).orElseThrow(IllegalStateException::new);
        this.position = bytes((RowType) input.dataType().getLogicalType(), literal(context, "payload", PAYLOAD));
        this.fields = fields(literal(context, "fields", FIELDS));
        this.names = Arrays.stream(fields).map(field -> field.name).toArray(String[]::new);
        this.prefix = context.isArgumentNull(PREFIX) ? "" : literal(context, "prefix", PREFIX);
    }

    /** What is put behind the columns of the input. */
    DataType derivedType() {
        final List<DataTypes.Field> columns = new ArrayList<>();
        columns.add(DataTypes.FIELD(prefix + IS_OBJECT, DataTypes.BOOLEAN().notNull()));
        for (JsonField field : fields) {
            columns.add(DataTypes.FIELD(prefix + field.name, TypeConversions.fromLogicalToDataType(field.type)));
            columns.add(DataTypes.FIELD(prefix + field.name + PRESENT, DataTypes.BOOLEAN().notNull()));
        }
        if (columns.stream().map(DataTypes.Field::getName).distinct().count() < columns.size()) {
            throw new InvalidCall("fields: two columns would have one name: %s.", String.join(", ", names));
        }
        return DataTypes.ROW(columns);
    }

    private static int bytes(RowType table, String column) {
        final int found = table.getFieldIndex(column);
        if (found < 0) {
            throw new InvalidCall("payload: %s", Column.missing(column, table));
        }
        final LogicalType type = table.getTypeAt(found);
        if (!type.is(LogicalTypeRoot.VARBINARY)) {
            throw new InvalidCall("payload: column '%s' is %s, expected BYTES.", column, type.asSummaryString());
        }
        return found;
    }

    private static String literal(CallContext context, String argument, int position) {
        return context.getArgumentValue(position, String.class)
                .orElseThrow(() -> new InvalidCall("%s: a literal is needed.", argument));
    }

    /** Fields are written as the columns of a table are: Flink reads them as those of a ROW. */
    private static JsonField[] fields(String text) {
        return row(text).getFields().stream()
                .map(field -> new JsonField(field.getName(), field.getType()))
                .toArray(JsonField[]::new);
    }

    private static RowType row(String text) {
        try {
            final LogicalType row = LogicalTypeParser.parse("ROW<" + text + ">", JsonCall.class.getClassLoader());
            return (RowType) row;
        } catch (ValidationException e) {
            throw new InvalidCall(
                    "fields: '%s' can not be read; expected names and types, as 'id BIGINT, amount DECIMAL(12, 2)'.",
                    text);
        }
    }
}
