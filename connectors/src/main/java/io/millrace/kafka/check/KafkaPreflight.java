package io.millrace.kafka.check;

import io.millrace.kafka.options.Delivery;
import io.millrace.kafka.options.KafkaJobOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at Kafka before the job starts: brokers answer, topics are there or are made, transactions
 * and records of the wanted size are allowed, no other job has the same transactions. So what
 * cannot work is told in seconds and in one message, rather than by a job that restarts.
 */
public final class KafkaPreflight {
    private static final Logger LOG = LoggerFactory.getLogger(KafkaPreflight.class);
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final String MAX_MESSAGE_BYTES = "max.message.bytes";
    private static final String TRANSACTION_MAX_TIMEOUT = "transaction.max.timeout.ms";

    private final KafkaJobOptions options;
    private final AdminRequests requests;

    private KafkaPreflight(KafkaJobOptions options, AdminRequests requests) {
        this.options = options;
        this.requests = requests;
    }

    /**
     * Checks, and makes missing output topics where the options say so.
     *
     * @throws UnusableKafkaException when the job could not run; says why, and what to do
     */
    public static void check(KafkaJobOptions options) throws UnusableKafkaException {
        check(options, PATIENCE);
    }

    static void check(KafkaJobOptions options, Duration patience) throws UnusableKafkaException {
        Properties config = options.adminConfig();
        config.setProperty("default.api.timeout.ms", Long.toString(patience.toMillis()));
        config.setProperty("request.timeout.ms", Long.toString(patience.toMillis() / 2));
        // The client logs every attempt to connect: a few will do.
        config.setProperty("reconnect.backoff.ms", "1000");
        config.setProperty("reconnect.backoff.max.ms", "4000");
        try (AdminRequests requests =
                AdminRequests.open(config, options.bootstrapServers(), patience)) {
            new KafkaPreflight(options, requests).check();
        }
    }

    private void check() throws UnusableKafkaException {
        requests.get("describe the cluster", requests.admin().describeCluster().nodes());
        Map<String, TopicDescription> inputs = inputs();
        int partitions =
                inputs.values().stream()
                        .mapToInt(topic -> topic.partitions().size())
                        .max()
                        .orElse(1);
        requireOutputs(partitions);
        Map<String, TopicRules> rules = rules();
        requireRecordSize(rules);
        requireEveryLetterKept(rules);
        tellWhatIsRefused(rules);
        if (options.delivery() == Delivery.EXACTLY_ONCE) {
            requireTransactionTimeout();
            new TransactionOwners(requests, options).requireNone();
        }
    }

    private Map<String, TopicDescription> inputs() throws UnusableKafkaException {
        Map<String, TopicDescription> found = describe(options.inputTopics());
        List<String> missing =
                options.inputTopics().stream().filter(name -> !found.containsKey(name)).toList();
        if (!missing.isEmpty()) {
            throw new UnusableKafkaException(
                    "Option 'input-topic': %s %s not there on %s. Create it, or check its name and the broker's address."
                            .formatted(
                                    String.join(", ", missing),
                                    missing.size() == 1 ? "is" : "are",
                                    options.bootstrapServers()));
        }
        return found;
    }

    private void requireOutputs(int partitions) throws UnusableKafkaException {
        List<String> outputs = List.of(options.outputTopic(), options.deadLetterTopic());
        Set<String> found = describe(outputs).keySet();
        List<String> missing = outputs.stream().filter(name -> !found.contains(name)).toList();
        if (missing.isEmpty()) {
            return;
        }
        if (!options.createTopics()) {
            throw new UnusableKafkaException(
                    "Options 'output-topic' and 'dead-letter-topic': %s %s not there on %s. Create with --create-topics, or by hand."
                            .formatted(
                                    String.join(", ", missing),
                                    missing.size() == 1 ? "is" : "are",
                                    options.bootstrapServers()));
        }
        create(missing, partitions);
    }

    private void create(List<String> names, int partitions) throws UnusableKafkaException {
        Map<String, String> config =
                options.maxRecordBytes() > KafkaJobOptions.MAX_RECORD_BYTES.defaultValue()
                        ? Map.of(MAX_MESSAGE_BYTES, Integer.toString(options.maxRecordBytes()))
                        : Map.of();
        List<NewTopic> topics =
                names.stream()
                        .map(
                                name ->
                                        // Replicas: as many as the broker's default says.
                                        new NewTopic(
                                                        name,
                                                        Optional.of(partitions),
                                                        Optional.empty())
                                                .configs(config))
                        .toList();
        NewTopics.create(requests, topics);
    }

    private Map<String, TopicRules> rules() throws UnusableKafkaException {
        Map<String, TopicRules> rules = new LinkedHashMap<>();
        for (String topic : List.of(options.outputTopic(), options.deadLetterTopic())) {
            Optional<TopicRules> found = TopicRules.read(requests, topic);
            if (found.isEmpty()) {
                LOG.warn(
                        "Topic {}: this client may not describe its configuration. A record that the broker refuses"
                                + " cannot be told beforehand, and will fail the job.",
                        topic);
            }
            rules.put(topic, found.orElse(TopicRules.UNKNOWN));
        }
        return rules;
    }

    private void requireRecordSize(Map<String, TopicRules> rules) throws UnusableKafkaException {
        List<String> tooSmall = new ArrayList<>();
        rules.forEach(
                (topic, rule) -> {
                    if (rule.maxBytes() < options.maxRecordBytes()) {
                        tooSmall.add("%s has %d".formatted(topic, rule.maxBytes()));
                    }
                });
        if (!tooSmall.isEmpty()) {
            throw new UnusableKafkaException(
                    "Option 'max-record-bytes': expected topics with %s of at least %d, found that %s."
                            .formatted(
                                    MAX_MESSAGE_BYTES,
                                    options.maxRecordBytes(),
                                    String.join(", ", tooSmall)));
        }
    }

    private void requireEveryLetterKept(Map<String, TopicRules> rules)
            throws UnusableKafkaException {
        String topic = options.deadLetterTopic();
        if (rules.getOrDefault(topic, TopicRules.UNKNOWN).compacted()) {
            throw new UnusableKafkaException(
                    ("Option 'dead-letter-topic': expected a topic that takes and keeps every record, found %s compacted:"
                                    + " it takes none without a key and keeps the last of each. Set its cleanup.policy to"
                                    + " delete, or choose another.")
                            .formatted(topic));
        }
    }

    private void tellWhatIsRefused(Map<String, TopicRules> rules) {
        String topic = options.outputTopic();
        TopicRules rule = rules.getOrDefault(topic, TopicRules.UNKNOWN);
        if (rule.compacted()) {
            LOG.warn(
                    "Topic {} is compacted and takes no record without a key: those go to the dead letters, {}.",
                    topic,
                    options.deadLetterTopic());
        }
        if (rule.beforeMillis() < Long.MAX_VALUE) {
            LOG.warn(
                    "Topic {} takes no record that is older than {} ms (message.timestamp.before.max.ms): those go to the"
                            + " dead letters, {}.",
                    topic,
                    rule.beforeMillis(),
                    options.deadLetterTopic());
        }
    }

    private void requireTransactionTimeout() throws UnusableKafkaException {
        String broker =
                requests.get("describe the cluster", requests.admin().describeCluster().nodes())
                        .iterator()
                        .next()
                        .idString();
        ConfigResource resource = new ConfigResource(ConfigResource.Type.BROKER, broker);
        // Nothing where we may not look: then the job will tell.
        Optional<Long> limit =
                requests.getIfAllowed(
                                "describe the configuration of broker " + broker,
                                requests.admin()
                                        .describeConfigs(Set.of(resource))
                                        .values()
                                        .get(resource))
                        .map(config -> config.get(TRANSACTION_MAX_TIMEOUT))
                        .map(entry -> Long.valueOf(entry.value()));
        long wanted = options.transactionTimeout().toMillis();
        if (limit.isPresent() && wanted > limit.get()) {
            throw new UnusableKafkaException(
                    "Option 'transaction-timeout': expected at most the broker's %s of %d ms, found %d ms. Lower the one or raise the other."
                            .formatted(TRANSACTION_MAX_TIMEOUT, limit.get(), wanted));
        }
    }

    private Map<String, TopicDescription> describe(List<String> names)
            throws UnusableKafkaException {
        Map<String, TopicDescription> found = new TreeMap<>();
        for (var described : requests.admin().describeTopics(names).topicNameValues().entrySet()) {
            requests.getUnless(
                            UnknownTopicOrPartitionException.class,
                            "describe topic " + described.getKey(),
                            described.getValue())
                    .ifPresent(topic -> found.put(described.getKey(), topic));
        }
        return found;
    }
}
