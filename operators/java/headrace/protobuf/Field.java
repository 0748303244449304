package headrace.protobuf;

import org.apache.flink.table.api.ValidationException;
import org.apache.flink.table.types.logical.LogicalType;

import java.io.IOException;
import java.io.Serializable;
import java.util.regex.Pattern;

/** A column as a field of a message. No class of Protobuf is named here: clients load this, which may lack them. */
final class Field implements Serializable {

    private static final Pattern IDENTIFIER = Pattern.compile("[A-Za-z]\\w*");

    final String name;
    final int number;
    final Kind kind;
    final LogicalType type;

    Field(String table, String name, int number, LogicalType type) {
        if (!IDENTIFIER.matcher(name).matches()) {
            throw new ValidationException(String.format(
                    "%s: a field of Protobuf can not be called '%s': expected letters, digits and _, a letter first.",
                    table, name));
        }
        this.name = name;
        this.number = number;
        this.kind = Kind.of(table, name, type);
        this.type = type;
    }

    /** As it stands in a schema. */
    String declaration() {
        return (type.isNullable() ? "optional " : "") + kind.name + " " + name + " = " + number + ";";
    }

    /** The value of a field that a message does not have. */
    Object absent() throws IOException {
        if (type.isNullable()) {
            return null;
        }
        if (kind.absent == null) {
            throw new Unreadable("it is not there, and the column is NOT NULL");
        }
        return kind.absent;
    }
}
