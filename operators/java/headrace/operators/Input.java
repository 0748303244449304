package headrace.operators;

/** Reads what {@link Output} wrote. */
final class Input {

    private byte[] bytes;
    int position;

    void open(byte[] source) {
        bytes = source;
        position = 0;
    }

    boolean isAtEnd() {
        return position == bytes.length;
    }

    int readByte() {
        return bytes[position++] & 0xff;
    }

    int readInt() {
        return readByte() << 24 | readByte() << 16 | readByte() << 8 | readByte();
    }

    long readLong() {
        return (long) readInt() << 32 | readInt() & 0xffffffffL;
    }

    double readDouble() {
        return Double.longBitsToDouble(readLong());
    }

    long readVarint() {
        long value = bytes[position++];
        if (value >= 0) {
            return value;
        }
        value &= 0x7f;
        for (int shift = 7; ; shift += 7) {
            final byte next = bytes[position++];
            value |= (next & 0x7fL) << shift;
            if (next >= 0) {
                return value;
            }
        }
    }

    long readSigned() {
        final long value = readVarint();
        return (value >>> 1) ^ -(value & 1L);
    }
}
