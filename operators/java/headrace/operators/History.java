package headrace.operators;

import org.apache.flink.table.api.dataview.MapView;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.utils.JoinedRowData;
import org.apache.flink.table.data.utils.ProjectedRowData;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * The rows of one key that a window may still look at.
 *
 * <p>The newest rows, the tail, are kept in the header: a key with few rows has nothing else. Older rows are sealed
 * into blocks of sixty-four. What the windows of the next row need of the blocks stands in the header too: an {@link
 * Edge} each, and the counts of {@link Distinct}.
 */
final class History {

    private static final int FORMAT = 1;
    private static final int BLOCK = 64;
    private static final int LONGEST_TAIL = 96;

    private final Call call;
    private final int layout;
    private final Store store = new Store();
    private final Blocks blocks;
    private final Rows tail;
    private final Rows own;
    private final Edge[] edges;
    private final Distinct[] distincts;
    private final int[] distinctColumns;
    private final Partial[] recent;
    private final Partial[] all;
    private final Input in = new Input();
    private final Output out = new Output();
    private final ProjectedRowData passed;
    private final boolean needsEveryRow;
    private boolean isNew;
    private boolean hasChanged;

    History(Call call) {
        this.call = call;
        this.layout = call.layout();
        this.blocks = new Blocks(call, store);
        this.tail = new Rows(call.kinds());
        this.own = new Rows(call.kinds());
        this.edges = call.windows.stream().map(window -> new Edge(call)).toArray(Edge[]::new);
        this.distinctColumns = call.distinctColumns();
        this.distincts =
                Arrays.stream(distinctColumns).mapToObj(c -> new Distinct(call, c, store)).toArray(Distinct[]::new);
        this.recent = call.newPartials();
        this.all = call.newPartials();
        this.passed = ProjectedRowData.from(call.passedPositions());
        this.needsEveryRow = call.needsEveryRow();
    }

    /** Turns to the key whose state this is. */
    void open(Header headerOfKey, MapView<Long, byte[]> blocksOfKey) throws Exception {
        store.open(headerOfKey, blocksOfKey);
        final byte[] header = store.header();
        isNew = header == null;
        hasChanged = false;
        if (isNew) {
            blocks.clear();
            tail.clear();
        } else {
            read(header);
        }
    }

    /** Whether nothing was known of the key when it was opened. */
    boolean isNew() {
        return isNew;
    }

    boolean isEmpty() {
        return tail.size == 0;
    }

    /** The time of the newest row; there must be one. */
    long newest() {
        return tail.newest();
    }

    /**
     * Keeps a row, and passes it on with the aggregates of its windows over the rows that have come so far. A row that
     * has nothing to aggregate is answered and not kept.
     */
    RowData answer(long time, RowData row) throws Exception {
        return new JoinedRowData(passed.replaceRow(row), GenericRowData.of(add(time, row)));
    }

    private Object[] add(long time, RowData row) throws Exception {
        own.clear();
        own.insert(time, call.columns, row);
        final boolean inOrder = tail.size == 0 || time >= tail.newest();
        if (!blocks.isEmpty() && call.delay == 0L) {
            count(inOrder ? time : tail.newest());
        }
        final Object[] results = aggregates(time, inOrder);
        if (needsEveryRow || own.hasValue(0)) {
            hasChanged = true;
            keep(time, row);
        }
        return results;
    }

    private Object[] aggregates(long time, boolean inOrder) throws Exception {
        final long end = time - call.delay;
        Partial.clear(recent);
        if (call.delay == 0L) {
            own.addOlder(0, 1, recent);
            Partial.forgetTimes(recent);
        }
        final Object[] results = new Object[call.windows.size() * call.measures.size()];
        int from = tail.after(end);
        for (int window : call.shortestFirst) {
            final long start = end - call.windows.get(window).millis;
            final int to = from;
            from = Math.min(to, tail.after(start));
            tail.addOlder(from, to, recent);
            call.results(window, time, withBlocks(window, start, end), results);
        }
        return results;
    }

    private Partial[] withBlocks(int window, long start, long end) throws Exception {
        if (blocks.isEmpty() || start >= tail.times[0]) {
            return recent;
        }
        Partial.clear(all);
        Partial.addOlder(all, recent);
        if (call.delay == 0L && end >= tail.newest()) {
            edges[window].addOlder(start, blocks, all);
            for (int d = 0; d < distincts.length; d++) {
                all[distinctColumns[d]].setDistinct(distincts[d].count(window));
            }
        } else {
            blocks.addOlder(start, end, all);
        }
        return all;
    }

    /** Moves the counts of different values on to {@code newest}, and adds the row. */
    private void count(long newest) throws Exception {
        if (distincts.length == 0) {
            return;
        }
        for (int window = 0; window < edges.length; window++) {
            final long length = call.windows.get(window).millis;
            expire(window, tail.newest() - length, newest - length);
        }
        for (Distinct distinct : distincts) {
            distinct.add(own, 0, newest);
        }
    }

    private void expire(int window, long start, long end) throws Exception {
        for (Distinct distinct : distincts) {
            distinct.startExpiring();
        }
        final Edge edge = edges[window];
        if (edge.reaches(end)) {
            expire(window, edge.rows(), 0, edge.rows().upTo(end));
            return;
        }
        for (long i = edge.isPast() ? blocks.next() : blocks.seek(start); i < blocks.next(); i++) {
            final Rows rows = blocks.read(i);
            expire(window, rows, rows.after(start), rows.after(end));
            if (rows.newest() > end) {
                return;
            }
        }
        expire(window, tail, tail.after(start), tail.after(end));
    }

    private void expire(int window, Rows rows, int from, int to) throws Exception {
        for (Distinct distinct : distincts) {
            distinct.expire(window, rows, from, to);
        }
    }

    private void keep(long time, RowData row) throws Exception {
        if (!blocks.isEmpty() && time < tail.times[0] && blocks.insert(time, call.columns, row)) {
            forgetEdges();
            return;
        }
        tail.insert(time, call.columns, row);
        if (tail.size > LONGEST_TAIL) {
            seal();
        }
    }

    private void seal() throws Exception {
        if (blocks.isEmpty() && call.delay == 0L) {
            for (Distinct distinct : distincts) {
                distinct.reset(tail);
            }
        }
        int sealed = 0;
        for (; tail.size - sealed > LONGEST_TAIL; sealed += BLOCK) {
            blocks.append(tail, sealed, sealed + BLOCK);
        }
        tail.removeFirst(sealed);
        forgetEdges();
    }

    private void forgetEdges() {
        for (Edge edge : edges) {
            edge.forget();
        }
    }

    /** If a row was kept or rows were taken over, drops those that no window of a row after {@code watermark} holds, and writes the others. */
    void close(long watermark) throws Exception {
        if (!hasChanged) {
            return;
        }
        final long horizon = Math.min(watermark, tail.newest()) - call.span;
        if (!blocks.isEmpty()) {
            blocks.forget(horizon, distincts);
            if (blocks.isEmpty()) {
                forgetIndex();
            }
        }
        if (blocks.isEmpty()) {
            tail.removeFirst(tail.upTo(horizon));
        }
        store.putHeader(header());
    }

    private void forgetIndex() throws Exception {
        for (Distinct distinct : distincts) {
            distinct.forget(tail, Long.MAX_VALUE);
        }
    }

    private byte[] header() {
        out.clear();
        out.writeByte(FORMAT);
        out.writeInt(layout);
        out.writeByte(call.columns.size());
        for (Column column : call.columns) {
            out.writeByte(column.kind.ordinal());
            out.writeInt(column.id());
        }
        blocks.writeHeader(out);
        tail.write(out, 0, tail.size);
        if (!blocks.isEmpty()) {
            for (Edge edge : edges) {
                edge.write(out);
            }
            for (Distinct distinct : distincts) {
                distinct.write(out);
            }
        }
        return out.copy();
    }

    private void read(byte[] header) throws Exception {
        in.open(header);
        final int format = in.readByte();
        if (format != FORMAT) {
            throw new IllegalStateException(
                    "rolling: the state has format " + format + ", this jar knows format " + FORMAT
                            + ". Use the jar that wrote the savepoint, or a newer one.");
        }
        if (in.readInt() != layout) {
            adopt();
            return;
        }
        in.position += 1 + 5 * call.columns.size();
        blocks.readHeader(in);
        tail.read(in);
        if (!blocks.isEmpty()) {
            for (Edge edge : edges) {
                edge.read(in);
            }
            for (Distinct distinct : distincts) {
                distinct.read(in);
            }
        }
    }

    /** Takes over rows that were kept for another call: other windows, aggregates or columns. */
    private void adopt() throws Exception {
        final Kind[] kinds = new Kind[in.readByte()];
        final int[] ids = new int[kinds.length];
        for (int c = 0; c < kinds.length; c++) {
            kinds[c] = Kind.values()[in.readByte()];
            ids[c] = in.readInt();
        }
        final Rows reader = new Rows(kinds);
        final Rows newest = new Rows(kinds);
        final int[] sources = sources(ids);
        blocks.readHeader(in);
        newest.read(in);
        tail.clear();
        blocks.drainTo(tail, reader, sources);
        tail.append(newest, 0, newest.size, sources);
        if (tail.size > LONGEST_TAIL) {
            seal();
        }
        hasChanged = true;
    }

    /** Where each column of this call stands among the kept ones, or -1. */
    private int[] sources(int[] ids) {
        return call.columns.stream()
                .mapToInt(
                        column ->
                                IntStream.range(0, ids.length)
                                        .filter(c -> ids[c] == column.id())
                                        .findFirst()
                                        .orElse(-1))
                .toArray();
    }
}
