package headrace.protobuf;

import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.table.factories.DynamicTableFactory;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.logical.RowType;

import java.io.Serializable;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The message that the rows of a table are, or some of its fields. */
final class Message implements Serializable {

    /** The table, as it is called in errors. */
    final String table;

    /** The message's name, with its package when it has one. */
    final String name;

    /** In the order of the columns of a row. */
    final Field[] fields;

    private Message(String table, String name, Field[] fields) {
        this.table = table;
        this.name = name;
        this.fields = fields;
    }

    /** The message of all columns that a table has in its records. */
    static Message of(DynamicTableFactory.Context context, ReadableConfig options) {
        final String table = context.getObjectIdentifier().getObjectName();
        final RowType columns = (RowType) context.getPhysicalRowDataType().getLogicalType();
        final Field[] fields = IntStream.range(0, columns.getFieldCount())
                .mapToObj(i -> new Field(table, columns.getFieldNames().get(i), i + 1, columns.getTypeAt(i)))
                .toArray(Field[]::new);
        return new Message(table, options.getOptional(ProtobufFormatFactory.MESSAGE).orElse(camelCase(table)), fields);
    }

    /** The fields of some columns, with the numbers that they have among all. */
    Message of(DataType type) {
        final Field[] wanted = ((RowType) type.getLogicalType())
                .getFieldNames().stream().map(this::named).toArray(Field[]::new);
        return new Message(table, name, wanted);
    }

    /** What a reader compiles, and a registry keeps; {@code headrace topics --schema} prints the same with comments. */
    String schema() {
        final int dot = name.lastIndexOf('.');
        final StringBuilder text = new StringBuilder("syntax = \"proto3\";\n\n");
        if (dot > 0) {
            text.append("package ").append(name, 0, dot).append(";\n\n");
        }
        if (Arrays.stream(fields).anyMatch(field -> field.kind == Kind.TIMESTAMP)) {
            text.append("import \"google/protobuf/timestamp.proto\";\n\n");
        }
        text.append("message ").append(name.substring(dot + 1)).append(" {\n");
        Arrays.stream(fields).forEach(field -> text.append("  ").append(field.declaration()).append('\n'));
        return text.append("}\n").toString();
    }

    /** Where a field is among those of a row; -1 for none. */
    int position(int number) {
        if (number <= fields.length && fields[number - 1].number == number) {
            return number - 1;
        }
        return IntStream.range(0, fields.length)
                .filter(i -> fields[i].number == number)
                .findFirst()
                .orElse(-1);
    }

    private Field named(String column) {
        return Arrays.stream(fields)
                .filter(field -> field.name.equals(column))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(table + " has no column " + column));
    }

    private static String camelCase(String table) {
        return Arrays.stream(table.split("_"))
                .filter(word -> !word.isEmpty())
                .map(word -> word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1))
                .collect(Collectors.joining());
    }
}
