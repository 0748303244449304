package headrace.protobuf;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import javax.security.auth.login.AppConfigurationEntry;
import javax.security.auth.login.Configuration;

/** User and password of {@code KafkaClient} in the JVM's login configuration; Flink's avro-confluent takes the same. */
final class Login {

    private static final String ENTRY = "KafkaClient";

    private Login() {}

    /** The header that says who asks. */
    static String basic() throws IOException {
        final Map<String, ?> options = Arrays.stream(entries())
                .<Map<String, ?>>map(AppConfigurationEntry::getOptions)
                .filter(found -> found.containsKey("username") && found.containsKey("password"))
                .findFirst()
                .orElseThrow(() -> new IOException("The schema registry's login is SASL_INHERIT, and the JVM's login "
                        + "configuration (-Djava.security.auth.login.config) has no " + ENTRY
                        + " with username and password"));
        final String login = options.get("username") + ":" + options.get("password");
        return "Basic " + Base64.getEncoder().encodeToString(login.getBytes(StandardCharsets.UTF_8));
    }

    private static AppConfigurationEntry[] entries() {
        try {
            final AppConfigurationEntry[] found = Configuration.getConfiguration().getAppConfigurationEntry(ENTRY);
            return found == null ? new AppConfigurationEntry[0] : found;
        } catch (SecurityException e) {
            return new AppConfigurationEntry[0]; // no file is named
        }
    }
}
