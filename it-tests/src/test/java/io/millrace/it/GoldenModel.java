package io.millrace.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.millrace.model.testing.Golden;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.zip.GZIPInputStream;

/**
 * A model directory that containers and jobs can read, with what the reference makes of some texts:
 * a small golden one of the source tree, or the trained one of the distribution.
 */
record GoldenModel(Path directory, Golden.Expected expected) {
    private static final Path SOURCES = Path.of("..").toAbsolutePath().normalize();

    /** Vectors may differ from the reference's by this. */
    private static final float TOLERANCE = 1e-5f;

    private static final JsonMapper JSON =
            JsonMapper.builder().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();

    /** A golden directory of module {@code model}: of the right form, with random weights. */
    static GoldenModel of(String name) {
        Path directory = SOURCES.resolve("model/target/test-classes/golden").resolve(name);
        try (InputStream in = Files.newInputStream(directory.resolve("expected.json"))) {
            return new GoldenModel(directory, JSON.readValue(in, Golden.Expected.class));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The model of the demo, as the build has made it. */
    static GoldenModel trained() {
        String name = "all-MiniLM-L6-v2";
        return new GoldenModel(
                SOURCES.resolve("connectors/target/models").resolve(name), expectedOfTrained(name));
    }

    /** What the reference makes of 60 texts that are hard to tokenize, by a trained model. */
    static Golden.Expected expectedOfTrained(String name) {
        String resource = "/trained/" + name + ".json.gz";
        try (InputStream in =
                new GZIPInputStream(
                        Objects.requireNonNull(
                                GoldenModel.class.getResourceAsStream(resource), resource))) {
            return JSON.readValue(in, Golden.Expected.class);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String name() {
        return directory.getFileName().toString();
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
