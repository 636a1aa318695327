package io.millrace.kafka.commit;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.apache.flink.connector.kafka.sink.KafkaCommittable;
import org.apache.flink.core.io.SimpleVersionedSerializer;

/**
 * A transaction that waits for its checkpoint, and since when it may have been open.
 *
 * @param openedAtMillis no later than its first record
 */
record TimedCommittable(KafkaCommittable committable, long openedAtMillis) {
    /**
     * The time, and after it the committable as the connector writes it. This class's version is
     * the connector's, its own format never having changed.
     */
    record Serializer(SimpleVersionedSerializer<KafkaCommittable> inner)
            implements SimpleVersionedSerializer<TimedCommittable> {
        @Override
        public int getVersion() {
            return inner.getVersion();
        }

        @Override
        public byte[] serialize(TimedCommittable timed) throws IOException {
            byte[] committable = inner.serialize(timed.committable());
            return ByteBuffer.allocate(Long.BYTES + committable.length)
                    .putLong(timed.openedAtMillis())
                    .put(committable)
                    .array();
        }

        @Override
        public TimedCommittable deserialize(int version, byte[] serialized) throws IOException {
            ByteBuffer bytes = ByteBuffer.wrap(serialized);
            long openedAtMillis = bytes.getLong();
            byte[] committable = new byte[bytes.remaining()];
            bytes.get(committable);
            return new TimedCommittable(inner.deserialize(version, committable), openedAtMillis);
        }
    }
}
