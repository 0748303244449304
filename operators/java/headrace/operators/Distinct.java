package headrace.operators;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;

/**
 * How many different values of a column each window holds, for a key that has blocks.
 *
 * <p>An index in the state has the newest time of every value. A value is in the window {@code (t - w, t]} if that time
 * is; so a row adds to the windows that did not have its value, and a row that leaves takes from them if no newer row
 * has its value.
 */
final class Distinct {

    private final int column;
    private final int columnId;
    private final Window[] windows;
    private final long[] counts;
    private final Store store;
    private final Input in = new Input();
    private final Output out = new Output();
    private final Set<Long> left = new HashSet<>();
    private long leftAt;

    Distinct(Call call, int column, Store store) {
        this.column = column;
        this.columnId = call.columns.get(column).id();
        this.windows = call.windows.toArray(new Window[0]);
        this.counts = new long[windows.length];
        this.store = store;
    }

    long count(int window) {
        return counts[window];
    }

    /** Starts anew with all rows of a key. */
    void reset(Rows rows) throws Exception {
        forget(rows, Long.MAX_VALUE);
        Arrays.fill(counts, 0L);
        for (int i = 0; i < rows.size; i++) {
            add(rows, i, rows.newest());
        }
    }

    /** Counts a row, now that {@code newest} is the time of the newest one. */
    void add(Rows rows, int position, long newest) throws Exception {
        if (!rows.isPresent(column, position)) {
            return;
        }
        final long value = rows.value(column, position);
        final long time = rows.times[position];
        final long before = newestTime(value);
        if (before >= time) {
            return;
        }
        for (int w = 0; w < counts.length; w++) {
            final long start = newest - windows[w].millis;
            if (time > start && before <= start) {
                counts[w]++;
            }
        }
        put(value, time);
    }

    /** Takes from a window the rows from {@code from} to {@code to}, which leave it together. */
    void expire(int window, Rows rows, int from, int to) throws Exception {
        for (int i = from; i < to; i++) {
            if (rows.times[i] != leftAt) {
                leftAt = rows.times[i];
                left.clear();
            }
            if (rows.isPresent(column, i)
                    && left.add(rows.value(column, i))
                    && newestTime(rows.value(column, i)) == leftAt) {
                counts[window]--;
            }
        }
    }

    /** Makes {@link #expire} ready for another window. */
    void startExpiring() {
        leftAt = Long.MIN_VALUE;
        left.clear();
    }

    /** Drops from the index what is not newer than {@code horizon}, of the values in these rows. */
    void forget(Rows rows, long horizon) throws Exception {
        for (int i = 0; i < rows.size; i++) {
            if (rows.isPresent(column, i) && newestTime(rows.value(column, i)) <= horizon) {
                put(rows.value(column, i), Long.MIN_VALUE);
            }
        }
    }

    void write(Output header) {
        for (long count : counts) {
            header.writeVarint(count);
        }
    }

    void read(Input header) {
        for (int w = 0; w < counts.length; w++) {
            counts[w] = header.readVarint();
        }
    }

    private long newestTime(long value) throws Exception {
        final byte[] entries = store.indexed(slot(value));
        if (entries == null) {
            return Long.MIN_VALUE;
        }
        in.open(entries);
        while (!in.isAtEnd()) {
            final boolean found = in.readLong() == value;
            final long time = in.readLong();
            if (found) {
                return time;
            }
        }
        return Long.MIN_VALUE;
    }

    /** Sets the newest time of a value, or removes it. Values with the same hash share an entry. */
    private void put(long value, long time) throws Exception {
        out.clear();
        final byte[] entries = store.indexed(slot(value));
        if (entries != null) {
            in.open(entries);
            while (!in.isAtEnd()) {
                copyIfOther(value, in.readLong(), in.readLong());
            }
        }
        if (time != Long.MIN_VALUE) {
            out.writeLong(value);
            out.writeLong(time);
        }
        store.putIndexed(slot(value), out.copy());
    }

    private void copyIfOther(long value, long there, long time) {
        if (there != value) {
            out.writeLong(there);
            out.writeLong(time);
        }
    }

    private long slot(long value) {
        return Column.mix(value ^ Column.mix(columnId));
    }
}
