package headrace.operators;

import org.apache.flink.table.api.ValidationException;

/** A call of {@code rolling} that can not be planned; the message says what is allowed. */
final class InvalidCall extends ValidationException {

    InvalidCall(String message, Object... values) {
        super(String.format(message, values));
    }
}
