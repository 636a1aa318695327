package io.millrace.kafka.check;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * Makes topics that can be written to at once. Creation alone is not enough: a producer whose first
 * batch comes before a partition's leader is ready, and whose second comes after, is out of
 * sequence until it gives up.
 */
public final class NewTopics {
    private NewTopics() {}

    /**
     * Makes the topics that are not there, and returns when the leaders of all answer.
     *
     * @param patience for all of it
     * @throws UnusableKafkaException when a topic could not be made or its leaders did not answer
     */
    public static void create(Admin admin, Collection<NewTopic> topics, Duration patience)
            throws UnusableKafkaException {
        create(new AdminRequests(admin, "the brokers", patience), topics);
    }

    static void create(AdminRequests requests, Collection<NewTopic> topics)
            throws UnusableKafkaException {
        for (var created : requests.admin().createTopics(topics).values().entrySet()) {
            requests.getUnless(
                    TopicExistsException.class,
                    "create topic " + created.getKey(),
                    created.getValue());
        }
        Collection<String> names = topics.stream().map(NewTopic::name).toList();
        Map<String, TopicDescription> described =
                requests.getOnceNot(
                        UnknownTopicOrPartitionException.class,
                        "describe new topics",
                        () -> requests.admin().describeTopics(names).allTopicNames());
        Map<TopicPartition, OffsetSpec> ends = new HashMap<>();
        described.forEach(
                (name, topic) -> {
                    for (TopicPartitionInfo partition : topic.partitions()) {
                        ends.put(
                                new TopicPartition(name, partition.partition()),
                                OffsetSpec.latest());
                    }
                });
        requests.getOnceNot(
                UnknownTopicOrPartitionException.class,
                "find the leaders of new topics",
                () -> requests.admin().listOffsets(ends).all());
    }
}
