package headrace.operators;

import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.api.dataview.MapView;
import org.apache.flink.table.catalog.DataTypeFactory;
import org.apache.flink.table.data.ArrayData;
import org.apache.flink.table.data.GenericArrayData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.functions.FunctionContext;
import org.apache.flink.table.functions.ProcessTableFunction;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.inference.CallContext;
import org.apache.flink.table.types.inference.StateTypeStrategy;
import org.apache.flink.table.types.inference.TypeInference;
import org.apache.flink.table.types.inference.TypeStrategies;
import org.apache.flink.table.types.utils.DataTypeUtils;

import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;

/**
 * {@link RollingInOrder} for one call in a query: runs in the task managers.
 *
 * <p>Rows wait in state under their time, each time with a timer of its own. ORDER BY on a table argument would do the
 * same in Flink 2.3.0, but looks at every key with a waiting row at every watermark, and on RocksDB reads past all
 * that was removed (FLINK-40584).
 */
public class RollingInOrderFunction extends ProcessTableFunction<RowData> {

    private final Call call;
    private final transient List<DataType> argumentTypes;
    private transient History history;
    private transient Oblivion oblivion;
    private transient Comparator<RowData> tieOrder;

    RollingInOrderFunction(CallContext context) {
        this.call = new Call(context);
        this.argumentTypes = Signature.internalArguments(context);
    }

    @Override
    public TypeInference getTypeInference(DataTypeFactory factory) {
        final DataType rows = DataTypeUtils.toInternalDataType(DataTypes.ARRAY(argumentTypes.get(Call.INPUT)));
        final DataType waiting = MapView.newMapViewDataType(DataTypes.BIGINT(), rows);
        final LinkedHashMap<String, StateTypeStrategy> state = Signature.state();
        state.put("waiting", StateTypeStrategy.of(TypeStrategies.explicit(waiting), Duration.ZERO));
        return Signature.internal(argumentTypes, call.outputType(), state);
    }

    @Override
    public void open(FunctionContext context) {
        history = new History(call);
        oblivion = new Oblivion(call.span, history);
        tieOrder = call.tieOrder();
    }

    /** Lets a row wait; the literals were read at planning. */
    public void eval(
            Context context,
            Header header,
            MapView<Long, byte[]> blocks,
            MapView<Long, ArrayData> waiting,
            RowData row,
            StringData aggregates,
            StringData windows,
            StringData delay,
            StringData prefix,
            StringData ties)
            throws Exception {
        final long time = call.time(row);
        final ArrayData others = waiting.get(time);
        final RowData[] rows = rows(others, 1);
        rows[rows.length - 1] = row;
        waiting.put(time, new GenericArrayData(rows));
        if (others == null) {
            context.timeContext(Long.class).registerOnTime(time);
        }
    }

    /** Answers the rows of a time, or forgets a key. */
    public void onTimer(
            OnTimerContext context, Header header, MapView<Long, byte[]> blocks, MapView<Long, ArrayData> waiting)
            throws Exception {
        history.open(header, blocks);
        if (Oblivion.isDue(context)) {
            oblivion.onTimer(context);
        } else {
            final long time = context.timeContext(Long.class).time();
            answer(time, waiting);
            oblivion.close(context, time, time);
        }
    }

    private void answer(long time, MapView<Long, ArrayData> waiting) throws Exception {
        final RowData[] rows = rows(waiting.get(time), 0);
        waiting.remove(time);
        Arrays.sort(rows, tieOrder);
        for (RowData row : rows) {
            collect(history.answer(time, row));
        }
    }

    /** The rows of an array, with room for more. */
    private RowData[] rows(ArrayData array, int more) {
        final int count = array == null ? 0 : array.size();
        final RowData[] rows = new RowData[count + more];
        for (int i = 0; i < count; i++) {
            rows[i] = array.getRow(i, call.table.getFieldCount());
        }
        return rows;
    }
}
