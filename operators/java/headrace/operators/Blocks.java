package headrace.operators;

import org.apache.flink.table.data.RowData;

import java.util.List;

/** The older rows of a key: blocks of rows, each its own piece of state, and {@link Tiles} over them. */
final class Blocks {

    private final Store store;
    private final Tiles tiles;
    private final Rows block;
    private final Partial[] sums;

    /** Different values can not be summed up: they are counted row by row. */
    private final boolean needsRows;

    private final Input in = new Input();
    private final Output out = new Output();

    /** The time of the newest row in the first block. */
    private long firstNewest;

    Blocks(Call call, Store store) {
        this.store = store;
        this.tiles = new Tiles(call, store);
        this.block = new Rows(call.kinds());
        this.sums = call.newPartials();
        this.needsRows = call.distinctColumns().length > 0;
    }

    boolean isEmpty() {
        return tiles.isEmpty();
    }

    long next() {
        return tiles.next;
    }

    /** The first block with a row newer than {@code time}, or {@link #next}. */
    long seek(long time) throws Exception {
        return isEmpty() ? next() : tiles.seek(time);
    }

    /** The rows of a block, until the next call. */
    Rows read(long index) throws Exception {
        in.open(store.node(0, index));
        block.read(in);
        return block;
    }

    /** Adds all blocks after {@code low} and before {@code high} to partials of newer rows. */
    void addBetween(long low, long high, Partial[] partials) throws Exception {
        tiles.addBetween(low, high, partials);
    }

    /** Adds the rows newer than {@code start} and not newer than {@code end} to partials of newer rows. */
    void addOlder(long start, long end, Partial[] partials) throws Exception {
        final long low = seek(start);
        final long high = seek(end);
        if (high < next()) {
            addRows(high, start, end, partials);
        }
        if (low < high) {
            if (needsRows) {
                addEachBetween(low, high, partials);
            } else {
                addBetween(low, high, partials);
            }
            addRows(low, start, end, partials);
        }
    }

    private void addEachBetween(long low, long high, Partial[] partials) throws Exception {
        for (long index = high - 1; index > low; index--) {
            addRows(index, Long.MIN_VALUE, Long.MAX_VALUE, partials);
        }
    }

    private void addRows(long index, long start, long end, Partial[] partials) throws Exception {
        final Rows rows = read(index);
        rows.addOlder(rows.after(start), rows.after(end), partials);
    }

    /** Makes a block of the rows from {@code from} to {@code to}, which are newer than all blocks. */
    void append(Rows rows, int from, int to) throws Exception {
        if (isEmpty()) {
            firstNewest = rows.times[to - 1];
        }
        write(next(), rows, from, to);
        tiles.append(rows.times[to - 1], sums);
    }

    /** Puts a row that is older than a row in a block where it belongs; false if it is not. */
    boolean insert(long time, List<Column> columns, RowData row) throws Exception {
        final long index = seek(time);
        if (index == next()) {
            return false;
        }
        final Rows rows = read(index);
        rows.insert(time, columns, row);
        write(index, rows, 0, rows.size);
        tiles.replace(index, sums);
        return true;
    }

    private void write(long index, Rows rows, int from, int to) throws Exception {
        out.clear();
        rows.write(out, from, to);
        store.put(0, index, out.copy());
        Partial.clear(sums);
        rows.addOlder(from, to, sums);
    }

    /** Removes blocks of which no row is newer than {@code horizon}. */
    void forget(long horizon, Distinct[] distincts) throws Exception {
        while (!isEmpty() && firstNewest <= horizon) {
            for (Distinct distinct : distincts) {
                distinct.forget(read(tiles.first), horizon);
            }
            tiles.removeFirst();
            firstNewest = isEmpty() ? 0L : tiles.newest(tiles.first);
        }
    }

    /** Moves all rows to the end of {@code target}, and is empty. */
    void drainTo(Rows target, Rows reader, int[] sources) throws Exception {
        while (!isEmpty()) {
            in.open(store.node(0, tiles.first));
            reader.read(in);
            target.append(reader, 0, reader.size, sources);
            tiles.removeFirst();
        }
    }

    void clear() {
        tiles.first = 0L;
        tiles.next = 0L;
    }

    void writeHeader(Output header) {
        header.writeVarint(tiles.next - tiles.first);
        if (!isEmpty()) {
            header.writeVarint(tiles.first);
            header.writeLong(firstNewest);
        }
    }

    void readHeader(Input header) {
        clear();
        tiles.next = header.readVarint();
        if (!isEmpty()) {
            tiles.first = header.readVarint();
            tiles.next += tiles.first;
            firstNewest = header.readLong();
        }
    }
}
