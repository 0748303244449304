package headrace.operators;

import org.apache.flink.table.data.DecimalData;

import java.math.BigDecimal;
import java.util.regex.Pattern;

/** Numbers as JSON writes them, exactly or not at all. */
final class JsonNumber {

    /** Longer ones are refused: what a number costs to read grows faster than its digits. */
    private static final int LONGEST = 100;

    private static final Pattern INTEGER = Pattern.compile("-?(?:0|[1-9][0-9]*)");
    private static final Pattern NUMBER =
            Pattern.compile("-?(?:0|[1-9][0-9]*)(?:\\.[0-9]+)?(?:[eE][+-]?[0-9]{1,9})?");

    private JsonNumber() {}

    /** Without fraction and exponent, between two bounds; else null. */
    static Long integer(String text, long lowest, long highest) {
        if (text.length() > Long.toString(Long.MIN_VALUE).length() || !INTEGER.matcher(text).matches()) {
            return null;
        }
        try {
            final long value = Long.parseLong(text);
            return value < lowest || value > highest ? null : value;
        } catch (NumberFormatException e) {
            return null;
        }
    }

    /** Whose value has as many digits at most; else null. Zeros at the end are none. */
    static DecimalData decimal(String text, int precision, int scale) {
        if (!isNumber(text)) {
            return null;
        }
        final BigDecimal value = new BigDecimal(text);
        final BigDecimal shortest = value.stripTrailingZeros();
        final boolean fits = shortest.scale() <= scale && shortest.precision() - shortest.scale() <= precision - scale;
        return fits || value.signum() == 0 ? DecimalData.fromBigDecimal(shortest, precision, scale) : null;
    }

    /** The nearest there is; null for what is greater than all. */
    static Double floating(String text) {
        final double value = isNumber(text) ? Double.parseDouble(text) : Double.NaN;
        return Double.isFinite(value) ? value : null;
    }

    private static boolean isNumber(String text) {
        return text.length() <= LONGEST && NUMBER.matcher(text).matches();
    }
}
