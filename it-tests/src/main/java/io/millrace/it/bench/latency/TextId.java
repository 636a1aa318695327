package io.millrace.it.bench.latency;

import java.nio.ByteBuffer;

/**
 * Which text of which run a record is about; its key in Kafka.
 *
 * @param run counts from 0
 * @param text counts from 0 in each run
 */
record TextId(int run, int text) {
    byte[] key() {
        return ByteBuffer.allocate(2 * Integer.BYTES).putInt(run).putInt(text).array();
    }

    static TextId of(byte[] key) {
        ByteBuffer bytes = ByteBuffer.wrap(key);
        return new TextId(bytes.getInt(), bytes.getInt());
    }
}
