package headrace.operators;

import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.api.dataview.MapView;

final class History {
    private final Call call;
    final Rows tail;
    final Partial[] partials;
    private final DataOutputSerializer out = new DataOutputSerializer(1024);
    private final DataInputDeserializer in = new DataInputDeserializer();
    private MapView<Long, byte[]> state;

    History(Call call) {
        this.call = call;
        this.tail = new Rows(call.columns);
        this.partials = new Partial[call.columns.size()];
        for (int c = 0; c < partials.length; c++) {
            partials[c] = new Partial(call.columns.get(c).kind, call.parts(c));
        }
    }

    void load(MapView<Long, byte[]> state) throws Exception {
        this.state = state;
        final byte[] header = state.get(-1L);
        tail.clear();
        if (header != null) {
            in.setBuffer(header);
            in.readByte();
            tail.read(in);
        }
    }

    void save(long horizon) throws Exception {
        int old = 0;
        while (old < tail.size && tail.times[old] <= horizon) old++;
        if (old > 0) tail.removeFirst(old);
        out.clear();
        out.writeByte(1);
        tail.write(out, tail.size);
        state.put(-1L, out.getCopyOfBuffer());
    }

    Object[] process(RowData row) {
        final long time = row.getTimestamp(call.timePosition, 3).getMillisecond();
        final int own = tail.insert(time, row);
        final Object[] results = new Object[call.windows.size() * call.measures.size()];
        for (Partial p : partials) p.clear();
        int i = call.delay == 0 ? own : tail.after(time - call.delay) - 1;
        for (int w : call.byLength()) {
            final long start = time - call.delay - call.windows.get(w).millis;
            while (i >= 0 && tail.times[i] > start) {
                tail.addOlder(i, partials);
                if (i == own) for (Partial p : partials) p.forgetTime();
                i--;
            }
            for (int m = 0; m < call.measures.size(); m++) {
                final Call.Measure measure = call.measures.get(m);
                results[w * call.measures.size() + m] = measure.aggregate.of(call.columns.get(measure.column), partials[measure.column], time);
            }
        }
        return results;
    }
}
