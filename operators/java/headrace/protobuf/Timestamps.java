package headrace.protobuf;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat;
import org.apache.flink.table.data.TimestampData;

import java.io.IOException;

/** The message {@code google.protobuf.Timestamp}: seconds since 1970 and nanoseconds after them. */
final class Timestamps {

    private static final int SECONDS = 1;
    private static final int NANOS = 2;
    private static final long FIRST_SECOND = -62_135_596_800L;
    private static final long LAST_SECOND = 253_402_300_799L;
    private static final int NANOS_A_SECOND = 1_000_000_000;
    private static final int NANOS_A_MILLISECOND = 1_000_000;

    private Timestamps() {}

    /** Writes length and content. */
    static void write(TimestampData time, CodedOutputStream output) throws IOException {
        final long seconds = Math.floorDiv(time.getMillisecond(), 1000L);
        final int nanos = (int) Math.floorMod(time.getMillisecond(), 1000L) * NANOS_A_MILLISECOND
                + time.getNanoOfMillisecond();
        output.writeUInt32NoTag((seconds == 0 ? 0 : CodedOutputStream.computeInt64Size(SECONDS, seconds))
                + (nanos == 0 ? 0 : CodedOutputStream.computeInt32Size(NANOS, nanos)));
        if (seconds != 0) {
            output.writeInt64(SECONDS, seconds);
        }
        if (nanos != 0) {
            output.writeInt32(NANOS, nanos);
        }
    }

    /** Reads length and content; what is finer than {@code precision} digits of a second is cut off. */
    static TimestampData read(CodedInputStream input, int precision) throws IOException {
        final int outer = input.pushLimit(input.readRawVarint32());
        long seconds = 0;
        int nanos = 0;
        for (int tag = input.readTag(); tag != 0; tag = input.readTag()) {
            if (tag == (SECONDS << 3 | WireFormat.WIRETYPE_VARINT)) {
                seconds = input.readInt64();
            } else if (tag == (NANOS << 3 | WireFormat.WIRETYPE_VARINT)) {
                nanos = input.readInt32();
            } else {
                RowReader.skip(tag, input);
            }
        }
        input.popLimit(outer);
        return time(seconds, nanos, precision);
    }

    private static TimestampData time(long seconds, int nanos, int precision) throws IOException {
        if (seconds < FIRST_SECOND || seconds > LAST_SECOND || nanos < 0 || nanos >= NANOS_A_SECOND) {
            throw new Unreadable(String.format(
                    "expected a time of the years 1 to 9999, got %d seconds and %d nanoseconds", seconds, nanos));
        }
        final int kept = nanos - nanos % (int) Math.pow(10, 9 - precision);
        return TimestampData.fromEpochMillis(
                seconds * 1000 + kept / NANOS_A_MILLISECOND, kept % NANOS_A_MILLISECOND);
    }
}
