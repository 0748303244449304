package headrace.protobuf;

import com.google.protobuf.CodedOutputStream;
import org.apache.flink.table.data.RowData;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.stream.IntStream;

/** Makes records of rows, one after the other. A column that is NULL is left out. */
final class RowWriter {

    private final Field[] fields;
    private final RowData.FieldGetter[] columns;
    private final byte[] frame;
    private final ByteArrayOutputStream record = new ByteArrayOutputStream();
    private final CodedOutputStream output = CodedOutputStream.newInstance(record);

    /** Each record begins with {@code frame}, which may be empty. */
    RowWriter(Message message, byte[] frame) {
        this.fields = message.fields;
        this.columns = IntStream.range(0, fields.length)
                .mapToObj(i -> RowData.createFieldGetter(fields[i].type, i))
                .toArray(RowData.FieldGetter[]::new);
        this.frame = frame;
    }

    byte[] write(RowData row) throws IOException {
        record.reset();
        output.writeRawBytes(frame);
        for (int i = 0; i < fields.length; i++) {
            final Object value = columns[i].getFieldOrNull(row);
            if (value != null) {
                Values.write(fields[i], value, output);
            }
        }
        output.flush();
        return record.toByteArray();
    }
}
