package headrace.operators;

import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.core.JsonToken;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.types.logical.DecimalType;
import org.apache.flink.table.types.logical.LocalZonedTimestampType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.LogicalTypeRoot;
import org.apache.flink.table.types.logical.VarCharType;

import java.io.Serializable;

/** A field of messages and the type of its column. docs/json-values.md says which value becomes what. */
final class JsonField implements Serializable {

    final String name;
    final LogicalType type;

    JsonField(String name, LogicalType type) {
        if (!isRead(type)) {
            throw new InvalidCall(
                    "fields: '%s' is %s; expected BOOLEAN, INT, BIGINT, DECIMAL, DOUBLE, STRING or TIMESTAMP_LTZ.",
                    name, type.asSummaryString());
        }
        this.name = name;
        this.type = type.copy(true);
    }

    private static boolean isRead(LogicalType type) {
        switch (type.getTypeRoot()) {
            case BOOLEAN:
            case INTEGER:
            case BIGINT:
            case DECIMAL:
            case DOUBLE:
            case TIMESTAMP_WITH_LOCAL_TIME_ZONE:
                return true;
            case VARCHAR:
                return ((VarCharType) type).getLength() == VarCharType.MAX_LENGTH;
            default:
                return false;
        }
    }

    /** The value that is written so, in Flink's internal form; null if the column can not have it as it is. */
    Object value(JsonToken kind, String text) {
        if (kind == null) {
            return null;
        }
        switch (kind) {
            case VALUE_TRUE:
            case VALUE_FALSE:
                return type.is(LogicalTypeRoot.BOOLEAN) ? kind == JsonToken.VALUE_TRUE : null;
            case VALUE_NUMBER_INT:
            case VALUE_NUMBER_FLOAT:
                return number(text);
            case VALUE_STRING:
                return string(text);
            default:
                return null;
        }
    }

    private Object number(String text) {
        switch (type.getTypeRoot()) {
            case INTEGER:
                final Long value = JsonNumber.integer(text, Integer.MIN_VALUE, Integer.MAX_VALUE);
                return value == null ? null : value.intValue();
            case BIGINT:
                return JsonNumber.integer(text, Long.MIN_VALUE, Long.MAX_VALUE);
            case DECIMAL:
                final DecimalType decimal = (DecimalType) type;
                return JsonNumber.decimal(text, decimal.getPrecision(), decimal.getScale());
            case DOUBLE:
                return JsonNumber.floating(text);
            default:
                return null;
        }
    }

    private Object string(String text) {
        switch (type.getTypeRoot()) {
            case VARCHAR:
                return isStorable(text) ? StringData.fromString(text) : null;
            case TIMESTAMP_WITH_LOCAL_TIME_ZONE:
                return IsoTime.read(text, ((LocalZonedTimestampType) type).getPrecision());
            default:
                return number(text);
        }
    }

    /** Half a surrogate pair would become a question mark; U+0000 would stop a job that writes to Postgres. */
    private static boolean isStorable(String text) {
        return text.codePoints().noneMatch(
                point -> point == 0 || point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE);
    }
}
