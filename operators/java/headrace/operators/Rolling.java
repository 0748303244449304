package headrace.operators;

import org.apache.flink.table.catalog.DataTypeFactory;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.functions.ProcessTableFunction;
import org.apache.flink.table.functions.SpecializedFunction;
import org.apache.flink.table.functions.UserDefinedFunction;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.inference.TypeInference;

/**
 * The SQL function {@code rolling}: every row, as soon as it arrives, with the aggregates of the rows of its key in the
 * windows that end with it. {@link RollingFunction} does the work.
 *
 * <pre>{@code
 * SELECT account, amount, rowtime AS event_time, count_1d FROM rolling(
 *   input      => TABLE payments PARTITION BY account,
 *   on_time    => DESCRIPTOR(event_time),
 *   aggregates => 'count, avg(amount)',
 *   windows    => '1d, 7d, 30d')
 * }</pre>
 */
public class Rolling extends ProcessTableFunction<RowData> implements SpecializedFunction {

    @Override
    public TypeInference getTypeInference(DataTypeFactory factory) {
        return Signature.declared(Rolling::check);
    }

    @Override
    public UserDefinedFunction specialize(SpecializedContext context) {
        return new RollingFunction(context.getCallContext());
    }

    private static DataType check(Call call) {
        if (!call.ties.isEmpty()) {
            throw new InvalidCall("ties: rows are answered as they arrive; only rolling_in_order orders them.");
        }
        return call.outputType();
    }
}
