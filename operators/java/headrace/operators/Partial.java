package headrace.operators;



import java.util.HashSet;
import java.util.Set;

/**
 * What is known of the values that a column had in a stretch of time: enough to answer every aggregate, and to join
 * stretches that touch. Nothing is ever taken out of it, so nothing has to be undone. Built from new to old.
 */
final class Partial {

    /** Which parts are kept; COUNT always is. */
    static final int SUM = 1;
    static final int SQUARES = 2;
    static final int EXTREMES = 4;
    static final int LAST = 8;
    static final int VALUES = 16;

    private static final long NEVER = Long.MIN_VALUE;
    private static final long UNKNOWN = -1L;

    private final Kind kind;
    private final int parts;

    final ExactSum sum = new ExactSum();
    final ExactSum squares = new ExactSum();
    long count;
    long min;
    long max;
    long last;
    private long lastTime;
    private final Set<Long> values = new HashSet<>();
    private long distinct;

    Partial(Kind kind, int parts) {
        this.kind = kind;
        this.parts = parts;
        clear();
    }

    void clear() {
        count = 0L;
        sum.clear();
        squares.clear();
        lastTime = NEVER;
        values.clear();
        distinct = UNKNOWN;
    }

    /** Adds a value that is not newer than any in here. */
    void addOlder(long time, long bits) {
        if ((parts & SUM) != 0) {
            addToSums(bits);
        }
        if ((parts & EXTREMES) != 0) {
            widen(bits, bits);
        }
        if ((parts & VALUES) != 0) {
            values.add(bits);
        }
        if (count++ == 0L) {
            last = bits;
        }
        if (lastTime == NEVER) {
            lastTime = time;
        }
    }

    /** Adds rows, of which nothing but the time is known. */
    void addOlder(long[] times, int from, int to) {
        if (from < to) {
            count += to - from;
            lastTime = lastTime == NEVER ? times[to - 1] : lastTime;
        }
    }

    /** Adds what is known of a stretch that is not newer than any value in here. */
    void addOlder(Partial older) {
        if (older.count == 0L) {
            return;
        }
        values.addAll(older.values);
        sum.add(older.sum);
        squares.add(older.squares);
        if ((parts & EXTREMES) != 0) {
            widen(older.min, older.max);
        }
        if (count == 0L) {
            last = older.last;
        }
        if (lastTime == NEVER) {
            lastTime = older.lastTime;
        }
        count += older.count;
    }

    /** Adds what is known of a stretch that is not older than any value in here. */
    private void addNewer(Partial newer) {
        final boolean empty = newer.count == 0L;
        addOlder(newer);
        last = empty ? last : newer.last;
        lastTime = empty ? lastTime : newer.lastTime;
    }

    static void clear(Partial[] partials) {
        for (Partial partial : partials) {
            partial.clear();
        }
    }

    static void forgetTimes(Partial[] partials) {
        for (Partial partial : partials) {
            partial.forgetTime();
        }
    }

    static void addOlder(Partial[] partials, Partial[] older) {
        for (int c = 0; c < partials.length; c++) {
            partials[c].addOlder(older[c]);
        }
    }

    static void addNewer(Partial[] partials, Partial[] newer) {
        for (int c = 0; c < partials.length; c++) {
            partials[c].addNewer(newer[c]);
        }
    }

    /** Makes the values so far invisible to {@link #since}. */
    void forgetTime() {
        lastTime = NEVER;
    }

    /** How many different values there are; of sums over blocks only what {@link #setDistinct} said. */
    long distinct() {
        return distinct == UNKNOWN ? values.size() : distinct;
    }

    void setDistinct(long count) {
        distinct = count;
    }

    /** Milliseconds from the newest value to {@code now}, or null. */
    Long since(long now) {
        return lastTime == NEVER ? null : now - lastTime;
    }

    private void addToSums(long bits) {
        if (kind == Kind.FLOATING) {
            sum.add(Double.longBitsToDouble(bits));
        } else {
            sum.add(bits);
        }
        if ((parts & SQUARES) != 0) {
            squares.addSquare(kind.toDouble(bits));
        }
    }

    private void widen(long low, long high) {
        min = count == 0L || kind.compare(low, min) < 0 ? low : min;
        max = count == 0L || kind.compare(high, max) > 0 ? high : max;
    }

    void write(Output out) {
        out.writeVarint(count);
        if (count == 0L) {
            return;
        }
        if ((parts & SUM) != 0) {
            sum.write(out);
        }
        if ((parts & SQUARES) != 0) {
            squares.write(out);
        }
        if ((parts & EXTREMES) != 0) {
            kind.write(out, min);
            kind.write(out, max);
        }
        if ((parts & LAST) != 0) {
            kind.write(out, last);
            out.writeLong(lastTime);
        }
    }

    void read(Input in) {
        clear();
        count = in.readVarint();
        if (count == 0L) {
            return;
        }
        if ((parts & SUM) != 0) {
            sum.read(in);
        }
        if ((parts & SQUARES) != 0) {
            squares.read(in);
        }
        if ((parts & EXTREMES) != 0) {
            min = kind.read(in);
            max = kind.read(in);
        }
        if ((parts & LAST) != 0) {
            last = kind.read(in);
            lastTime = in.readLong();
        }
    }
}
