package headrace.operators;

import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.core.JsonProcessingException;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.DeserializationFeature;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.ObjectMapper;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.ObjectReader;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Map;

/** Reads JSON from bytes, once, as Flink's own JSON functions read it from text. */
final class JsonText {

    private static final ObjectReader READER =
            new ObjectMapper().reader(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS).forType(Object.class);

    private JsonText() {}

    /** The fields of an object; null for whatever is none, and for bytes that are not UTF-8. */
    static Map<?, ?> object(byte[] bytes) {
        if (bytes == null) {
            return null;
        }
        try {
            final Object value = READER.readValue(decoded(bytes));
            return value instanceof Map ? (Map<?, ?>) value : null;
        } catch (CharacterCodingException | JsonProcessingException e) {
            return null;
        }
    }

    /** A field as JSON_VALUE gives it: null if it is missing, null, an object or an array. */
    static String field(Map<?, ?> object, String name) {
        final Object value = object == null ? null : object.get(name);
        return value == null || value instanceof Map || value instanceof Collection ? null : value.toString();
    }

    /** Not by the bytes themselves: Jackson would guess at UTF-16, and skip what comes before the text. */
    private static String decoded(byte[] bytes) throws CharacterCodingException {
        return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    }
}
