package headrace.operators;

import org.apache.flink.table.catalog.DataTypeFactory;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.functions.ProcessTableFunction;
import org.apache.flink.table.functions.SpecializedFunction.SpecializedContext;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.inference.TypeInference;

import java.util.LinkedHashMap;
import java.util.List;

/** {@link JsonFields} for one call in a query: runs in the task managers. */
public class JsonFieldsFunction extends ProcessTableFunction<RowData> {

    private final JsonCall call;
    private final transient List<DataType> argumentTypes;

    JsonFieldsFunction(SpecializedContext context) {
        this.call = new JsonCall(context.getCallContext());
        this.argumentTypes = Signature.internalArguments(context.getCallContext());
    }

    @Override
    public TypeInference getTypeInference(DataTypeFactory factory) {
        return Signature.internal(argumentTypes, call.derivedType(), new LinkedHashMap<>());
    }

    /** Reads a message; the literals were read at planning. */
    public void eval(RowData row, StringData payload, StringData fields, StringData prefix) {
        final byte[] bytes = row.isNullAt(call.position) ? null : row.getBinary(call.position);
        final JsonObject object = JsonObject.read(bytes, call.names);
        final GenericRowData read = new GenericRowData(1 + 2 * call.fields.length);
        read.setField(0, object != null);
        for (int i = 0; i < call.fields.length; i++) {
            read.setField(1 + 2 * i, object == null ? null : call.fields[i].value(object.kind(i), object.text(i)));
            read.setField(2 + 2 * i, object != null && object.isPresent(i));
        }
        collect(read);
    }
}
