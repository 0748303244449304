package headrace.operators;


import java.util.stream.IntStream;

/**
 * Where a window ends in the blocks, carried along: the rows that will leave it next, and the sum of all rows in
 * blocks that are newer. A window that only moves forward reads blocks once in sixteen
 * rows that are kept; rows that are not leave no trace, in here neither.
 */
final class Edge {

    private static final int ROWS_AHEAD = 16;

    private final Rows rows;
    private final Partial[] rest;
    private final int[] sameColumns;
    private boolean known;

    Edge(Call call) {
        this.rows = new Rows(call.kinds());
        this.rest = call.newPartials();
        this.sameColumns = IntStream.range(0, rest.length).toArray();
    }

    /** What it knows is not so any more: blocks have changed. */
    void forget() {
        known = false;
    }

    /** Adds all rows in blocks after {@code start}, which is never before the one of the last call. */
    void addOlder(long start, Blocks blocks, Partial[] partials) throws Exception {
        if (known) {
            rows.removeFirst(rows.upTo(start));
        }
        if (!known || (rows.size == 0 && rest[0].count > 0L)) {
            load(start, blocks);
        }
        Partial.addOlder(partials, rest);
        rows.addOlder(0, rows.size, partials);
    }

    /** Whether the rows that will leave next are in here up to one that is newer than {@code end}. */
    boolean reaches(long end) {
        return known && rows.size > 0 && rows.newest() > end;
    }

    /** Whether the window holds no row of a block. */
    boolean isPast() {
        return known && rows.size == 0 && rest[0].count == 0L;
    }

    Rows rows() {
        return rows;
    }

    private void load(long start, Blocks blocks) throws Exception {
        known = true;
        rows.clear();
        Partial.clear(rest);
        final long block = blocks.seek(start);
        if (block == blocks.next()) {
            return;
        }
        final Rows found = blocks.read(block);
        final int from = found.after(start);
        final int ahead = Math.min(from + ROWS_AHEAD, found.size);
        rows.append(found, from, ahead, sameColumns);
        blocks.addBetween(block, blocks.next(), rest);
        found.addOlder(ahead, found.size, rest);
    }

    void write(Output out) {
        out.writeByte(known ? 1 : 0);
        if (!known) {
            return;
        }
        rows.write(out, 0, rows.size);
        for (Partial partial : rest) {
            partial.write(out);
        }
    }

    void read(Input in) {
        known = in.readByte() == 1;
        if (!known) {
            return;
        }
        rows.read(in);
        for (Partial partial : rest) {
            partial.read(in);
        }
    }
}
