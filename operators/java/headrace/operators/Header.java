package headrace.operators;

/** The piece of state that every key has, as Flink hands it to a function and takes it back. */
public class Header {

    /** Null before the first row of a key. */
    public byte[] bytes;
}
