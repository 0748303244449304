package headrace.operators;

import java.io.Serializable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A length of time as it is written in SQL, for example {@code 7d}. */
final class Window implements Serializable {

    private static final Pattern TEXT = Pattern.compile("(\\d{1,9})\\s*(ms|s|min|h|d)");

    final String name;
    final long millis;

    private Window(String name, long millis) {
        this.name = name;
        this.millis = millis;
    }

    static Window parse(String argument, String text) {
        final Matcher matcher = TEXT.matcher(text.trim().toLowerCase());
        if (!matcher.matches()) {
            throw new InvalidCall(
                    "%s: '%s' is not a length of time. Write a whole number and one of ms, s, min, h, d:"
                            + " 30s, 15min, 7d.",
                    argument, text.trim());
        }
        final long count = Long.parseLong(matcher.group(1));
        return new Window(count + matcher.group(2), Math.multiplyExact(count, unit(matcher.group(2))));
    }

    Window checkNotEmpty() {
        if (millis == 0L) {
            throw new InvalidCall("windows: '%s' holds nothing. Give a length above zero.", name);
        }
        return this;
    }

    private static long unit(String name) {
        switch (name) {
            case "ms":
                return 1L;
            case "s":
                return 1_000L;
            case "min":
                return 60_000L;
            case "h":
                return 3_600_000L;
            default:
                return 86_400_000L;
        }
    }
}
