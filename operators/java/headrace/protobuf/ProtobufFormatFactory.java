package headrace.protobuf;

import org.apache.flink.api.common.serialization.DeserializationSchema;
import org.apache.flink.api.common.serialization.SerializationSchema;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.table.api.ValidationException;
import org.apache.flink.table.connector.ChangelogMode;
import org.apache.flink.table.connector.format.DecodingFormat;
import org.apache.flink.table.connector.format.EncodingFormat;
import org.apache.flink.table.connector.sink.DynamicTableSink;
import org.apache.flink.table.connector.source.DynamicTableSource;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.factories.DeserializationFormatFactory;
import org.apache.flink.table.factories.DynamicTableFactory;
import org.apache.flink.table.factories.FactoryUtil;
import org.apache.flink.table.factories.SerializationFormatFactory;
import org.apache.flink.table.types.DataType;

import java.util.Collections;
import java.util.Set;

/**
 * The format {@code headrace-protobuf}: a row is a message of Protobuf, with a field a column.
 *
 * <p>Fields have the numbers of the table's columns, from 1. With {@code url} a record has Confluent's frame before the
 * message, and a writer registers the message's schema there under {@code subject} when it opens.
 *
 * <pre>{@code
 * 'value.format' = 'headrace-protobuf',
 * 'value.headrace-protobuf.url' = 'http://registry:8081',
 * 'value.headrace-protobuf.subject' = 'payments-value',
 * 'value.headrace-protobuf.message' = 'shop.Payments'
 * }</pre>
 */
public class ProtobufFormatFactory implements DeserializationFormatFactory, SerializationFormatFactory {

    static final String IDENTIFIER = "headrace-protobuf";

    private static final String LIBRARY = "com.google.protobuf:protobuf-java";
    private static final String LIBRARY_CLASS = "com.google.protobuf.CodedInputStream";

    static final ConfigOption<String> URL = ConfigOptions.key("url")
            .stringType()
            .noDefaultValue()
            .withDescription("Root of a schema registry's Confluent protocol; without it records have no frame.");

    static final ConfigOption<String> SUBJECT = ConfigOptions.key("subject")
            .stringType()
            .noDefaultValue()
            .withDescription("What the schema is registered under; needed to write with url.");

    static final ConfigOption<String> MESSAGE = ConfigOptions.key("message")
            .stringType()
            .noDefaultValue()
            .withDescription("The message's name in the registered schema, else made of the table's.");

    static final ConfigOption<Credentials> CREDENTIALS = ConfigOptions.key("basic-auth.credentials-source")
            .enumType(Credentials.class)
            .defaultValue(Credentials.URL)
            .withDescription("URL: without a login. SASL_INHERIT: KafkaClient's in the JVM's login configuration.");

    @Override
    public String factoryIdentifier() {
        return IDENTIFIER;
    }

    @Override
    public Set<ConfigOption<?>> requiredOptions() {
        return Collections.emptySet();
    }

    @Override
    public Set<ConfigOption<?>> optionalOptions() {
        return Set.of(URL, SUBJECT, MESSAGE, CREDENTIALS);
    }

    @Override
    public DecodingFormat<DeserializationSchema<RowData>> createDecodingFormat(
            DynamicTableFactory.Context context, ReadableConfig options) {
        FactoryUtil.validateFactoryOptions(this, options);
        requireLibrary(context);
        final Message message = Message.of(context, options);
        final boolean framed = options.getOptional(URL).isPresent();
        return new Decoding(message, framed);
    }

    @Override
    public EncodingFormat<SerializationSchema<RowData>> createEncodingFormat(
            DynamicTableFactory.Context context, ReadableConfig options) {
        FactoryUtil.validateFactoryOptions(this, options);
        requireLibrary(context);
        final Message message = Message.of(context, options);
        final Registry registry = options.getOptional(URL).isPresent() ? Registry.of(message, options) : null;
        return new Encoding(message, registry);
    }

    /** Said at planning; else it would be a missing class in the first task manager. */
    private static void requireLibrary(DynamicTableFactory.Context context) {
        try {
            Class.forName(LIBRARY_CLASS, false, context.getClassLoader());
        } catch (ClassNotFoundException e) {
            throw new ValidationException(String.format(
                    "%s: the format %s needs %s on the class path: fetch it with 'headrace connectors fetch protobuf', "
                            + "and give it to Flink as a jar (-C, --jarfile, or lib).",
                    context.getObjectIdentifier().getObjectName(), IDENTIFIER, LIBRARY));
        }
    }

    /** Where a login comes from; named as in Flink's avro-confluent. */
    enum Credentials {
        URL,
        SASL_INHERIT
    }

    private static final class Decoding implements DecodingFormat<DeserializationSchema<RowData>> {

        private final Message message;
        private final boolean framed;

        private Decoding(Message message, boolean framed) {
            this.message = message;
            this.framed = framed;
        }

        @Override
        public DeserializationSchema<RowData> createRuntimeDecoder(DynamicTableSource.Context context, DataType type) {
            return new MessageReader(message.of(type), framed, context.createTypeInformation(type));
        }

        @Override
        public ChangelogMode getChangelogMode() {
            return ChangelogMode.insertOnly();
        }
    }

    private static final class Encoding implements EncodingFormat<SerializationSchema<RowData>> {

        private final Message message;
        private final Registry registry;

        private Encoding(Message message, Registry registry) {
            this.message = message;
            this.registry = registry;
        }

        @Override
        public SerializationSchema<RowData> createRuntimeEncoder(DynamicTableSink.Context context, DataType type) {
            return new MessageWriter(message.of(type), registry);
        }

        @Override
        public ChangelogMode getChangelogMode() {
            return ChangelogMode.insertOnly();
        }
    }
}
