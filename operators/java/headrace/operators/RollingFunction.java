package headrace.operators;

import org.apache.flink.table.api.dataview.MapView;
import org.apache.flink.table.catalog.DataTypeFactory;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.functions.FunctionContext;
import org.apache.flink.table.functions.ProcessTableFunction;
import org.apache.flink.table.functions.SpecializedFunction.SpecializedContext;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.inference.TypeInference;

import java.time.Duration;
import java.util.List;

/** {@link Rolling} for one call in a query: runs in the task managers. */
public class RollingFunction extends ProcessTableFunction<RowData> {

    /** So that a window can be taken off. */
    private static final long LONG_AGO = Long.MIN_VALUE / 2;

    private final Call call;
    private final transient List<DataType> argumentTypes;
    private final transient Duration timeToLive;
    private transient History history;

    RollingFunction(SpecializedContext context) {
        this.call = new Call(context.getCallContext());
        this.argumentTypes = Signature.internalArguments(context.getCallContext());
        this.timeToLive = Signature.timeToLive(call, context.getConfiguration());
    }

    @Override
    public TypeInference getTypeInference(DataTypeFactory factory) {
        return Signature.internal(argumentTypes, call.derivedType(), Signature.state(timeToLive));
    }

    @Override
    public void open(FunctionContext context) {
        history = new History(call);
    }

    /** Answers a row; the literals were read at planning. */
    public void eval(
            Context context,
            Header header,
            MapView<Long, byte[]> blocks,
            RowData row,
            StringData aggregates,
            StringData windows,
            StringData delay,
            StringData prefix,
            StringData idle,
            StringData ties)
            throws Exception {
        history.open(header, blocks);
        final long time = call.time(row);
        collect(GenericRowData.of(history.add(time, row)));
        history.close(call.ordered ? time : watermark(context));
    }

    /** The time before which no row comes any more, or long ago if that is not known yet. */
    private static long watermark(Context context) {
        final Long watermark = context.timeContext(Long.class).tableWatermark();
        return watermark == null ? LONG_AGO : watermark;
    }
}
