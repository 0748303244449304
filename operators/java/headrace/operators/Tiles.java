package headrace.operators;


/**
 * Sums over blocks of rows, sums over 64 of those sums, and so on: what lies between two blocks, and the block at a
 * time, are found by reading a few entries however many blocks there are.
 *
 * <p>Blocks are numbered in the order of time. The tile {@code (level, i)} has an entry for each of the nodes
 * {@code 64 i … 64 i + 63} one level below: the time of its newest row, and its partials. A node has its entry once
 * it is complete.
 */
final class Tiles {

    private static final int FANOUT_BITS = 6;
    private static final int FANOUT = 1 << FANOUT_BITS;

    private final Partial[] entry;
    private final Partial[] stretch;
    private final Store store;
    private final Input in = new Input();
    private final Output out = new Output();

    /** The first block that is kept, and the number that the next one will have. */
    long first;

    long next;

    Tiles(Call call, Store store) {
        this.entry = call.newPartials();
        this.stretch = call.newPartials();
        this.store = store;
    }

    boolean isEmpty() {
        return first == next;
    }

    /** Makes block {@code next}, whose rows are stored by the caller, known. */
    void append(long newest, Partial[] partials) throws Exception {
        append(1, next, newest, partials);
        next++;
    }

    private void append(int level, long child, long newest, Partial[] partials) throws Exception {
        final long tile = child >> FANOUT_BITS;
        out.clear();
        final byte[] before = child % FANOUT == 0 ? null : store.node(level, tile);
        if (before != null) {
            out.write(before, 0, before.length);
        }
        writeEntry(newest, partials);
        store.put(level, tile, out.copy());
        if ((child + 1) % FANOUT == 0) {
            sum(level, tile, 0L, FANOUT, stretch);
            append(level + 1, tile, newest, stretch);
        }
    }

    /** Takes into account that rows came into a block; its newest row is still the newest. */
    void replace(long block, Partial[] partials) throws Exception {
        long child = block;
        Partial[] changed = partials;
        for (int level = 1; (child + 1) << (FANOUT_BITS * (level - 1)) <= next; level++) {
            final long tile = child >> FANOUT_BITS;
            replaceEntry(level, tile, (int) (child % FANOUT), changed);
            sum(level, tile, 0L, FANOUT, stretch);
            changed = stretch;
            child = tile;
        }
    }

    private void replaceEntry(int level, long tile, int position, Partial[] partials) throws Exception {
        final byte[] before = store.node(level, tile);
        in.open(before);
        for (int i = 0; i < position; i++) {
            readEntry(entry);
        }
        out.clear();
        out.write(before, 0, in.position);
        writeEntry(readEntry(entry), partials);
        out.write(before, in.position, before.length);
        store.put(level, tile, out.copy());
    }

    /** The time of the newest row of a block. */
    long newest(long block) throws Exception {
        in.open(store.node(1, block >> FANOUT_BITS));
        for (int i = 0; i < block % FANOUT; i++) {
            readEntry(entry);
        }
        return readEntry(entry);
    }

    /** Adds all blocks after {@code low} and before {@code high} to partials of newer rows. */
    void addBetween(long low, long high, Partial[] partials) throws Exception {
        addBetween(1, low, high, partials);
    }

    private void addBetween(int level, long low, long high, Partial[] partials) throws Exception {
        final long lowTile = low >> FANOUT_BITS;
        final long highTile = high >> FANOUT_BITS;
        if (lowTile == highTile) {
            addEntries(level, lowTile, low + 1, high, partials);
        } else {
            addEntries(level, highTile, highTile << FANOUT_BITS, high, partials);
            addBetween(level + 1, lowTile, highTile, partials);
            addEntries(level, lowTile, low + 1, (lowTile + 1) << FANOUT_BITS, partials);
        }
    }

    private void addEntries(int level, long tile, long from, long to, Partial[] partials) throws Exception {
        if (from < to) {
            sum(level, tile, from - (tile << FANOUT_BITS), to - (tile << FANOUT_BITS), stretch);
            Partial.addOlder(partials, stretch);
        }
    }

    private void sum(int level, long tile, long from, long to, Partial[] total) throws Exception {
        Partial.clear(total);
        in.open(store.node(level, tile));
        for (int i = 0; i < to && !in.isAtEnd(); i++) {
            readEntry(entry);
            if (i >= from) {
                Partial.addNewer(total, entry);
            }
        }
    }

    /** The first block with a row newer than {@code time}, or {@code next}. */
    long seek(long time) throws Exception {
        int level = 1;
        while (first >> (FANOUT_BITS * level) != (next - 1) >> (FANOUT_BITS * level)) {
            level++;
        }
        long node = first >> (FANOUT_BITS * level);
        for (; level > 0; level--) {
            final long child = (node << FANOUT_BITS) + olderEntries(level, node, time);
            node = Math.max(child, first >> (FANOUT_BITS * (level - 1)));
        }
        return Math.min(node, next);
    }

    private long olderEntries(int level, long tile, long time) throws Exception {
        final byte[] node = store.nodeOrNull(level, tile);
        if (node == null) {
            return 0L;
        }
        in.open(node);
        long older = 0L;
        while (!in.isAtEnd() && readEntry(entry) <= time) {
            older++;
        }
        return older;
    }

    /** Forgets the first block, and the tiles that are of no more use. */
    void removeFirst() throws Exception {
        store.remove(0, first++);
        for (int level = 1; first % (1L << (FANOUT_BITS * level)) == 0; level++) {
            store.remove(level, (first >> (FANOUT_BITS * level)) - 1);
        }
        if (isEmpty()) {
            removeOpenTiles();
            first = 0L;
            next = 0L;
        }
    }

    private void removeOpenTiles() throws Exception {
        for (int level = 1; next >> (FANOUT_BITS * (level - 1)) > 0; level++) {
            store.remove(level, (next - 1) >> (FANOUT_BITS * level));
        }
    }

    private void writeEntry(long newest, Partial[] partials) {
        out.writeLong(newest);
        for (Partial partial : partials) {
            partial.write(out);
        }
    }

    private long readEntry(Partial[] into) {
        final long newest = in.readLong();
        for (Partial partial : into) {
            partial.read(in);
        }
        return newest;
    }
}
