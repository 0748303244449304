package headrace.operators;

import org.apache.flink.table.data.TimestampData;

import java.time.LocalDate;
import java.time.Month;
import java.time.Year;

/** Times of ISO 8601 in the one form that says everything: {@code 2018-05-09T08:14:22.5+02:00}. */
final class IsoTime {

    private static final long INVALID = Long.MIN_VALUE;
    private static final String LAYOUT = "dddd-dd-ddTdd:dd:dd";
    private static final int SHORTEST = LAYOUT.length() + 1;
    private static final int FRACTION = LAYOUT.length() + 1;
    private static final int MOST_FRACTION_DIGITS = 9;
    private static final long FIRST_SECOND = -62_135_596_800L;
    private static final long LAST_SECOND = 253_402_300_799L;

    private IsoTime() {}

    /**
     * A time of the years 1 to 9999 in UTC; null for all else. What is finer than {@code precision} digits of a second
     * is cut off.
     */
    static TimestampData read(String text, int precision) {
        if (text.length() < SHORTEST || !hasLayout(text)) {
            return null;
        }
        final int zone = endOfFraction(text);
        final long day = day(number(text, 0, 4), number(text, 5, 7), number(text, 8, 10));
        final long second = second(number(text, 11, 13), number(text, 14, 16), number(text, 17, 19));
        final long offset = zone < 0 ? INVALID : offset(text, zone);
        if (day == INVALID || second == INVALID || offset == INVALID) {
            return null;
        }
        final long seconds = day * 86_400L + second - offset;
        return seconds < FIRST_SECOND || seconds > LAST_SECOND
                ? null
                : time(seconds, nanoseconds(text, zone, precision));
    }

    private static boolean hasLayout(String text) {
        for (int i = 0; i < LAYOUT.length(); i++) {
            if (LAYOUT.charAt(i) == 'd' ? !isDigit(text.charAt(i)) : text.charAt(i) != LAYOUT.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /** Where the zone begins; -1 if there is a fraction of no digits, or of too many. */
    private static int endOfFraction(String text) {
        if (text.charAt(LAYOUT.length()) != '.') {
            return LAYOUT.length();
        }
        int end = FRACTION;
        while (end < text.length() && isDigit(text.charAt(end))) {
            end++;
        }
        final int digits = end - FRACTION;
        return digits == 0 || digits > MOST_FRACTION_DIGITS ? -1 : end;
    }

    private static long day(int year, int month, int day) {
        final boolean exists = year > 0
                && month >= 1
                && month <= 12
                && day >= 1
                && day <= Month.of(month).length(Year.isLeap(year));
        return exists ? LocalDate.of(year, month, day).toEpochDay() : INVALID;
    }

    private static long second(int hour, int minute, int second) {
        return hour < 24 && minute < 60 && second < 60 ? hour * 3600L + minute * 60L + second : INVALID;
    }

    /** Seconds east of UTC, of {@code Z} or {@code +hh:mm}; {@code -00:00} is how others say that no zone is known. */
    private static long offset(String text, int zone) {
        final String written = text.substring(zone);
        if (written.equals("Z")) {
            return 0L;
        }
        final boolean hasLayout = written.length() == 6
                && (written.charAt(0) == '+' || written.charAt(0) == '-')
                && isDigit(written.charAt(1))
                && isDigit(written.charAt(2))
                && written.charAt(3) == ':'
                && isDigit(written.charAt(4))
                && isDigit(written.charAt(5));
        if (!hasLayout || written.equals("-00:00")) {
            return INVALID;
        }
        final long seconds = second(number(written, 1, 3), number(written, 4, 6), 0);
        return seconds == INVALID || written.charAt(0) == '+' ? seconds : -seconds;
    }

    private static int nanoseconds(String text, int zone, int precision) {
        int nanoseconds = 0;
        for (int digit = 0; digit < MOST_FRACTION_DIGITS; digit++) {
            final int position = FRACTION + digit;
            final boolean kept = digit < precision && position < zone;
            nanoseconds = nanoseconds * 10 + (kept ? text.charAt(position) - '0' : 0);
        }
        return nanoseconds;
    }

    private static TimestampData time(long seconds, int nanoseconds) {
        return TimestampData.fromEpochMillis(seconds * 1000L + nanoseconds / 1_000_000, nanoseconds % 1_000_000);
    }

    private static int number(String text, int from, int to) {
        int value = 0;
        for (int i = from; i < to; i++) {
            value = value * 10 + text.charAt(i) - '0';
        }
        return value;
    }

    /** Not Character.isDigit, which knows some hundred more. */
    private static boolean isDigit(char character) {
        return character >= '0' && character <= '9';
    }
}
