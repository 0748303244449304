package headrace.operators;

import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.api.dataview.MapView;
import org.apache.flink.table.catalog.DataTypeFactory;
import org.apache.flink.table.data.GenericRowData;
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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.stream.Collectors;

/** {@link Rolling} for one call in a query: runs in the task managers. */
public class RollingFunction extends ProcessTableFunction<RowData> {

    /** So that a window can be taken off. */
    private static final long LONG_AGO = Long.MIN_VALUE / 2;

    private final Call call;
    private final transient List<DataType> argumentTypes;
    private transient History history;

    RollingFunction(CallContext context) {
        this.call = new Call(context);
        this.argumentTypes =
                context.getArgumentDataTypes().stream()
                        .map(DataTypeUtils::toInternalDataType)
                        .collect(Collectors.toList());
    }

    @Override
    public void open(FunctionContext context) {
        history = new History(call);
    }

    /** The arguments are those of {@link Rolling}; they were read at planning. */
    public void eval(
            Context context,
            MapView<Long, byte[]> state,
            RowData row,
            StringData aggregates,
            StringData windows,
            StringData delay,
            StringData prefix,
            StringData idle)
            throws Exception {
        final long time = row.getTimestamp(call.timePosition, 3).getMillisecond();
        history.open(state);
        collect(GenericRowData.of(history.add(time, row)));
        history.close(call.ordered ? time : watermark(context));
    }

    /** The time before which no row comes any more, or long ago if that is not known yet. */
    private static long watermark(Context context) {
        final Long watermark = context.timeContext(Long.class).tableWatermark();
        return watermark == null ? LONG_AGO : watermark;
    }

    /** Static arguments would hand the row over in an external form: Flink's own functions avoid it the same way. */
    @Override
    @SuppressWarnings("deprecation")
    public TypeInference getTypeInference(DataTypeFactory factory) {
        return TypeInference.newBuilder()
                .typedArguments(argumentTypes)
                .stateTypeStrategies(state())
                .outputTypeStrategy(
                        TypeStrategies.explicit(DataTypeUtils.toInternalDataType(call.outputType())))
                .build();
    }

    private LinkedHashMap<String, StateTypeStrategy> state() {
        final DataType history = MapView.newMapViewDataType(DataTypes.BIGINT(), DataTypes.BYTES());
        final LinkedHashMap<String, StateTypeStrategy> state = new LinkedHashMap<>();
        state.put("history", StateTypeStrategy.of(TypeStrategies.explicit(history), Duration.ofMillis(call.timeToLive())));
        return state;
    }
}
