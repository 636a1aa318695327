package io.millrace.kafka.options;

/**
 * What a job writes; part of its operators' and its transactions' names, so never to be changed.
 */
public enum SinkRole {
    VECTORS("vectors"),
    DEAD_LETTERS("dead-letters");

    private final String key;

    SinkRole(String key) {
        this.key = key;
    }

    /** Its name. */
    public String key() {
        return key;
    }

    /** What the names of its transactions begin with. */
    public String transactionalIdPrefix(KafkaJobOptions options) {
        return options.transactionalIdPrefix() + "-" + key;
    }
}
