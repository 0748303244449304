package headrace.protobuf;

import org.apache.flink.api.common.serialization.DeserializationSchema;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.table.data.RowData;

import java.io.IOException;

/**
 * Makes rows of records, in task managers.
 *
 * <p>No class of Protobuf is named here: clients look at all methods of what they send, and in a JVM where another
 * environment was planned before, ours may have been loaded where Protobuf's are not.
 */
final class MessageReader implements DeserializationSchema<RowData> {

    private final Message message;
    private final boolean framed;
    private final TypeInformation<RowData> produced;

    MessageReader(Message message, boolean framed, TypeInformation<RowData> produced) {
        this.message = message;
        this.framed = framed;
        this.produced = produced;
    }

    @Override
    public RowData deserialize(byte[] record) throws IOException {
        if (record == null) {
            return null;
        }
        try {
            return RowReader.read(message, framed, record);
        } catch (IOException e) {
            throw new IOException(
                    String.format(
                            "Failed to deserialize Protobuf: %s: expected the message %s, got %d bytes: %s",
                            message.table, message.name, record.length, e.getMessage()),
                    e);
        }
    }

    @Override
    public boolean isEndOfStream(RowData nextElement) {
        return false;
    }

    @Override
    public TypeInformation<RowData> getProducedType() {
        return produced;
    }
}
