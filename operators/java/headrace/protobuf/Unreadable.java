package headrace.protobuf;

import java.io.IOException;

/** What is wrong with a record, without the place: that is added where it is known. */
final class Unreadable extends IOException {

    Unreadable(String message) {
        super(message);
    }
}
