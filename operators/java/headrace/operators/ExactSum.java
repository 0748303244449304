package headrace.operators;


import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Arrays;

/**
 * The exact sum of numbers, as non-overlapping terms that grow in magnitude.
 *
 * <p>So a sum depends on which numbers are in it and not on the order in which they came, and nothing that has left
 * leaves an error behind. Algorithm: J. R. Shewchuk, Adaptive Precision Floating-Point Arithmetic, 1997; rounding as
 * in Python's {@code math.fsum}.
 */
final class ExactSum {

    static final long EXACT_IN_DOUBLE = 1L << 53;

    private double[] terms = new double[4];
    private int size;

    void clear() {
        size = 0;
    }

    void add(long value) {
        if (Math.abs(value) <= EXACT_IN_DOUBLE && value != Long.MIN_VALUE) {
            add((double) value);
        } else {
            add((double) (value & 0xffffffffL));
            add((double) (value - (value & 0xffffffffL)));
        }
    }

    void addSquare(double value) {
        final double square = value * value;
        add(square);
        if (Double.isFinite(square)) {
            add(Math.fma(value, value, -square));
        }
    }

    void add(ExactSum other) {
        for (int i = 0; i < other.size; i++) {
            add(other.terms[i]);
        }
    }

    void add(double value) {
        double carry = value;
        int kept = 0;
        for (int i = 0; i < size; i++) {
            final double term = terms[i];
            final double sum = carry + term;
            if (!Double.isFinite(sum)) {
                terms[0] = sum;
                size = 1;
                return;
            }
            final double error =
                    Math.abs(carry) < Math.abs(term) ? carry - (sum - term) : term - (sum - carry);
            if (error != 0.0) {
                terms[kept++] = error;
            }
            carry = sum;
        }
        if (kept == terms.length) {
            terms = Arrays.copyOf(terms, 2 * kept);
        }
        terms[kept++] = carry;
        size = kept;
    }

    /** The double nearest to the sum; ties to even. */
    double rounded() {
        if (size == 0) {
            return 0.0;
        }
        int i = size - 1;
        double high = terms[i];
        double low = 0.0;
        while (i > 0 && low == 0.0) {
            final double larger = high;
            final double term = terms[--i];
            high = larger + term;
            low = term - (high - larger);
        }
        if (i > 0 && Math.signum(low) == Math.signum(terms[i - 1])) {
            final double twice = low * 2.0;
            final double candidate = high + twice;
            if (twice == candidate - high) {
                high = candidate;
            }
        }
        return high;
    }

    /** The sum, if all numbers in it are whole. */
    BigInteger whole() {
        if (size == 1 && Math.abs(terms[0]) < EXACT_IN_DOUBLE) {
            return BigInteger.valueOf((long) terms[0]);
        }
        BigDecimal sum = BigDecimal.ZERO;
        for (int i = 0; i < size; i++) {
            sum = sum.add(new BigDecimal(terms[i]));
        }
        return sum.toBigIntegerExact();
    }

    /**
     * The sample variance of {@code count} numbers, of which {@code this} is the sum and {@code squares} the sum of the
     * squares. The subtraction that cancels is done with twice the digits of a double.
     */
    double variance(ExactSum squares, long count) {
        final double sum = rounded();
        final double rest = remainder(sum);
        final double square = sum * sum;
        final double squareRest = Math.fma(sum, sum, -square) + 2.0 * sum * rest;
        final double mean = square / count;
        final double meanRest = (Math.fma(-mean, count, square) + squareRest) / count;
        final double high = squares.rounded();
        return Math.max(0.0, (high - mean) + (squares.remainder(high) - meanRest)) / (count - 1);
    }

    private double remainder(double rounded) {
        final ExactSum copy = new ExactSum();
        copy.add(this);
        copy.add(-rounded);
        return copy.rounded();
    }

    void write(Output out) {
        out.writeByte(size);
        for (int i = 0; i < size; i++) {
            out.writeDouble(terms[i]);
        }
    }

    void read(Input in) {
        size = in.readByte();
        if (size > terms.length) {
            terms = new double[size];
        }
        for (int i = 0; i < size; i++) {
            terms[i] = in.readDouble();
        }
    }
}
