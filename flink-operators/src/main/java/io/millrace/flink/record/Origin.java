package io.millrace.flink.record;

/**
 * Where a record was read: a topic (or file), its partition (0 for a file), its offset (or line
 * from 0).
 */
public record Origin(String topic, int partition, long offset) {
    @Override
    public String toString() {
        return topic + "-" + partition + "@" + offset;
    }
}
