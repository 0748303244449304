package headrace.protobuf;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;

import java.io.IOException;

/** Makes a row of a record. */
final class RowReader {

    private RowReader() {}

    /** Reads a record, which has a frame before its message or has none. */
    static RowData read(Message message, boolean framed, byte[] record) throws IOException {
        final CodedInputStream input = CodedInputStream.newInstance(record);
        if (framed) {
            Frame.read(input);
        }
        return row(message, input);
    }

    /** Goes past a field. */
    static void skip(int tag, CodedInputStream input) throws IOException {
        if (!input.skipField(tag)) {
            throw new Unreadable("a group ends that did not begin");
        }
    }

    private static RowData row(Message message, CodedInputStream input) throws IOException {
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
            return Values.read(field, tag, input);
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
