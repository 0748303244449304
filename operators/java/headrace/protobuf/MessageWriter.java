package headrace.protobuf;

import com.google.protobuf.CodedOutputStream;
import org.apache.flink.api.common.serialization.SerializationSchema;
import org.apache.flink.table.data.RowData;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.stream.IntStream;

/** Makes a message of a row, in task managers. A column that is NULL is left out. */
final class MessageWriter implements SerializationSchema<RowData> {

    private final Message message;
    private final Registry registry;
    private final RowData.FieldGetter[] columns;

    private transient byte[] frame;
    private transient ByteArrayOutputStream record;
    private transient CodedOutputStream output;

    /** With a registry, which may be null, each record begins with Confluent's frame. */
    MessageWriter(Message message, Registry registry) {
        this.message = message;
        this.registry = registry;
        this.columns = IntStream.range(0, message.fields.length)
                .mapToObj(i -> RowData.createFieldGetter(message.fields[i].type, i))
                .toArray(RowData.FieldGetter[]::new);
    }

    @Override
    public void open(InitializationContext context) throws Exception {
        frame = registry == null ? new byte[0] : Frame.of(registry.register(message.schema()));
        record = new ByteArrayOutputStream();
        output = CodedOutputStream.newInstance(record);
    }

    @Override
    public byte[] serialize(RowData row) {
        try {
            record.reset();
            output.writeRawBytes(frame);
            for (int i = 0; i < columns.length; i++) {
                final Object value = columns[i].getFieldOrNull(row);
                if (value != null) {
                    message.fields[i].write(value, output);
                }
            }
            output.flush();
            return record.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(message.table + ": a row could not be made a message", e);
        }
    }
}
