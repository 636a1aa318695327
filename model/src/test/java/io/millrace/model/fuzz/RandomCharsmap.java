package io.millrace.model.fuzz;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Random;

/** Makes up tables of sentencepiece's normalizer, some of them damaged. */
public final class RandomCharsmap {
    private static final String[] KEYS = {"a", "é", "水", "ﷺ", " ", "\u0301"};
    private static final int BLOCK = 256;
    private static final int LEAF = 1 << 8;

    private RandomCharsmap() {}

    static String make(Random random) {
        byte[] map = of("", "x", "\u0301y", "水水水");
        for (int i = random.nextInt(4) == 0 ? 1 + random.nextInt(3) : 0; i > 0; i--) {
            map[random.nextInt(map.length)] = (byte) random.nextInt();
        }
        return Base64.getEncoder().encodeToString(map);
    }

    /** A sound table that replaces one character after the other by these texts in turn. */
    public static byte[] of(String... replacements) {
        int[] units = new int[BLOCK * 24];
        int free = 1;
        ByteBuffer texts = ByteBuffer.allocate(1000);
        units[0] = BLOCK << 10;
        free++;
        for (int i = 0; i < KEYS.length; i++) {
            int node = BLOCK;
            byte[] key = KEYS[i].getBytes(StandardCharsets.UTF_8);
            for (int j = 0; j < key.length; j++) {
                int label = key[j] & 0xff;
                int at = node ^ label;
                if ((units[at] & 0xff) == 0) {
                    units[at] = label | (at ^ free * BLOCK) << 10;
                    free++;
                }
                node = at ^ units[at] >>> 10;
                if (j == key.length - 1) {
                    units[at] |= LEAF;
                    units[node] = 1 << 31 | texts.position();
                }
            }
            texts.put(replacements[i % replacements.length].getBytes(StandardCharsets.UTF_8));
            texts.put((byte) 0);
        }
        ByteBuffer map =
                ByteBuffer.allocate(4 + 4 * units.length + texts.position())
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putInt(4 * units.length);
        for (int unit : units) {
            map.putInt(unit);
        }
        return map.put(texts.flip()).array();
    }
}
