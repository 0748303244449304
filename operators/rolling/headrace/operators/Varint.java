package headrace.operators;

import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;

import java.io.IOException;

/** Numbers in as few bytes as they need: seven bits a byte, lowest first. */
final class Varint {

    private Varint() {}

    static void write(DataOutputSerializer out, long value) throws IOException {
        long rest = value;
        while ((rest & ~0x7fL) != 0L) {
            out.writeByte((int) rest | 0x80);
            rest >>>= 7;
        }
        out.writeByte((int) rest);
    }

    static long read(DataInputDeserializer in) throws IOException {
        long value = 0L;
        int shift = 0;
        while (true) {
            final byte next = in.readByte();
            value |= (next & 0x7fL) << shift;
            if (next >= 0) {
                return value;
            }
            shift += 7;
        }
    }

    static void writeSigned(DataOutputSerializer out, long value) throws IOException {
        write(out, (value << 1) ^ (value >> 63));
    }

    static long readSigned(DataInputDeserializer in) throws IOException {
        final long value = read(in);
        return (value >>> 1) ^ -(value & 1L);
    }
}
