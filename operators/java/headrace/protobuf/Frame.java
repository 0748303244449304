package headrace.protobuf;

import com.google.protobuf.CodedInputStream;

import java.io.IOException;
import java.nio.ByteBuffer;

/** What Confluent's protocol has before a message: 0, the number of the schema, and which message of it this is. */
final class Frame {

    private static final byte MAGIC = 0;
    private static final byte FIRST_MESSAGE = 0;
    private static final int ID_BYTES = 4;

    private Frame() {}

    /** The frame of the first message of a schema. */
    static byte[] of(int schemaId) {
        return ByteBuffer.allocate(2 + ID_BYTES).put(MAGIC).putInt(schemaId).put(FIRST_MESSAGE).array();
    }

    /** Goes past a frame. Fields go by their numbers, so that the writer's schema need not be fetched. */
    static void read(CodedInputStream input) throws IOException {
        final byte magic = input.readRawByte();
        if (magic != MAGIC) {
            throw new Unreadable(String.format(
                    "expected the frame of a schema registry, which begins with 0, got %d; "
                            + "was it written without a registry?",
                    magic));
        }
        input.skipRawBytes(ID_BYTES);
        final int indexes = input.readSInt32();
        final int index = indexes == 0 ? 0 : input.readSInt32();
        if (indexes > 1 || indexes < 0 || index != 0) {
            throw new Unreadable("expected the first message of its schema, got another one");
        }
    }
}
