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
    /** Client properties that have an option of their own, or that the job must decide. */
    private static final Map<String, String> DECIDED_ELSEWHERE =
            Map.ofEntries(
                    Map.entry("bootstrap.servers", "use --bootstrap-servers"),
                    Map.entry("group.id", "use --group-id"),
                    Map.entry("auto.offset.reset", "use --start"),
                    Map.entry("transactional.id", "use --transactional-id-prefix"),
                    Map.entry("transaction.timeout.ms", "use --transaction-timeout"),
                    Map.entry("enable.auto.commit", "offsets are committed at checkpoints"),
                    Map.entry("key.serializer", "keys are passed through as bytes"),
                    Map.entry("value.serializer", "use --output-format"),
                    Map.entry("key.deserializer", "keys are passed through as bytes"),
                    Map.entry("value.deserializer", "use --input-format"),
                    Map.entry("max.request.size", "use --max-record-bytes"),
                    Map.entry("acks", "every delivery guarantee needs acks=all"),
                    Map.entry("enable.idempotence", "every delivery guarantee needs it"));

    public static final ClientProperties NONE = new ClientProperties(Map.of(), Map.of(), Map.of());

    public ClientProperties {
        common = Map.copyOf(common);
        consumer = Map.copyOf(consumer);
        producer = Map.copyOf(producer);
        requireNotDecided(common);
        requireNotDecided(consumer);
        requireNotDecided(producer);
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

    private static void requireNotDecided(Map<String, String> properties) {
        for (String name : properties.keySet()) {
            String instead = DECIDED_ELSEWHERE.get(name);
            if (instead != null) {
                throw new IllegalArgumentException(
                        "Client property '%s' cannot be set: %s".formatted(name, instead));
            }
        }
    }
}
