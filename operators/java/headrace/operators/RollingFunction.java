package headrace.operators;

import org.apache.flink.table.api.dataview.MapView;
import org.apache.flink.table.catalog.DataTypeFactory;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.functions.FunctionContext;
import org.apache.flink.table.functions.ProcessTableFunction;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.inference.CallContext;
import org.apache.flink.table.types.inference.TypeInference;

import java.util.List;

/** {@link Rolling} for one call in a query: runs in the task managers. */
public class RollingFunction extends ProcessTableFunction<RowData> {

    /** So that a window can be taken off. */
    private static final long LONG_AGO = Long.MIN_VALUE / 2;

    private final Call call;
    private final transient List<DataType> argumentTypes;
    private transient History history;
    private transient Oblivion oblivion;

    RollingFunction(CallContext context) {
        this.call = new Call(context);
        this.argumentTypes = Signature.internalArguments(context);
    }

    @Override
    public TypeInference getTypeInference(DataTypeFactory factory) {
        return Signature.internal(argumentTypes, call.outputType(), Signature.state());
    }

    @Override
    public void open(FunctionContext context) {
        history = new History(call);
        oblivion = new Oblivion(call.span, history);
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
            StringData ties)
            throws Exception {
        final long time = call.time(row);
        history.open(header, blocks);
        collect(history.answer(time, row));
        oblivion.close(context, call.ordered ? time : watermark(context), time);
    }

    /** Forgets a key. */
    public void onTimer(OnTimerContext context, Header header, MapView<Long, byte[]> blocks) throws Exception {
        history.open(header, blocks);
        oblivion.onTimer(context);
    }

    /** The time before which no row comes any more, or long ago if that is not known yet. */
    private static long watermark(Context context) {
        final Long watermark = context.timeContext(Long.class).tableWatermark();
        return watermark == null ? LONG_AGO : watermark;
    }
}
