package io.millrace.kafka.commit;

import org.slf4j.Logger;

/** Closes what a task has no more use for, when a failure must not end more than the task. */
final class Closing {
    private Closing() {}

    static void close(AutoCloseable closed, Logger log, String topic) {
        try {
            closed.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            log.debug("Topic {}: interrupted while closing", topic, e);
        } catch (Exception e) {
            log.info(
                    "Topic {}: a failure while closing, after all was written or failed", topic, e);
        }
    }
}
