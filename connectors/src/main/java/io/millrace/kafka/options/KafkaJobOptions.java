package io.millrace.kafka.options;

import static org.apache.flink.configuration.ConfigOptions.key;

import com.fasterxml.jackson.core.JsonPointer;
import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ReadableConfig;
import org.jspecify.annotations.Nullable;

/**
 * Where a job reads and writes in Kafka, and with what guarantee. The {@link ConfigOption}s here
 * are the only definition of key, type, default and description; the command line and the
 * documentation are made from them.
 *
 * @param bootstrapServers where the brokers are
 * @param inputTopics topics with the texts
 * @param outputTopic topic for the vectors
 * @param deadLetterTopic topic for the records that got none
 * @param groupId consumer group; its committed offsets show the lag
 * @param start where reading begins without a checkpoint
 * @param bounded whether the job ends at the offsets that were the last when it began
 * @param inputFormat what a record's value is
 * @param textField JSON Pointer to the text in a JSON value
 * @param nullValues what becomes of a record without a value
 * @param outputFormat what a vector becomes
 * @param maxRecordBytes largest record that is written
 * @param delivery what a failure may do to the output
 * @param transactionalIdPrefix first part of the transactions' names; unique to the job, and the
 *     same after every restart
 * @param transactionTimeout how long a transaction may stay open before the broker aborts it
 * @param checkpointInterval time between checkpoints
 * @param parallelism subtasks of every operator; null: as the cluster says
 * @param createTopics whether missing output topics are created
 * @param clients properties of Kafka's clients
 */
public record KafkaJobOptions(
        String bootstrapServers,
        List<String> inputTopics,
        String outputTopic,
        String deadLetterTopic,
        String groupId,
        StartOffsets start,
        boolean bounded,
        InputFormat inputFormat,
        String textField,
        NullValues nullValues,
        OutputFormat outputFormat,
        int maxRecordBytes,
        Delivery delivery,
        String transactionalIdPrefix,
        Duration transactionTimeout,
        Duration checkpointInterval,
        @Nullable Integer parallelism,
        boolean createTopics,
        ClientProperties clients)
        implements Serializable {

    public static final ConfigOption<String> BOOTSTRAP_SERVERS =
            key("bootstrap-servers")
                    .stringType()
                    .noDefaultValue()
                    .withDescription(
                            "Kafka brokers to begin with: host:port; several with commas.");

    public static final ConfigOption<List<String>> INPUT_TOPIC =
            key("input-topic")
                    .stringType()
                    .asList()
                    .noDefaultValue()
                    .withDescription("Topic with the texts; several with commas.");

    public static final ConfigOption<String> OUTPUT_TOPIC =
            key("output-topic")
                    .stringType()
                    .noDefaultValue()
                    .withDescription("Topic for the vectors.");

    public static final ConfigOption<String> DEAD_LETTER_TOPIC =
            key("dead-letter-topic")
                    .stringType()
                    .noDefaultValue()
                    .withDescription(
                            "Topic for the records that got no vector, byte for byte, with the reason in headers."
                                    + " Default: OUTPUT-TOPIC.dead-letters.");

    public static final ConfigOption<Boolean> CREATE_TOPICS =
            key("create-topics")
                    .booleanType()
                    .defaultValue(false)
                    .withDescription(
                            "Create the output and dead-letter topics where they are missing, with as many partitions as the"
                                    + " input.");

    public static final ConfigOption<String> GROUP_ID =
            key("group-id")
                    .stringType()
                    .noDefaultValue()
                    .withDescription(
                            "Consumer group; offsets are committed to it at every checkpoint. Default:"
                                    + " millrace-OUTPUT-TOPIC.");

    public static final ConfigOption<StartOffsets> START =
            key("start")
                    .enumType(StartOffsets.class)
                    .defaultValue(StartOffsets.COMMITTED)
                    .withDescription(
                            "Where reading begins without a checkpoint: where the group stopped and else at the earliest record"
                                    + " (committed), at the earliest, or after the latest.");

    public static final ConfigOption<Boolean> BOUNDED =
            key("bounded")
                    .booleanType()
                    .defaultValue(false)
                    .withDescription(
                            "Read up to the records that are the last when the job starts, then end.");

    public static final ConfigOption<InputFormat> INPUT_FORMAT =
            key("input-format")
                    .enumType(InputFormat.class)
                    .defaultValue(InputFormat.TEXT)
                    .withDescription(
                            "What a record's value is: UTF-8 text, a JSON object with the text in a field, or a JSON array of"
                                    + " token ids (token-ids).");

    public static final ConfigOption<String> TEXT_FIELD =
            key("text-field")
                    .stringType()
                    .defaultValue("/text")
                    .withDescription(
                            "Where the text is in a JSON value: a top-level field's name, or a JSON Pointer such as"
                                    + " /message/body.");

    public static final ConfigOption<NullValues> NULL_VALUES =
            key("null-values")
                    .enumType(NullValues.class)
                    .defaultValue(NullValues.TOMBSTONE)
                    .withDescription(
                            "What becomes of a record without a value, which deletes its key in a compacted topic: a record"
                                    + " without a value on the output (tombstone), or a dead letter.");

    public static final ConfigOption<OutputFormat> OUTPUT_FORMAT =
            key("output-format")
                    .enumType(OutputFormat.class)
                    .defaultValue(OutputFormat.JSON)
                    .withDescription(
                            "What a vector becomes: a JSON object (json), or four little-endian bytes a component (float32).");

    public static final ConfigOption<Integer> MAX_RECORD_BYTES =
            key("max-record-bytes")
                    .intType()
                    .defaultValue(1024 * 1024)
                    .withDescription(
                            "Largest record that is written, key and headers included. A larger one with a vector goes to the"
                                    + " dead letters; a larger dead letter goes without its value. The topics'"
                                    + " max.message.bytes is the limit.");

    public static final ConfigOption<Delivery> DELIVERY =
            key("delivery")
                    .enumType(Delivery.class)
                    .defaultValue(Delivery.AT_LEAST_ONCE)
                    .withDescription(
                            "After a failure a record may be written again (at-least-once), or consumers that read committed"
                                    + " records see each once (exactly-once).");

    public static final ConfigOption<String> TRANSACTIONAL_ID_PREFIX =
            key("transactional-id-prefix")
                    .stringType()
                    .noDefaultValue()
                    .withDescription(
                            "First part of the transactions' names. Must differ between jobs and stay the same for one job."
                                    + " Default: the group's name.");

    public static final ConfigOption<Duration> TRANSACTION_TIMEOUT =
            key("transaction-timeout")
                    .durationType()
                    .defaultValue(Duration.ofMinutes(15))
                    .withDescription(
                            "How long a transaction may stay open. A job that is down for longer than this loses what it had"
                                    + " written since its last checkpoint, and says so. The broker's"
                                    + " transaction.max.timeout.ms is the limit.");

    public static final ConfigOption<Duration> CHECKPOINT_INTERVAL =
            key("checkpoint-interval")
                    .durationType()
                    .defaultValue(Duration.ofSeconds(10))
                    .withDescription(
                            "Time between checkpoints. With exactly-once, vectors become visible at checkpoints.");

    public static final ConfigOption<Integer> PARALLELISM =
            key("parallelism")
                    .intType()
                    .noDefaultValue()
                    .withDescription(
                            "Subtasks of each step, about one core each. Default: what Flink says.");

    public static final ConfigOption<Map<String, String>> PROPERTY =
            key("property")
                    .mapType()
                    .noDefaultValue()
                    .withDescription(
                            "A property of every Kafka client, name=value: TLS, SASL, tuning. May be given again.");

    public static final ConfigOption<Map<String, String>> CONSUMER_PROPERTY =
            key("consumer-property")
                    .mapType()
                    .noDefaultValue()
                    .withDescription("A property of the consumer, name=value. May be given again.");

    public static final ConfigOption<Map<String, String>> PRODUCER_PROPERTY =
            key("producer-property")
                    .mapType()
                    .noDefaultValue()
                    .withDescription(
                            "A property of the producers, name=value. May be given again.");

    public static final ConfigOption<String> PROPERTIES_FILE =
            key("properties-file")
                    .stringType()
                    .noDefaultValue()
                    .withDescription(
                            "A file of properties for every Kafka client; the place for secrets, which a command line would show."
                                    + " Read where the job is submitted.");

    /** Every option, in the order in which people should read them. */
    public static final List<ConfigOption<?>> ALL =
            List.of(
                    BOOTSTRAP_SERVERS,
                    INPUT_TOPIC,
                    OUTPUT_TOPIC,
                    DEAD_LETTER_TOPIC,
                    CREATE_TOPICS,
                    GROUP_ID,
                    START,
                    BOUNDED,
                    INPUT_FORMAT,
                    TEXT_FIELD,
                    NULL_VALUES,
                    OUTPUT_FORMAT,
                    MAX_RECORD_BYTES,
                    DELIVERY,
                    TRANSACTIONAL_ID_PREFIX,
                    TRANSACTION_TIMEOUT,
                    CHECKPOINT_INTERVAL,
                    PARALLELISM,
                    PROPERTY,
                    CONSUMER_PROPERTY,
                    PRODUCER_PROPERTY,
                    PROPERTIES_FILE);

    /** What a dead letter without its value always fits into. */
    private static final int MIN_RECORD_BYTES = 16 * 1024;

    public KafkaJobOptions {
        inputTopics = List.copyOf(inputTopics);
        if (inputTopics.isEmpty()) {
            throw new IllegalArgumentException(
                    "Option '%s': expected at least one topic, found none"
                            .formatted(INPUT_TOPIC.key()));
        }
        requireDistinct(inputTopics, outputTopic, deadLetterTopic);
        requireMillis(TRANSACTION_TIMEOUT, transactionTimeout);
        requireMillis(CHECKPOINT_INTERVAL, checkpointInterval);
        if (maxRecordBytes < MIN_RECORD_BYTES) {
            throw new IllegalArgumentException(
                    "Option '%s': expected at least %d, found %d"
                            .formatted(MAX_RECORD_BYTES.key(), MIN_RECORD_BYTES, maxRecordBytes));
        }
        if (parallelism != null && parallelism < 1) {
            throw new IllegalArgumentException(
                    "Option '%s': expected at least 1, found %d"
                            .formatted(PARALLELISM.key(), parallelism));
        }
        textField = pointer(textField);
    }

    /**
     * The options that a configuration holds.
     *
     * @throws IllegalArgumentException when a value is missing or out of range; names the option
     */
    public static KafkaJobOptions from(ReadableConfig config) {
        String outputTopic = required(config, OUTPUT_TOPIC);
        String groupId = config.getOptional(GROUP_ID).orElse("millrace-" + outputTopic);
        return new KafkaJobOptions(
                required(config, BOOTSTRAP_SERVERS),
                required(config, INPUT_TOPIC),
                outputTopic,
                config.getOptional(DEAD_LETTER_TOPIC).orElse(outputTopic + ".dead-letters"),
                groupId,
                config.get(START),
                config.get(BOUNDED),
                config.get(INPUT_FORMAT),
                config.get(TEXT_FIELD),
                config.get(NULL_VALUES),
                config.get(OUTPUT_FORMAT),
                config.get(MAX_RECORD_BYTES),
                config.get(DELIVERY),
                config.getOptional(TRANSACTIONAL_ID_PREFIX).orElse(groupId),
                config.get(TRANSACTION_TIMEOUT),
                config.get(CHECKPOINT_INTERVAL),
                config.getOptional(PARALLELISM).orElse(null),
                config.get(CREATE_TOPICS),
                clients(config));
    }

    /** For a client that looks at topics and transactions. */
    public Properties adminConfig() {
        Properties config = clients.forAdmin();
        config.setProperty("bootstrap.servers", bootstrapServers);
        return config;
    }

    private static ClientProperties clients(ReadableConfig config) {
        Map<String, String> common = new HashMap<>();
        config.getOptional(PROPERTIES_FILE).ifPresent(file -> common.putAll(read(file)));
        config.getOptional(PROPERTY).ifPresent(common::putAll);
        return new ClientProperties(
                common,
                config.getOptional(CONSUMER_PROPERTY).orElse(Map.of()),
                config.getOptional(PRODUCER_PROPERTY).orElse(Map.of()));
    }

    private static Map<String, String> read(String file) {
        try {
            return ClientProperties.read(Path.of(file));
        } catch (IOException | IllegalArgumentException e) {
            // The cause's message may quote the file's content; its class says enough.
            throw new IllegalArgumentException(
                    "Option '%s': expected a readable properties file, found %s (%s)"
                            .formatted(PROPERTIES_FILE.key(), file, e.getClass().getSimpleName()));
        }
    }

    private static <T> T required(ReadableConfig config, ConfigOption<T> option) {
        return config.getOptional(option)
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "Option '%s' is required".formatted(option.key())));
    }

    private static void requireDistinct(
            List<String> inputTopics, String outputTopic, String deadLetterTopic) {
        Set<String> topics = new HashSet<>(inputTopics);
        if (!topics.add(outputTopic)) {
            throw new IllegalArgumentException(
                    "Option '%s': expected a topic that is not read, found %s"
                            .formatted(OUTPUT_TOPIC.key(), outputTopic));
        }
        if (!topics.add(deadLetterTopic)) {
            throw new IllegalArgumentException(
                    "Option '%s': expected a topic that is neither read nor the output, found %s"
                            .formatted(DEAD_LETTER_TOPIC.key(), deadLetterTopic));
        }
    }

    private static void requireMillis(ConfigOption<Duration> option, Duration value) {
        if (value.compareTo(Duration.ofMillis(1)) < 0
                || value.compareTo(Duration.ofMillis(Integer.MAX_VALUE)) > 0) {
            throw new IllegalArgumentException(
                    "Option '%s': expected 1 ms to %d ms, found %s"
                            .formatted(option.key(), Integer.MAX_VALUE, value));
        }
    }

    private static String pointer(String textField) {
        if (textField.isEmpty()) {
            throw new IllegalArgumentException(
                    "Option '%s': expected a field's name or a JSON Pointer, found nothing"
                            .formatted(TEXT_FIELD.key()));
        }
        if (textField.startsWith("/")) {
            return JsonPointer.compile(textField).toString();
        }
        return JsonPointer.empty().appendProperty(textField).toString();
    }
}
