package headrace.operators;

import org.apache.flink.table.data.DecimalData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.logical.DecimalType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.table.types.utils.TypeConversions;

import java.io.Serializable;
import java.math.BigDecimal;
import java.math.BigInteger;

/** A column whose values are kept, or the rows themselves. */
final class Column implements Serializable {

    final String name;
    final int position;
    final Kind kind;
    final LogicalType type;

    private Column(String name, int position, Kind kind, LogicalType type) {
        this.name = name;
        this.position = position;
        this.kind = kind;
        this.type = type;
    }

    static Column rows() {
        return new Column("", -1, Kind.ROWS, null);
    }

    static Column named(String name, RowType table) {
        final int position = table.getFieldIndex(name);
        if (position < 0) {
            throw new InvalidCall("aggregates: %s", missing(name, table));
        }
        final LogicalType type = table.getTypeAt(position);
        return new Column(name, position, Kind.of(name, type), type);
    }

    static String missing(String name, RowType table) {
        return String.format(
                "the input has no column '%s'. It has %s.", name, String.join(", ", table.getFieldNames()));
    }

    /** Tells columns in stored state apart: the same name and the same way to keep values. */
    int id() {
        return 31 * (31 * name.hashCode() + kind.name().hashCode()) + scale();
    }

    private int scale() {
        return kind == Kind.DECIMAL ? ((DecimalType) type).getScale() : 0;
    }

    boolean isNull(RowData row) {
        return kind != Kind.ROWS && row.isNullAt(position);
    }

    /** The value of this column in {@code row}, which must not be NULL, as 64 bits. */
    long bits(RowData row) {
        if (kind == Kind.ROWS) {
            return 0L;
        }
        switch (type.getTypeRoot()) {
            case TINYINT:
                return row.getByte(position);
            case SMALLINT:
                return row.getShort(position);
            case INTEGER:
            case DATE:
            case TIME_WITHOUT_TIME_ZONE:
                return row.getInt(position);
            case BIGINT:
                return row.getLong(position);
            case DECIMAL:
                final DecimalType decimal = (DecimalType) type;
                return row.getDecimal(position, decimal.getPrecision(), decimal.getScale()).toUnscaledLong();
            case FLOAT:
                return Double.doubleToLongBits(row.getFloat(position));
            case DOUBLE:
                return Double.doubleToLongBits(row.getDouble(position));
            case BOOLEAN:
                return row.getBoolean(position) ? 1L : 0L;
            case TIMESTAMP_WITHOUT_TIME_ZONE:
            case TIMESTAMP_WITH_LOCAL_TIME_ZONE:
                return row.getTimestamp(position, 3).getMillisecond();
            case CHAR:
            case VARCHAR:
                return hash(row.getString(position).toBytes());
            default:
                return hash(row.getBinary(position));
        }
    }

    /** The SQL value that {@link #bits} was made of; for numbers and BOOLEAN. */
    Object value(long bits) {
        switch (type.getTypeRoot()) {
            case TINYINT:
                return (byte) bits;
            case SMALLINT:
                return (short) bits;
            case INTEGER:
                return (int) bits;
            case DECIMAL:
                final DecimalType decimal = (DecimalType) type;
                return DecimalData.fromUnscaledLong(bits, decimal.getPrecision(), decimal.getScale());
            case FLOAT:
                return (float) Double.longBitsToDouble(bits);
            case DOUBLE:
                return Double.longBitsToDouble(bits);
            case BOOLEAN:
                return bits != 0L;
            default:
                return bits;
        }
    }

    Object sum(ExactSum sum) {
        switch (kind) {
            case INTEGER:
                return toBigint(sum.whole());
            case DECIMAL:
                return DecimalData.fromBigDecimal(new BigDecimal(sum.whole(), scale()), 38, scale());
            default:
                return sum.rounded();
        }
    }

    /** The double nearest to the sum. */
    double sumAsDouble(ExactSum sum) {
        final double rounded = sum.rounded();
        if (kind != Kind.DECIMAL) {
            return rounded;
        }
        final boolean whole = Math.abs(rounded) < ExactSum.EXACT_IN_DOUBLE;
        return whole ? rounded / unit() : new BigDecimal(sum.whole(), scale()).doubleValue();
    }

    double stddev(Partial partial) {
        return Math.sqrt(partial.sum.variance(partial.squares, partial.count)) / unit();
    }

    /** What the unscaled values are divided by; exact in a double up to a scale of 22. */
    private double unit() {
        return Math.pow(10.0, scale());
    }

    private long toBigint(BigInteger sum) {
        if (sum.bitLength() > 63) {
            throw new ArithmeticException(
                    "rolling: sum(" + name + ") = " + sum + " is outside BIGINT. CAST the column to DECIMAL or DOUBLE.");
        }
        return sum.longValue();
    }

    DataType outputType() {
        return TypeConversions.fromLogicalToDataType(type.copy(true));
    }

    /** FNV-1a, mixed. */
    private static long hash(byte[] bytes) {
        long hash = 0xcbf29ce484222325L;
        for (byte one : bytes) {
            hash = (hash ^ (one & 0xff)) * 0x100000001b3L;
        }
        return mix(hash);
    }

    /** Spreads a number over all 64 bits (Stafford's variant 13). */
    static long mix(long number) {
        long mixed = (number ^ (number >>> 30)) * 0xbf58476d1ce4e5b9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94d049bb133111ebL;
        return mixed ^ (mixed >>> 31);
    }
}
