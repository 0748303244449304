package headrace.protobuf;

import org.apache.flink.api.common.serialization.SerializationSchema;
import org.apache.flink.table.data.RowData;

import java.io.IOException;
import java.io.UncheckedIOException;

/** Makes records of rows, in task managers. No class of Protobuf is named here: see {@link MessageReader}. */
final class MessageWriter implements SerializationSchema<RowData> {

    private static final byte[] NONE = {};

    private final Message message;
    private final Registry registry;
    private transient RowWriter writer;

    /** With a registry, which may be null, each record begins with Confluent's frame. */
    MessageWriter(Message message, Registry registry) {
        this.message = message;
        this.registry = registry;
    }

    @Override
    public void open(InitializationContext context) throws Exception {
        writer = new RowWriter(message, registry == null ? NONE : Frame.of(registry.register(message.schema())));
    }

    @Override
    public byte[] serialize(RowData row) {
        try {
            return writer.write(row);
        } catch (IOException e) {
            throw new UncheckedIOException(message.table + ": a row could not be made a message", e);
        }
    }
}
