package headrace.operators;

import org.apache.flink.table.data.RowData;

import java.util.Arrays;
import java.util.List;

/** Rows by time, and by arrival where times are equal; of each its time and its kept columns. */
final class Rows {

    private static final int ALL_NULL = 0;
    private static final int NONE_NULL = 1;
    private static final int SOME_NULL = 2;
    private static final int INITIAL_CAPACITY = 128;

    private final Kind[] kinds;
    private final long[][] values;
    private final boolean[][] present;
    long[] times = new long[INITIAL_CAPACITY];
    int size;

    Rows(Kind[] kinds) {
        this.kinds = kinds;
        this.values = new long[kinds.length][INITIAL_CAPACITY];
        this.present = new boolean[kinds.length][INITIAL_CAPACITY];
    }

    void clear() {
        size = 0;
    }

    long newest() {
        return times[size - 1];
    }

    /** The position of the first row that is newer than {@code time}. */
    int after(long time) {
        int position = size;
        while (position > 0 && times[position - 1] > time) {
            position--;
        }
        return position;
    }

    /** How many rows at the start are not newer than {@code time}; for few of many. */
    int upTo(long time) {
        int count = 0;
        while (count < size && times[count] <= time) {
            count++;
        }
        return count;
    }

    /** Whether a row has a value in any column, beside being one. */
    boolean hasValue(int position) {
        for (int c = 0; c < kinds.length; c++) {
            if (kinds[c] != Kind.ROWS && present[c][position]) {
                return true;
            }
        }
        return false;
    }

    boolean isPresent(int column, int position) {
        return present[column][position];
    }

    long value(int column, int position) {
        return values[column][position];
    }

    /** Puts a row behind all that are not newer, and returns where. */
    int insert(long time, List<Column> columns, RowData row) {
        final int position = after(time);
        makeRoom(position, 1);
        times[position] = time;
        for (int c = 0; c < kinds.length; c++) {
            present[c][position] = !columns.get(c).isNull(row);
            values[c][position] = present[c][position] ? columns.get(c).bits(row) : 0L;
        }
        return position;
    }

    /** Appends rows from other columns: {@code sources[c]} is where this column {@code c} stands there, or -1. */
    void append(Rows other, int from, int to, int[] sources) {
        final int target = size;
        makeRoom(size, to - from);
        System.arraycopy(other.times, from, times, target, to - from);
        for (int c = 0; c < kinds.length; c++) {
            if (sources[c] < 0) {
                Arrays.fill(present[c], target, size, kinds[c] == Kind.ROWS);
            } else {
                System.arraycopy(other.values[sources[c]], from, values[c], target, to - from);
                System.arraycopy(other.present[sources[c]], from, present[c], target, to - from);
            }
        }
    }

    /** Adds the rows from {@code from} to {@code to} to partials of newer rows. */
    void addOlder(int from, int to, Partial[] partials) {
        for (int c = 0; c < kinds.length; c++) {
            if (kinds[c] == Kind.ROWS) {
                partials[c].addOlder(times, from, to);
            } else {
                addOlder(c, from, to, partials[c]);
            }
        }
    }

    private void addOlder(int column, int from, int to, Partial partial) {
        for (int i = to - 1; i >= from; i--) {
            if (present[column][i]) {
                partial.addOlder(times[i], values[column][i]);
            }
        }
    }

    void removeFirst(int count) {
        shift(count, 0, size - count);
        size -= count;
    }

    private void makeRoom(int position, int count) {
        if (size + count > times.length) {
            grow(Math.max(size + count, 2 * times.length));
        }
        shift(position, position + count, size - position);
        size += count;
    }

    private void shift(int from, int to, int count) {
        if (count == 0 || from == to) {
            return;
        }
        System.arraycopy(times, from, times, to, count);
        for (int c = 0; c < kinds.length; c++) {
            System.arraycopy(values[c], from, values[c], to, count);
            System.arraycopy(present[c], from, present[c], to, count);
        }
    }

    private void grow(int capacity) {
        times = Arrays.copyOf(times, capacity);
        for (int c = 0; c < kinds.length; c++) {
            values[c] = Arrays.copyOf(values[c], capacity);
            present[c] = Arrays.copyOf(present[c], capacity);
        }
    }

    /** Writes the rows from {@code from} to {@code to}: times as differences, then column by column. */
    void write(Output out, int from, int to) {
        out.writeVarint(to - from);
        long before = 0L;
        for (int i = from; i < to; i++) {
            out.writeSigned(times[i] - before);
            before = times[i];
        }
        for (int c = 0; c < kinds.length; c++) {
            writeColumn(out, c, from, to);
        }
    }

    private void writeColumn(Output out, int column, int from, int to) {
        final boolean[] there = present[column];
        final int nulls = nulls(there, from, to);
        out.writeByte(nulls);
        if (nulls == SOME_NULL) {
            for (int i = from; i < to; i++) {
                out.writeByte(there[i] ? 1 : 0);
            }
        }
        for (int i = from; i < to; i++) {
            if (there[i]) {
                kinds[column].write(out, values[column][i]);
            }
        }
    }

    private static int nulls(boolean[] present, int from, int to) {
        for (int i = from + 1; i < to; i++) {
            if (present[i] != present[from]) {
                return SOME_NULL;
            }
        }
        return from < to && present[from] ? NONE_NULL : ALL_NULL;
    }

    /** Reads what {@link #write} wrote, in place of what was here. */
    void read(Input in) {
        clear();
        makeRoom(0, (int) in.readVarint());
        long before = 0L;
        for (int i = 0; i < size; i++) {
            before += in.readSigned();
            times[i] = before;
        }
        for (int c = 0; c < kinds.length; c++) {
            readColumn(in, c);
        }
    }

    private void readColumn(Input in, int column) {
        final boolean[] there = present[column];
        final int nulls = in.readByte();
        for (int i = 0; i < size; i++) {
            there[i] = nulls == SOME_NULL ? in.readByte() == 1 : nulls == NONE_NULL;
        }
        for (int i = 0; i < size; i++) {
            values[column][i] = there[i] ? kinds[column].read(in) : 0L;
        }
    }
}
