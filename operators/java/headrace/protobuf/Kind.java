package headrace.protobuf;

import com.google.protobuf.WireFormat;
import org.apache.flink.table.api.ValidationException;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.types.logical.LogicalType;

/** What a column is as a field. */
enum Kind {
    BOOL("bool", WireFormat.WIRETYPE_VARINT, false),
    INT32("int32", WireFormat.WIRETYPE_VARINT, 0),
    INT64("int64", WireFormat.WIRETYPE_VARINT, 0L),
    FLOAT("float", WireFormat.WIRETYPE_FIXED32, 0f),
    DOUBLE("double", WireFormat.WIRETYPE_FIXED64, 0d),
    STRING("string", WireFormat.WIRETYPE_LENGTH_DELIMITED, StringData.fromString("")),
    BYTES("bytes", WireFormat.WIRETYPE_LENGTH_DELIMITED, new byte[0]),
    DECIMAL("string", WireFormat.WIRETYPE_LENGTH_DELIMITED, null),
    TIMESTAMP("google.protobuf.Timestamp", WireFormat.WIRETYPE_LENGTH_DELIMITED, null);

    /** The type in a schema. */
    final String name;

    /** How a value is laid out. */
    final int wireType;

    /** The value of a field that is not there; null when there is none. */
    final Object absent;

    Kind(String name, int wireType, Object absent) {
        this.name = name;
        this.wireType = wireType;
        this.absent = absent;
    }

    /** The kind of a column. */
    static Kind of(String table, String column, LogicalType type) {
        switch (type.getTypeRoot()) {
            case BOOLEAN:
                return BOOL;
            case INTEGER:
                return INT32;
            case BIGINT:
                return INT64;
            case FLOAT:
                return FLOAT;
            case DOUBLE:
                return DOUBLE;
            case VARCHAR:
                return STRING;
            case VARBINARY:
                return BYTES;
            case DECIMAL:
                return DECIMAL;
            case TIMESTAMP_WITHOUT_TIME_ZONE:
            case TIMESTAMP_WITH_LOCAL_TIME_ZONE:
                return TIMESTAMP;
            default:
                throw new ValidationException(String.format(
                        "%s.%s is %s, for which %s has no type. It has one for BOOLEAN, INT, BIGINT, FLOAT, DOUBLE, "
                                + "STRING, BYTES, DECIMAL, TIMESTAMP and TIMESTAMP_LTZ.",
                        table, column, type.asSummaryString(), ProtobufFormatFactory.IDENTIFIER));
        }
    }

    /** Whether a value is what readers see when the field is not there. */
    boolean isAbsent(Object value) {
        return this == BYTES ? ((byte[]) value).length == 0 : value.equals(absent);
    }
}
