package io.millrace.kafka.options;

import org.apache.flink.connector.base.DeliveryGuarantee;

/** What a failure may do to the output. */
public enum Delivery {
    /** A record may be written again; none is lost. */
    AT_LEAST_ONCE,
    /** For consumers that read committed records, each record is there once. */
    EXACTLY_ONCE;

    /** Flink's name for it. */
    public DeliveryGuarantee guarantee() {
        return switch (this) {
            case AT_LEAST_ONCE -> DeliveryGuarantee.AT_LEAST_ONCE;
            case EXACTLY_ONCE -> DeliveryGuarantee.EXACTLY_ONCE;
        };
    }
}
