package headrace.operators;

import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.logical.DecimalType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.utils.LogicalTypeChecks;


/** How the values of a column are kept: each as 64 bits. */
enum Kind {
    /** The row itself: it has no value, it is there. */
    ROWS,
    INTEGER,
    /** The unscaled value. */
    DECIMAL,
    FLOATING,
    BOOLEAN,
    /** Days or milliseconds. */
    TIME,
    /** Text and bytes are kept as a 64-bit hash, which tells values apart and nothing else. */
    HASH;

    static Kind of(String column, LogicalType type) {
        switch (type.getTypeRoot()) {
            case TINYINT:
            case SMALLINT:
            case INTEGER:
            case BIGINT:
                return INTEGER;
            case DECIMAL:
                return checkPrecision(column, type, 18, DECIMAL);
            case FLOAT:
            case DOUBLE:
                return FLOATING;
            case BOOLEAN:
                return BOOLEAN;
            case CHAR:
            case VARCHAR:
            case BINARY:
            case VARBINARY:
                return HASH;
            case DATE:
            case TIME_WITHOUT_TIME_ZONE:
                return TIME;
            case TIMESTAMP_WITHOUT_TIME_ZONE:
            case TIMESTAMP_WITH_LOCAL_TIME_ZONE:
                return checkPrecision(column, type, 3, TIME);
            default:
                throw new InvalidCall(
                        "aggregates: column '%s' is %s. Allowed are numbers, BOOLEAN, strings, bytes, dates and times.",
                        column, type.asSummaryString());
        }
    }

    private static Kind checkPrecision(String column, LogicalType type, int most, Kind kind) {
        if (LogicalTypeChecks.getPrecision(type) > most) {
            throw new InvalidCall(
                    "aggregates: column '%s' is %s, the largest precision is %d. CAST it in the input.",
                    column, type.asSummaryString(), most);
        }
        return kind;
    }

    boolean isNumber() {
        return this == INTEGER || this == DECIMAL || this == FLOATING;
    }

    DataType sumType(LogicalType type) {
        switch (this) {
            case INTEGER:
                return DataTypes.BIGINT();
            case DECIMAL:
                return DataTypes.DECIMAL(38, ((DecimalType) type).getScale());
            default:
                return DataTypes.DOUBLE();
        }
    }

    double toDouble(long bits) {
        return this == FLOATING ? Double.longBitsToDouble(bits) : (double) bits;
    }

    int compare(long left, long right) {
        return this == FLOATING
                ? Double.compare(Double.longBitsToDouble(left), Double.longBitsToDouble(right))
                : Long.compare(left, right);
    }

    void write(Output out, long bits) {
        if (this == FLOATING || this == HASH) {
            out.writeLong(bits);
        } else if (this != ROWS) {
            out.writeSigned(bits);
        }
    }

    long read(Input in) {
        if (this == FLOATING || this == HASH) {
            return in.readLong();
        }
        return this == ROWS ? 0L : in.readSigned();
    }
}
