package io.millrace.kafka.json;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * What may stand in a value before its document: the framing of Confluent's Schema Registry (a zero
 * byte and four bytes of the schema's id), a byte order mark. Neither can begin a JSON document.
 */
public final class Framing {
    private static final int CONFLUENT_BYTES = 5;
    private static final byte[] BYTE_ORDER_MARK = {(byte) 0xef, (byte) 0xbb, (byte) 0xbf};

    private Framing() {}

    /**
     * Whether a value begins as those of the registry's serializers do. Ids count from 1, and stay
     * below 2^29 here: a zero byte before a letter is a text that begins with one, or UTF-16.
     */
    public static boolean isConfluent(byte[] value) {
        return value.length >= CONFLUENT_BYTES && value[0] == 0 && value[1] >= 0 && value[1] < ' ';
    }

    /** The schema's id in Confluent's framing. */
    public static int schemaId(byte[] value) {
        return ByteBuffer.wrap(value).getInt(1);
    }

    /** The index of the document's first byte. */
    public static int documentStart(byte[] value) {
        int start = isConfluent(value) ? CONFLUENT_BYTES : 0;
        int end = Math.min(start + BYTE_ORDER_MARK.length, value.length);
        return Arrays.equals(value, start, end, BYTE_ORDER_MARK, 0, BYTE_ORDER_MARK.length)
                ? end
                : start;
    }
}
