package headrace.protobuf;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat;
import org.apache.flink.table.api.ValidationException;
import org.apache.flink.table.data.DecimalData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;
import org.apache.flink.table.types.logical.DecimalType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.utils.LogicalTypeChecks;

import java.io.IOException;
import java.io.Serializable;
import java.math.BigDecimal;
import java.util.regex.Pattern;

/** A column as a field of a message: how a value is written and read. */
final class Field implements Serializable {

    private static final Pattern IDENTIFIER = Pattern.compile("[A-Za-z]\\w*");
    private static final Pattern PLAIN_NUMBER = Pattern.compile("-?\\d{1,100}(\\.\\d{1,100})?");

    final String name;
    final int number;
    final Kind kind;
    final LogicalType type;

    Field(String table, String name, int number, LogicalType type) {
        if (!IDENTIFIER.matcher(name).matches()) {
            throw new ValidationException(String.format(
                    "%s: a field of Protobuf can not be called '%s': expected letters, digits and _, a letter first.",
                    table, name));
        }
        this.name = name;
        this.number = number;
        this.kind = Kind.of(table, name, type);
        this.type = type;
    }

    /** As it stands in a schema. */
    String declaration() {
        return (type.isNullable() ? "optional " : "") + kind.name + " " + name + " = " + number + ";";
    }

    /** Writes a value that is not NULL; what readers see in its absence is left out, as all writers do. */
    void write(Object value, CodedOutputStream output) throws IOException {
        if (!type.isNullable() && kind.isAbsent(value)) {
            return;
        }
        switch (kind) {
            case BOOL:
                output.writeBool(number, (Boolean) value);
                break;
            case INT32:
                output.writeInt32(number, (Integer) value);
                break;
            case INT64:
                output.writeInt64(number, (Long) value);
                break;
            case FLOAT:
                output.writeFloat(number, (Float) value);
                break;
            case DOUBLE:
                output.writeDouble(number, (Double) value);
                break;
            case BYTES:
                output.writeByteArray(number, (byte[]) value);
                break;
            case STRING:
                output.writeByteArray(number, ((StringData) value).toBytes());
                break;
            case DECIMAL:
                output.writeString(number, ((DecimalData) value).toBigDecimal().toPlainString());
                break;
            default:
                output.writeTag(number, kind.wireType);
                Timestamps.write((TimestampData) value, output);
        }
    }

    /** Reads a value after its tag. */
    Object read(int tag, CodedInputStream input) throws IOException {
        if (WireFormat.getTagWireType(tag) != kind.wireType) {
            throw new Unreadable(String.format(
                    "expected wire type %d, which %s has, got %d",
                    kind.wireType, kind.name, WireFormat.getTagWireType(tag)));
        }
        switch (kind) {
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
                return decimal(input.readStringRequireUtf8());
            default:
                return Timestamps.read(input, LogicalTypeChecks.getPrecision(type));
        }
    }

    /** The value of a field that a message does not have. */
    Object absent() throws IOException {
        if (type.isNullable()) {
            return null;
        }
        if (kind.absent == null) {
            throw new Unreadable("it is not there, and the column is NOT NULL");
        }
        return kind.absent;
    }

    /** A number as it is: nothing is rounded. */
    private DecimalData decimal(String text) throws IOException {
        final DecimalType decimal = (DecimalType) type;
        if (PLAIN_NUMBER.matcher(text).matches()) {
            final BigDecimal value = new BigDecimal(text).stripTrailingZeros();
            final boolean fits = value.scale() <= decimal.getScale()
                    && value.precision() - value.scale() <= decimal.getPrecision() - decimal.getScale();
            if (fits || value.signum() == 0) {
                return DecimalData.fromBigDecimal(value, decimal.getPrecision(), decimal.getScale());
            }
        }
        throw new Unreadable(String.format(
                "expected a number that is %s, in digits, got '%.50s'", type.asSummaryString(), text));
    }
}
