package io.millrace.it.bench.kafka;

import java.nio.ByteBuffer;

/**
 * Tells each text's vector from all others, so that one too many is seen whenever it arrives.
 *
 * @param pass from 0
 * @param text its place in the pass
 */
record RecordKey(int pass, int text) {
    static RecordKey of(byte[] bytes) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        return new RecordKey(buffer.getInt(), buffer.getInt());
    }

    byte[] bytes() {
        return ByteBuffer.allocate(2 * Integer.BYTES).putInt(pass).putInt(text).array();
    }
}
