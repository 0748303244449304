package headrace.operators;

import org.apache.flink.table.api.dataview.MapView;

/** The state of one key: a header, and numbered nodes on levels. */
final class Store {

    private static final int LEVEL_SHIFT = 56;

    /** Nodes have positive numbers, entries of an index negative ones. */
    private static final long INDEX = Long.MIN_VALUE;

    private Header header;
    private MapView<Long, byte[]> state;

    void open(Header headerOfKey, MapView<Long, byte[]> stateOfKey) {
        header = headerOfKey;
        state = stateOfKey;
    }

    byte[] header() {
        return header.bytes;
    }

    void putHeader(byte[] bytes) {
        header.bytes = bytes;
    }

    byte[] indexed(long slot) throws Exception {
        return state.get(slot | INDEX);
    }

    /** An empty entry is removed. */
    void putIndexed(long slot, byte[] entry) throws Exception {
        if (entry.length == 0) {
            state.remove(slot | INDEX);
        } else {
            state.put(slot | INDEX, entry);
        }
    }

    byte[] node(int level, long index) throws Exception {
        final byte[] node = nodeOrNull(level, index);
        if (node == null) {
            throw new IllegalStateException(
                    "rolling: a part of the history of a key is gone: node " + index + " of level " + level + ". The state"
                            + " is damaged; go on from another savepoint, or replay the history.");
        }
        return node;
    }

    byte[] nodeOrNull(int level, long index) throws Exception {
        return state.get(key(level, index));
    }

    void put(int level, long index, byte[] node) throws Exception {
        state.put(key(level, index), node);
    }

    void remove(int level, long index) throws Exception {
        state.remove(key(level, index));
    }

    private static Long key(int level, long index) {
        return (long) level << LEVEL_SHIFT | index;
    }
}
