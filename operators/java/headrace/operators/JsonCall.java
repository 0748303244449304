package headrace.operators;

import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.functions.TableSemantics;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.inference.CallContext;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.LogicalTypeRoot;
import org.apache.flink.table.types.logical.RowType;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;

/** One call of {@code json_fields} in a query: its arguments, read and checked. */
final class JsonCall implements Serializable {

    private static final int INPUT = 0;
    private static final int PAYLOAD = 1;
    private static final int FIELDS = 2;
    private static final int PREFIX = 3;
    private static final String IS_OBJECT = "is_object";

    /** Where the bytes are in a row. */
    final int position;

    /** The fields that are wanted. */
    final String[] names;

    private final String prefix;

    JsonCall(CallContext context) {
        final TableSemantics input = context.getTableSemantics(INPUT).orElseThrow(IllegalStateException::new);
        this.position = bytes((RowType) input.dataType().getLogicalType(), literal(context, "payload", PAYLOAD));
        this.names = split(literal(context, "fields", FIELDS));
        this.prefix = context.isArgumentNull(PREFIX) ? "" : literal(context, "prefix", PREFIX);
    }

    /** What is put behind the columns of the input. */
    DataType derivedType() {
        final List<DataTypes.Field> columns = new ArrayList<>();
        columns.add(DataTypes.FIELD(prefix + IS_OBJECT, DataTypes.BOOLEAN().notNull()));
        for (String name : names) {
            columns.add(DataTypes.FIELD(prefix + name, DataTypes.STRING()));
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

    private static String[] split(String wanted) {
        final String[] found = Arrays.stream(wanted.split(",", -1)).map(String::trim).toArray(String[]::new);
        final List<String> names = Arrays.asList(found);
        if (names.contains("")) {
            throw new InvalidCall("fields: '%s' has a name without letters; expected 'id, amount'.", wanted);
        }
        if (new HashSet<>(names).size() < found.length || names.contains(IS_OBJECT)) {
            throw new InvalidCall("fields: '%s' names one twice, or %s, which is there anyway.", wanted, IS_OBJECT);
        }
        return found;
    }
}
