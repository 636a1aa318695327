package io.millrace.kafka.check;

import java.io.Serializable;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.InvalidTimestampException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.jspecify.annotations.Nullable;

/**
 * What the broker asks of each record of a topic: all that Kafka's {@code LogValidator} looks at. A
 * record that breaks one of these rules must not be sent: it fails its whole batch and, with
 * exactly-once, its transaction.
 *
 * @param compacted whether a record needs a key
 * @param maxBytes largest batch, and so largest record
 * @param beforeMillis how far a record's time may be in the past
 * @param afterMillis how far it may be in the future
 */
public record TopicRules(boolean compacted, long maxBytes, long beforeMillis, long afterMillis) {
    /** Of a topic that we may not look at, or that is not there yet. */
    public static final TopicRules UNKNOWN =
            new TopicRules(false, Long.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE);

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final long CLOCKS_DIFFER_MILLIS = 60_000;

    /** Where rules are read, each time that a task starts. */
    @FunctionalInterface
    public interface Source extends Serializable {
        /** The rules as they are now. */
        TopicRules read() throws UnusableKafkaException;
    }

    /** The rules of this topic as they are now. */
    public static TopicRules read(Properties adminConfig, String bootstrapServers, String topic)
            throws UnusableKafkaException {
        try (AdminRequests requests = AdminRequests.open(adminConfig, bootstrapServers, PATIENCE)) {
            return read(requests, topic).orElse(UNKNOWN);
        }
    }

    /** The rules, or nothing where we may not look. */
    static Optional<TopicRules> read(AdminRequests requests, String topic)
            throws UnusableKafkaException {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        return requests.getIfAllowed(
                        "describe the configuration of " + topic,
                        requests.admin().describeConfigs(Set.of(resource)).values().get(resource))
                .map(TopicRules::of);
    }

    private static TopicRules of(Config config) {
        // Where the broker writes down its own time it does not look at the record's.
        boolean recordTime =
                !"LogAppendTime"
                        .equals(value(config, TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG, ""));
        return new TopicRules(
                value(config, TopicConfig.CLEANUP_POLICY_CONFIG, "")
                        .contains(TopicConfig.CLEANUP_POLICY_COMPACT),
                Math.min(
                        number(config, TopicConfig.MAX_MESSAGE_BYTES_CONFIG),
                        number(config, TopicConfig.SEGMENT_BYTES_CONFIG)),
                recordTime
                        ? number(config, TopicConfig.MESSAGE_TIMESTAMP_BEFORE_MAX_MS_CONFIG)
                        : Long.MAX_VALUE,
                recordTime
                        ? number(config, TopicConfig.MESSAGE_TIMESTAMP_AFTER_MAX_MS_CONFIG)
                        : Long.MAX_VALUE);
    }

    private static long number(Config config, String name) {
        return Long.parseLong(value(config, name, Long.toString(Long.MAX_VALUE)));
    }

    private static String value(Config config, String name, String otherwise) {
        var entry = config.get(name);
        return entry == null || entry.value() == null ? otherwise : entry.value();
    }

    /** Why the broker would refuse a record with or without a key; null: it would not. */
    public @Nullable ApiException refusalOfKey(byte @Nullable [] key) {
        return compacted && key == null
                ? new InvalidRecordException(
                        "expected a key, which records of a compacted topic need, found none")
                : null;
    }

    /**
     * Why the broker would refuse a record of this time; null: it would not. The broker's clock may
     * differ from ours by a minute, or by a tenth of a window that is short.
     *
     * @param timestamp null: the time at which it is sent
     */
    public @Nullable ApiException refusalOfTime(@Nullable Long timestamp, long nowMillis) {
        if (timestamp == null) {
            return null;
        }
        if (nowMillis - timestamp > narrowed(beforeMillis)) {
            return outside("message.timestamp.before.max.ms", beforeMillis, timestamp, nowMillis);
        }
        return timestamp - nowMillis > narrowed(afterMillis)
                ? outside("message.timestamp.after.max.ms", afterMillis, timestamp, nowMillis)
                : null;
    }

    private static long narrowed(long windowMillis) {
        return windowMillis - Math.min(CLOCKS_DIFFER_MILLIS, windowMillis / 10);
    }

    private static ApiException outside(String rule, long window, long timestamp, long now) {
        return new InvalidTimestampException(
                "expected a timestamp that the topic's %s of %d allows at %s, found %d (%s)"
                        .formatted(
                                rule,
                                window,
                                Instant.ofEpochMilli(now),
                                timestamp,
                                Instant.ofEpochMilli(timestamp)));
    }

    /** Why the broker would refuse a record of this size; null: it would not. */
    public @Nullable ApiException refusalOfSize(long bytes, int maxRecordBytes) {
        long most = largest(maxRecordBytes);
        return bytes > most
                ? new RecordTooLargeException(
                        "expected a record of at most %d bytes with its vector, found %d"
                                .formatted(most, bytes))
                : null;
    }

    /** The largest record that may be written where we write none larger than this. */
    public int largest(int maxRecordBytes) {
        return (int) Math.min(maxRecordBytes, maxBytes);
    }
}
