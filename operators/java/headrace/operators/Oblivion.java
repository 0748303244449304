package headrace.operators;

import org.apache.flink.table.functions.ProcessTableFunction.Context;
import org.apache.flink.table.functions.ProcessTableFunction.OnTimerContext;
import org.apache.flink.table.functions.ProcessTableFunction.TimeContext;

/**
 * How a key is forgotten: by one timer, once the watermark has left all its windows behind. A key lives for what it has
 * kept, however long the job stood still.
 */
final class Oblivion {

    private static final String FORGET = "forget";

    private final long span;
    private final History history;

    Oblivion(long span, History history) {
        this.span = span;
        this.history = history;
    }

    static boolean isDue(OnTimerContext context) {
        return FORGET.equals(context.currentTimer());
    }

    /**
     * Writes the history of a key after a row. Of a key of which nothing is kept nothing is written: a header without
     * bytes is no state to Flink.
     *
     * @param watermark what is older than all windows of a row of this time is dropped
     * @param time of the row
     */
    void close(Context context, long watermark, long time) throws Exception {
        if (history.isNew() && !history.isEmpty()) {
            context.timeContext(Long.class).registerOnTime(FORGET, time + span);
        }
        history.close(watermark);
    }

    /** Forgets the key, or waits for its newest row; what is too old by then goes with the next row that is kept. */
    void onTimer(OnTimerContext context) throws Exception {
        final TimeContext<Long> clock = context.timeContext(Long.class);
        if (!history.isEmpty() && history.newest() + span > clock.time()) {
            clock.registerOnTime(FORGET, history.newest() + span);
            history.close(clock.time());
        } else {
            context.clearState("header");
            context.clearState("blocks");
        }
    }
}
