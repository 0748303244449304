package headrace.operators;

import java.util.HashMap;
import java.util.Map;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.table.functions.FunctionContext;
import org.apache.flink.table.functions.ScalarFunction;

/**
 * The SQL function {@code rejected}: the reason it is given, as it is, counted on the way.
 *
 * <p>The counter {@code rejected} stands in the metric group {@code reason} of the operator, under the reason's name. A
 * NULL is no rejection and is not counted. Reasons are names from the suite's SQL; should they come from records all the
 * same, all after the first {@value #MOST} are counted together as {@value #OTHER}, so that no record can make metrics
 * without end.
 *
 * <pre>{@code
 * SELECT rejected('duplicate') AS reason FROM payments WHERE occurrence > 1
 * }</pre>
 */
public class Rejected extends ScalarFunction {

    static final int MOST = 100;
    static final String OTHER = "other";

    private transient MetricGroup metrics;
    private transient Map<String, Counter> counters;

    @Override
    public void open(FunctionContext context) {
        metrics = context.getMetricGroup();
        counters = new HashMap<>();
    }

    /** The reason, after it was counted. */
    public String eval(String reason) {
        if (reason != null) {
            counter(reason).inc();
        }
        return reason;
    }

    /** No: a call that the planner folds into a constant, or makes twice, counts wrongly. */
    @Override
    public boolean isDeterministic() {
        return false;
    }

    private Counter counter(String reason) {
        final Counter known = counters.get(reason);
        if (known != null) {
            return known;
        }
        return counters.size() < MOST || reason.equals(OTHER) ? added(reason) : counter(OTHER);
    }

    private Counter added(String reason) {
        final Counter counter = metrics.addGroup("reason", reason).counter("rejected");
        counters.put(reason, counter);
        return counter;
    }
}
