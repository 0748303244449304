package headrace.operators;

import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.catalog.DataTypeFactory;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;
import org.apache.flink.table.functions.ScalarFunction;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.inference.InputTypeStrategies;
import org.apache.flink.table.types.inference.TypeInference;
import org.apache.flink.table.types.inference.TypeStrategies;
import org.apache.flink.table.utils.DateTimeUtils;

/**
 * The SQL function {@code json_time}: a field of a JSON object as time, for a watermark that no message may break.
 *
 * <pre>{@code
 * event_time AS json_time(payload, 'event_time', 'yyyy-MM-dd''T''HH:mm:ss''Z''', arrived_at + INTERVAL '10' SECOND)
 * }</pre>
 *
 * What is missing, can not be read, or is later than the latest time that is allowed, is 1970. The format is that of
 * {@code TO_TIMESTAMP_LTZ}, in UTC.
 */
public class JsonTime extends ScalarFunction {

    private static final int PRECISION = 3;
    private static final TimestampData NONE = TimestampData.fromEpochMillis(0);

    /** Called by Flink for each message. */
    public TimestampData eval(byte[] payload, StringData name, StringData format, TimestampData latest) {
        final String text = JsonText.field(JsonText.object(payload), name.toString());
        final TimestampData time =
                text == null ? null : DateTimeUtils.parseTimestampData(text, format.toString(), PRECISION);
        return time == null || latest == null || time.compareTo(latest) > 0 ? NONE : time;
    }

    @Override
    public TypeInference getTypeInference(DataTypeFactory factory) {
        final DataType text = DataTypes.STRING().bridgedTo(StringData.class);
        final DataType time = DataTypes.TIMESTAMP_LTZ(PRECISION).bridgedTo(TimestampData.class);
        return TypeInference.newBuilder()
                .inputTypeStrategy(InputTypeStrategies.explicitSequence(DataTypes.BYTES(), text, text, time))
                .outputTypeStrategy(TypeStrategies.explicit(time))
                .build();
    }
}
