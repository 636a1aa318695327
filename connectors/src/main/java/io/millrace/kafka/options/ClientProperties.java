package io.millrace.kafka.options;

import java.io.IOException;
import java.io.Reader;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;

/**
 * Properties of Kafka's own clients, handed through as they are: TLS, SASL, tuning. May hold
 * secrets, so none of their values that could be one is ever shown.
 *
 * @param common for every client
 * @param consumer for the source, over the common ones
 * @param producer for the sinks, over the common ones
 */
public record ClientProperties(
        Map<String, String> common, Map<String, String> consumer, Map<String, String> producer)
        implements Serializable {
    public static final ClientProperties NONE = new ClientProperties(Map.of(), Map.of(), Map.of());

    public ClientProperties {
        common = Map.copyOf(common);
        consumer = Map.copyOf(consumer);
        producer = Map.copyOf(producer);
    }

    /** For the source. */
    public Properties forConsumer() {
        return merged(consumer);
    }

    /** For the sinks. */
    public Properties forProducer() {
        return merged(producer);
    }

    /** For the checks before the job starts. */
    public Properties forAdmin() {
        return merged(Map.of());
    }

    private Properties merged(Map<String, String> over) {
        Properties properties = new Properties();
        properties.putAll(common);
        properties.putAll(over);
        return properties;
    }

    @Override
    public String toString() {
        return "ClientProperties[common=%s, consumer=%s, producer=%s]"
                .formatted(
                        Secrets.redact(common), Secrets.redact(consumer), Secrets.redact(producer));
    }

    /** Reads a file in the format of {@link Properties}. */
    static Map<String, String> read(Path file) throws IOException {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file)) {
            properties.load(reader);
        }
        Map<String, String> read = new HashMap<>();
        properties.forEach((name, value) -> read.put((String) name, (String) value));
        return read;
    }
}
