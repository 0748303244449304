package headrace.operators;

import java.util.Arrays;

/** Writes numbers, small ones in few bytes, into an array that is used again. */
final class Output {

    private static final int LONGEST = 10;

    private byte[] bytes = new byte[1024];
    private int size;

    void clear() {
        size = 0;
    }

    byte[] copy() {
        return Arrays.copyOf(bytes, size);
    }

    void writeByte(int value) {
        reserve(1);
        bytes[size++] = (byte) value;
    }

    void writeInt(int value) {
        for (int shift = 24; shift >= 0; shift -= 8) {
            writeByte(value >>> shift);
        }
    }

    void writeLong(long value) {
        writeInt((int) (value >>> 32));
        writeInt((int) value);
    }

    void writeDouble(double value) {
        writeLong(Double.doubleToRawLongBits(value));
    }

    /** Seven bits a byte, the lowest first. */
    void writeVarint(long value) {
        reserve(LONGEST);
        long rest = value;
        while ((rest & ~0x7fL) != 0L) {
            bytes[size++] = (byte) (rest | 0x80L);
            rest >>>= 7;
        }
        bytes[size++] = (byte) rest;
    }

    /** As {@link #writeVarint}, with the sign in the lowest bit. */
    void writeSigned(long value) {
        writeVarint((value << 1) ^ (value >> 63));
    }

    void write(byte[] source, int from, int to) {
        reserve(to - from);
        System.arraycopy(source, from, bytes, size, to - from);
        size += to - from;
    }

    private void reserve(int more) {
        if (size + more > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(size + more, 2 * bytes.length));
        }
    }
}
