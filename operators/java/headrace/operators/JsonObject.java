package headrace.operators;

import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.core.JsonFactory;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.core.JsonParser;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.core.JsonToken;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.core.StreamReadConstraints;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Some fields of a JSON object, as they are written: no number is made of digits here, so that a message of any size
 * costs one pass over it.
 */
final class JsonObject {

    /** A message that is nested deeper is no JSON here: a limit of Jackson's, and near that of Python's reader. */
    private static final int DEEPEST = 1000;

    /** Stands for a field that is there twice, of which neither value may be taken. */
    private static final JsonToken TWICE = JsonToken.NOT_AVAILABLE;

    /** Names are not kept: messages with ever new ones would fill the memory, or collide in the table of names. */
    private static final JsonFactory FACTORY = JsonFactory.builder()
            .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(DEEPEST)
                    .maxNumberLength(Integer.MAX_VALUE)
                    .maxStringLength(Integer.MAX_VALUE)
                    .maxNameLength(Integer.MAX_VALUE)
                    .build())
            .build();

    private final String[] names;
    private final JsonToken[] kinds;
    private final String[] texts;

    private JsonObject(String[] names) {
        this.names = names;
        this.kinds = new JsonToken[names.length];
        this.texts = new String[names.length];
    }

    /** The fields with these names; null for whatever is not one JSON object, and for bytes that are not UTF-8. */
    static JsonObject read(byte[] bytes, String[] names) {
        if (bytes == null) {
            return null;
        }
        try {
            final CharBuffer text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
            return read(text, names);
        } catch (IOException e) {
            return null;
        }
    }

    /** Not of the bytes themselves: Jackson would guess at UTF-16, and skip what comes before the text. */
    private static JsonObject read(CharBuffer text, String[] names) throws IOException {
        try (JsonParser parser = FACTORY.createParser(text.array(), text.arrayOffset(), text.length())) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return null;
            }
            final JsonObject object = new JsonObject(names);
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                object.readField(parser);
            }
            return parser.nextToken() == null ? object : null;
        }
    }

    private void readField(JsonParser parser) throws IOException {
        final int field = position(parser.currentName());
        final JsonToken kind = parser.nextToken();
        if (field >= 0) {
            texts[field] = kind.isScalarValue() ? parser.getText() : null;
            kinds[field] = kinds[field] == null ? kind : TWICE;
        }
        parser.skipChildren();
    }

    private int position(String name) {
        for (int i = 0; i < names.length; i++) {
            if (names[i].equals(name)) {
                return i;
            }
        }
        return -1;
    }

    /** Whether a field is there, and not null. */
    boolean isPresent(int field) {
        return kinds[field] != null && kinds[field] != JsonToken.VALUE_NULL;
    }

    /** What a field is; null if it is not there, NOT_AVAILABLE if it is there twice. */
    JsonToken kind(int field) {
        return kinds[field];
    }

    /** How a field is written: the digits of a number, the characters of a string; null for objects and arrays. */
    String text(int field) {
        return texts[field];
    }
}
