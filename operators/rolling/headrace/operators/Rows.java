package headrace.operators;

import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.table.data.RowData;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/** Rows in the order of time, and of arrival where times are equal: their times and the kept columns. */
final class Rows {

    private static final int ALL_NULL = 0;
    private static final int NONE_NULL = 1;
    private static final int SOME_NULL = 2;

    private final List<Column> columns;
    int size;
    long[] times = new long[16];
    private final long[][] values;
    private final boolean[][] present;

    Rows(List<Column> columns) {
        this.columns = columns;
        this.values = new long[columns.size()][16];
        this.present = new boolean[columns.size()][16];
    }

    void clear() {
        size = 0;
    }

    /** Puts a row behind all that are not newer, and returns where. */
    int insert(long time, RowData row) {
        final int position = after(time);
        open(position);
        times[position] = time;
        for (int c = 0; c < values.length; c++) {
            final Column column = columns.get(c);
            present[c][position] = !column.isNull(row);
            values[c][position] = present[c][position] ? column.bits(row) : 0L;
        }
        return position;
    }

    /** The position of the first row that is newer than {@code time}. */
    int after(long time) {
        int position = size;
        while (position > 0 && times[position - 1] > time) {
            position--;
        }
        return position;
    }

    /** Adds one row to partials of newer rows. */
    void addOlder(int position, Partial[] partials) {
        for (int c = 0; c < partials.length; c++) {
            if (present[c][position]) {
                partials[c].addOlder(times[position], values[c][position]);
            }
        }
    }

    void removeFirst(int count) {
        size -= count;
        System.arraycopy(times, count, times, 0, size);
        for (int c = 0; c < values.length; c++) {
            System.arraycopy(values[c], count, values[c], 0, size);
            System.arraycopy(present[c], count, present[c], 0, size);
        }
    }

    private void open(int position) {
        reserve(size + 1);
        final int behind = size - position;
        System.arraycopy(times, position, times, position + 1, behind);
        for (int c = 0; c < values.length; c++) {
            System.arraycopy(values[c], position, values[c], position + 1, behind);
            System.arraycopy(present[c], position, present[c], position + 1, behind);
        }
        size++;
    }

    private void reserve(int capacity) {
        if (capacity <= times.length) {
            return;
        }
        final int length = Math.max(capacity, 2 * times.length);
        times = Arrays.copyOf(times, length);
        for (int c = 0; c < values.length; c++) {
            values[c] = Arrays.copyOf(values[c], length);
            present[c] = Arrays.copyOf(present[c], length);
        }
    }

    /** Writes the first {@code count} rows. */
    void write(DataOutputSerializer out, int count) throws IOException {
        Varint.write(out, count);
        long before = 0L;
        for (int i = 0; i < count; i++) {
            Varint.writeSigned(out, times[i] - before);
            before = times[i];
        }
        for (int c = 0; c < values.length; c++) {
            writeColumn(out, columns.get(c).kind, values[c], present[c], count);
        }
    }

    void read(DataInputDeserializer in) throws IOException {
        size = (int) Varint.read(in);
        reserve(size);
        long before = 0L;
        for (int i = 0; i < size; i++) {
            before += Varint.readSigned(in);
            times[i] = before;
        }
        for (int c = 0; c < values.length; c++) {
            readColumn(in, columns.get(c).kind, values[c], present[c], size);
        }
    }

    private static void writeColumn(
            DataOutputSerializer out, Kind kind, long[] values, boolean[] present, int count)
            throws IOException {
        final int nulls = nulls(present, count);
        out.writeByte(nulls);
        if (nulls == SOME_NULL) {
            for (int i = 0; i < count; i += 8) {
                out.writeByte(pack(present, i, count));
            }
        }
        for (int i = 0; i < count; i++) {
            if (present[i]) {
                kind.write(out, values[i]);
            }
        }
    }

    private static void readColumn(
            DataInputDeserializer in, Kind kind, long[] values, boolean[] present, int count)
            throws IOException {
        final int nulls = in.readByte();
        if (nulls == SOME_NULL) {
            for (int i = 0; i < count; i += 8) {
                unpack(in.readByte(), present, i, count);
            }
        } else {
            Arrays.fill(present, 0, count, nulls == NONE_NULL);
        }
        for (int i = 0; i < count; i++) {
            values[i] = present[i] ? kind.read(in) : 0L;
        }
    }

    private static int nulls(boolean[] present, int count) {
        for (int i = 1; i < count; i++) {
            if (present[i] != present[0]) {
                return SOME_NULL;
            }
        }
        return count > 0 && present[0] ? NONE_NULL : ALL_NULL;
    }

    private static int pack(boolean[] present, int from, int count) {
        int packed = 0;
        for (int i = from; i < Math.min(from + 8, count); i++) {
            packed |= present[i] ? 1 << (i - from) : 0;
        }
        return packed;
    }

    private static void unpack(byte packed, boolean[] present, int from, int count) {
        for (int i = from; i < Math.min(from + 8, count); i++) {
            present[i] = (packed & 1 << (i - from)) != 0;
        }
    }
}
