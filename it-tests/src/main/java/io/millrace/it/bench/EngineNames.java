package io.millrace.it.bench;

import io.millrace.cli.shell.UnusableException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** The names that {@code --engines} takes. */
final class EngineNames {
    static final String SENTENCE_TRANSFORMERS_F32 = "sentence-transformers-f32";
    static final String SENTENCE_TRANSFORMERS_BF16 = "sentence-transformers-bf16";

    /** How the names of those begin that bring a broker and a Flink cluster with them. */
    static final String KAFKA = "kafka-";

    private EngineNames() {}

    /** All of them, in the order in which they are reported. */
    static List<String> all() {
        return Stream.concat(
                        Arrays.stream(JavaEngine.values()).map(JavaEngine::label),
                        Stream.of(SENTENCE_TRANSFORMERS_F32, SENTENCE_TRANSFORMERS_BF16))
                .toList();
    }

    /** The same names, each once. */
    static List<String> check(List<String> names) {
        for (String name : names) {
            if (!all().contains(name)) {
                throw new UnusableException(
                        "--engines: expected some of %s, found '%s'"
                                .formatted(String.join(", ", all()), name));
            }
        }
        return names.stream().distinct().toList();
    }
}
