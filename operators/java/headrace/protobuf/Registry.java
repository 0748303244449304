package headrace.protobuf;

import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.JsonNode;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.ObjectMapper;
import org.apache.flink.table.api.ValidationException;

import java.io.IOException;
import java.io.Serializable;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;

/** A schema registry that speaks Confluent's protocol, and the subject that a table's schema has there. */
final class Registry implements Serializable {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String CONTENT = "application/vnd.schemaregistry.v1+json";

    private final String address;
    private final String subject;
    private final boolean withLogin;

    private Registry(String address, String subject, boolean withLogin) {
        this.address = address;
        this.subject = subject;
        this.withLogin = withLogin;
    }

    static Registry of(Message message, ReadableConfig options) {
        final String address = options.get(ProtobufFormatFactory.URL).replaceAll("/+$", "");
        if (address.contains("@")) {
            throw new ValidationException(message.table + ": url has a login in it, which plans would show.");
        }
        final String subject = options.getOptional(ProtobufFormatFactory.SUBJECT)
                .orElseThrow(() -> new ValidationException(message.table + ": url is set, and subject is not; "
                        + "expected what the schema is registered under, such as '<topic>-value'."));
        final ProtobufFormatFactory.Credentials source = options.get(ProtobufFormatFactory.CREDENTIALS);
        return new Registry(address, subject, source == ProtobufFormatFactory.Credentials.SASL_INHERIT);
    }

    /** The number of a schema, which is registered if the subject does not have it. */
    int register(String schema) throws IOException {
        final HttpResponse<String> answer = send(request(schema));
        if (answer.statusCode() == 401 || answer.statusCode() == 403) {
            throw new IOException(String.format(
                    "The schema registry at %s wants another login: it answers %d", address, answer.statusCode()));
        }
        if (answer.statusCode() != 200) {
            throw new IOException(String.format(
                    "The schema registry at %s refuses the schema of %s: %d, %.1000s",
                    address, subject, answer.statusCode(), answer.body()));
        }
        return id(answer.body());
    }

    private HttpRequest request(String schema) throws IOException {
        final String path = "/subjects/" + URLEncoder.encode(subject, StandardCharsets.UTF_8) + "/versions";
        final byte[] body = new ObjectMapper().writeValueAsBytes(Map.of("schemaType", "PROTOBUF", "schema", schema));
        final HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(address + path))
                .timeout(PATIENCE)
                .header("Content-Type", CONTENT)
                .POST(HttpRequest.BodyPublishers.ofByteArray(body));
        return (withLogin ? request.header("Authorization", Login.basic()) : request).build();
    }

    private HttpResponse<String> send(HttpRequest request) throws IOException {
        try {
            return HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .connectTimeout(PATIENCE)
                    .build()
                    .send(request, HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new IOException(String.format("The schema registry at %s does not answer", address), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("The job ended while the schema registry was asked", e);
        }
    }

    private int id(String body) throws IOException {
        final JsonNode id = new ObjectMapper().readTree(body).path("id");
        if (!id.isInt()) {
            throw new IOException(String.format(
                    "The schema registry at %s was expected to answer with an id, got %.200s", address, body));
        }
        return id.intValue();
    }
}
