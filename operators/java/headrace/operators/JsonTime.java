package headrace.operators;

import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.core.JsonToken;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.catalog.DataTypeFactory;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;
import org.apache.flink.table.functions.ScalarFunction;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.inference.InputTypeStrategies;
import org.apache.flink.table.types.inference.TypeInference;
import org.apache.flink.table.types.inference.TypeStrategies;

/**
 * The SQL function {@code json_time}: a field of a JSON object as time, for a watermark that no message may break.
 *
 * <pre>{@code
 * event_time AS json_time(payload, 'event_time', arrived_at + INTERVAL '10' SECOND)
 * }</pre>
 *
 * What is missing, is no time as {@link JsonFields} reads it, or is later than the latest time that is allowed, is 1970.
 */
public class JsonTime extends ScalarFunction {

    private static final int PRECISION = 3;
    private static final TimestampData NONE = TimestampData.fromEpochMillis(0);

    /** Called by Flink for each message. */
    public TimestampData eval(byte[] payload, StringData name, TimestampData latest) {
        final JsonObject object = JsonObject.read(payload, new String[] {name.toString()});
        final boolean isText = object != null && object.kind(0) == JsonToken.VALUE_STRING;
        final TimestampData time = isText ? IsoTime.read(object.text(0), PRECISION) : null;
        return time == null || latest == null || time.compareTo(latest) > 0 ? NONE : time;
    }

    @Override
    public TypeInference getTypeInference(DataTypeFactory factory) {
        final DataType text = DataTypes.STRING().bridgedTo(StringData.class);
        final DataType time = DataTypes.TIMESTAMP_LTZ(PRECISION).bridgedTo(TimestampData.class);
        return TypeInference.newBuilder()
                .inputTypeStrategy(InputTypeStrategies.explicitSequence(DataTypes.BYTES(), text, time))
                .outputTypeStrategy(TypeStrategies.explicit(time))
                .build();
    }
}
