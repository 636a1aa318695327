package io.millrace.model.tokenize;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Base64;
import java.util.BitSet;
import java.util.Deque;

/**
 * Checks the table of a {@code Precompiled} normalizer, sentencepiece's own: a trie in a double
 * array, then the texts that its leaves point to. The library reads it without a look at where it
 * reads, so every place that some text leads to is visited here once.
 */
final class Charsmap {
    private static final int MAX_REPLACEMENT = 1000;

    private final int[] units;
    private final byte[] texts;
    private int longest = 1;

    private Charsmap(int[] units, byte[] texts) {
        this.units = units;
        this.texts = texts;
    }

    /**
     * Checks a table.
     *
     * @return the most bytes that a character may become
     * @throws IllegalArgumentException when it is damaged; the message says how
     */
    static int check(String base64) {
        byte[] bytes = Base64.getDecoder().decode(base64);
        if (!Base64.getEncoder().encodeToString(bytes).equals(base64)) {
            throw new IllegalArgumentException("Base64 without its padding");
        }
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        long count = bytes.length < 4 ? 0 : Integer.toUnsignedLong(buffer.getInt()) / 4;
        if (count == 0 || count > buffer.remaining() / 4) {
            throw new IllegalArgumentException(
                    "a trie of %d units in %d bytes".formatted(count, bytes.length));
        }
        int[] units = new int[(int) count];
        buffer.asIntBuffer().get(units);
        buffer.position(buffer.position() + 4 * units.length);
        byte[] texts = new byte[buffer.remaining()];
        buffer.get(texts);
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(texts));
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("texts that are not UTF-8", e);
        }
        Charsmap map = new Charsmap(units, texts);
        map.visit();
        return map.longest;
    }

    private void visit() {
        BitSet seen = new BitSet(units.length);
        Deque<Integer> open = new ArrayDeque<>();
        open.add(offset(units[0]));
        while (!open.isEmpty()) {
            int node = open.remove();
            for (int label = 1; label <= 0xff; label++) {
                int unit = unit(node ^ label);
                if ((unit & 0x8000_00ff) != label) {
                    continue;
                }
                int next = node ^ label ^ offset(unit);
                if ((unit >> 8 & 1) == 1) {
                    checkText(unit(next) & Integer.MAX_VALUE);
                }
                // A text may lead here and no further.
                if (next >= units.length || !seen.get(next)) {
                    if (next < units.length) {
                        seen.set(next);
                    }
                    open.add(next);
                }
            }
        }
    }

    private int unit(int index) {
        if (index >= units.length) {
            throw new IllegalArgumentException(
                    "a trie of %d units that leads to unit %d".formatted(units.length, index));
        }
        return units[index];
    }

    private static int offset(int unit) {
        return unit >>> 10 << ((unit & 1 << 9) >> 6);
    }

    private void checkText(int begin) {
        if (begin > texts.length || (begin < texts.length && (texts[begin] & 0xc0) == 0x80)) {
            throw new IllegalArgumentException("a leaf that points to no text");
        }
        int end = begin;
        while (end < texts.length && texts[end] != 0) {
            end++;
        }
        longest = Math.max(longest, end - begin);
        if (longest > MAX_REPLACEMENT) {
            throw new IllegalArgumentException("a replacement of %d bytes".formatted(longest));
        }
    }
}
