package headrace.operators;

import org.apache.flink.table.catalog.DataTypeFactory;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.functions.ProcessTableFunction;
import org.apache.flink.table.functions.SpecializedFunction;
import org.apache.flink.table.functions.UserDefinedFunction;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.inference.TypeInference;

/**
 * The SQL function {@code rolling_in_order}: as {@link Rolling}, but a row is answered when the watermark says that no
 * older one will come, in the order of event time. {@link RollingInOrderFunction} does the work.
 *
 * <pre>{@code
 * SELECT account, amount, rowtime AS event_time, count_1d FROM rolling_in_order(
 *   input      => TABLE payments PARTITION BY account,
 *   on_time    => DESCRIPTOR(event_time),
 *   ties       => 'payment',
 *   aggregates => 'count, avg(amount)',
 *   windows    => '1d, 7d, 30d')
 * }</pre>
 */
public class RollingInOrder extends ProcessTableFunction<RowData> implements SpecializedFunction {

    @Override
    public TypeInference getTypeInference(DataTypeFactory factory) {
        return Signature.declared(RollingInOrder::check);
    }

    @Override
    public UserDefinedFunction specialize(SpecializedContext context) {
        return new RollingInOrderFunction(context.getCallContext());
    }

    private static DataType check(Call call) {
        if (call.ordered) {
            throw new InvalidCall("ORDER BY: leave it out, rows are put in order here; ties => 'column, …' orders equals.");
        }
        return call.outputType();
    }
}
