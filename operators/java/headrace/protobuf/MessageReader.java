package headrace.protobuf;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import org.apache.flink.api.common.serialization.DeserializationSchema;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;

import java.io.IOException;

/** Makes a row of a message, in task managers. Fields that no column has are skipped. */
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
        final CodedInputStream input = CodedInputStream.newInstance(record);
        try {
            if (framed) {
                Frame.read(input);
            }
            return row(input);
        } catch (IOException e) {
            throw new IOException(
                    String.format(
                            "Failed to deserialize Protobuf: %s: expected the message %s, got %d bytes that are not: %s",
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

    /** Goes past a field. */
    static void skip(int tag, CodedInputStream input) throws IOException {
        if (!input.skipField(tag)) {
            throw new Unreadable("a group ends that did not begin");
        }
    }

    private RowData row(CodedInputStream input) throws IOException {
        final GenericRowData row = new GenericRowData(message.fields.length);
        for (int tag = input.readTag(); tag != 0; tag = input.readTag()) {
            final int position = message.position(WireFormat.getTagFieldNumber(tag));
            if (position < 0) {
                skip(tag, input);
            } else {
                row.setField(position, value(message.fields[position], tag, input));
            }
        }
        for (int i = 0; i < message.fields.length; i++) {
            if (row.isNullAt(i)) {
                row.setField(i, absent(message.fields[i]));
            }
        }
        return row;
    }

    private static Object value(Field field, int tag, CodedInputStream input) throws IOException {
        try {
            return field.read(tag, input);
        } catch (IOException e) {
            throw at(field, e);
        }
    }

    private static Object absent(Field field) throws IOException {
        try {
            return field.absent();
        } catch (IOException e) {
            throw at(field, e);
        }
    }

    private static IOException at(Field field, IOException cause) {
        return new IOException(String.format("field %d, %s: %s", field.number, field.name, cause.getMessage()), cause);
    }
}
