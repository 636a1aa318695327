package io.millrace.it.bench.latency;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** The texts that are sent, again and again, as bytes. */
final class Texts {
    private final List<byte[]> bytes;

    private Texts(List<byte[]> bytes) {
        this.bytes = bytes;
    }

    /** Shuffled, so that every stretch of them is as long as any other on average. */
    static Texts shuffled(List<String> texts, long seed) {
        List<String> shuffled = new ArrayList<>(texts);
        Collections.shuffle(shuffled, new Random(seed));
        return new Texts(
                shuffled.stream().map(text -> text.getBytes(StandardCharsets.UTF_8)).toList());
    }

    byte[] get(int number) {
        return bytes.get(number % bytes.size());
    }
}
