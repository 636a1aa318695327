package io.millrace.kafka.check;

/** The job cannot run against this Kafka. The message says what was expected and found. */
public final class UnusableKafkaException extends Exception {
    private static final long serialVersionUID = 1L;

    UnusableKafkaException(String message) {
        super(message);
    }
}
