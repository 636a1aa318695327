package io.millrace.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.millrace.model.testing.Golden;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;

/**
 * A golden model directory in the source tree, where containers and jobs can read it, with what the
 * reference makes of its texts.
 */
final class GoldenModel {
    /** The folder of all of them. */
    static final Path FOLDER =
            Path.of("..", "model", "src", "test", "resources", "golden")
                    .toAbsolutePath()
                    .normalize();

    /** Vectors may differ from the reference's by this. */
    private static final float TOLERANCE = 1e-5f;

    private static final JsonMapper JSON =
            JsonMapper.builder().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();

    private final String name;
    private final Golden.Expected expected;

    GoldenModel(String name) {
        this.name = name;
        try {
            Path file = directory().resolve("expected.json");
            this.expected = JSON.readValue(file.toFile(), Golden.Expected.class);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String name() {
        return name;
    }

    Path directory() {
        return FOLDER.resolve(name);
    }

    List<String> texts() {
        return expected.texts();
    }

    int tokens(int text) {
        return expected.ids()[text].length;
    }

    int maxTokens() {
        return expected.maxSeqLength();
    }

    /** Holds a vector against the reference's for this text. */
    void assertVector(int text, float[] vector) {
        assertThat(vector)
                .as("vector of text %d", text)
                .containsExactly(expected.embeddings()[text], within(TOLERANCE));
    }
}
