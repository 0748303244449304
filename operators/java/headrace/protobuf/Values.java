package headrace.protobuf;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat;
import org.apache.flink.table.data.DecimalData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;
import org.apache.flink.table.types.logical.DecimalType;
import org.apache.flink.table.types.logical.utils.LogicalTypeChecks;

import java.io.IOException;
import java.math.BigDecimal;
import java.util.regex.Pattern;

/** How the value of a field is written and read. */
final class Values {

    private static final Pattern PLAIN_NUMBER = Pattern.compile("-?\\d{1,100}(\\.\\d{1,100})?");

    private Values() {}

    /** Writes a value that is not NULL; what readers see in its absence is left out, as all writers do. */
    static void write(Field field, Object value, CodedOutputStream output) throws IOException {
        if (!field.type.isNullable() && field.kind.isAbsent(value)) {
            return;
        }
        switch (field.kind) {
            case BOOL:
                output.writeBool(field.number, (Boolean) value);
                break;
            case INT32:
                output.writeInt32(field.number, (Integer) value);
                break;
            case INT64:
                output.writeInt64(field.number, (Long) value);
                break;
            case FLOAT:
                output.writeFloat(field.number, (Float) value);
                break;
            case DOUBLE:
                output.writeDouble(field.number, (Double) value);
                break;
            case BYTES:
                output.writeByteArray(field.number, (byte[]) value);
                break;
            case STRING:
                output.writeByteArray(field.number, ((StringData) value).toBytes());
                break;
            case DECIMAL:
                output.writeString(field.number, ((DecimalData) value).toBigDecimal().toPlainString());
                break;
            default:
                output.writeTag(field.number, field.kind.wireType);
                Timestamps.write((TimestampData) value, output);
        }
    }

    /** Reads a value after its tag. */
    static Object read(Field field, int tag, CodedInputStream input) throws IOException {
        if (WireFormat.getTagWireType(tag) != field.kind.wireType) {
            throw new Unreadable(String.format(
                    "expected wire type %d, which %s has, got %d",
                    field.kind.wireType, field.kind.name, WireFormat.getTagWireType(tag)));
        }
        switch (field.kind) {
            case BOOL:
                return input.readBool();
            case INT32:
                return input.readInt32();
            case INT64:
                return input.readInt64();
            case FLOAT:
                return input.readFloat();
            case DOUBLE:
                return input.readDouble();
            case BYTES:
                return input.readByteArray();
            case STRING:
                return StringData.fromString(input.readStringRequireUtf8());
            case DECIMAL:
                return decimal(input.readStringRequireUtf8(), (DecimalType) field.type);
            default:
                return Timestamps.read(input, LogicalTypeChecks.getPrecision(field.type));
        }
    }

    /** A number as it is: nothing is rounded. */
    private static DecimalData decimal(String text, DecimalType type) throws IOException {
        if (PLAIN_NUMBER.matcher(text).matches()) {
            final BigDecimal value = new BigDecimal(text).stripTrailingZeros();
            final boolean fits = value.scale() <= type.getScale()
                    && value.precision() - value.scale() <= type.getPrecision() - type.getScale();
            if (fits || value.signum() == 0) {
                return DecimalData.fromBigDecimal(value, type.getPrecision(), type.getScale());
            }
        }
        throw new Unreadable(String.format(
                "expected a number that is %s, in digits, got '%.50s'", type.asSummaryString(), text));
    }
}
