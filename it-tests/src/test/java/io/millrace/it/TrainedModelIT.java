package io.millrace.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.millrace.cli.convert.ModelConverter;
import io.millrace.it.bench.engine.BenchEngine;
import io.millrace.it.bench.engine.EngineSettings;
import io.millrace.it.bench.measure.Cosines;
import io.millrace.it.bench.peer.OnnxFile;
import io.millrace.it.bench.peer.OnnxLoader;
import io.millrace.model.encode.Encoder;
import io.millrace.model.encode.EncoderOptions;
import io.millrace.model.encode.Precision;
import io.millrace.model.testing.Golden;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Trained models on texts that are hard to tokenize: against sentence-transformers, whose vectors
 * are stored, against ONNX Runtime on the graph that the directory was made of, and bf16 against
 * f32. The build copies the jars; {@code make_trained_goldens.py} has the texts.
 */
class TrainedModelIT {
    private static final Path FOLDER = Path.of("target", "trained");

    /** One caller with one thread, eight texts a batch. */
    private static final String ONNX_SETTING = "1,1,8," + OnnxLoader.PLAIN;

    private static final float TOLERANCE = 1e-5f;

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "all-MiniLM-L6-v2, all-minilm-l6-v2, 0.9998",
        // What its key biases add to scores costs bf16 its digits, unless they are left out.
        "e5-small-v2, e5-small-v2, 0.9999",
        "bge-small-zh-v1.5, bge-small-zh-v15, 0.9998",
    })
    void equalsItsReferences(String name, String artifact, double smallestCosine) throws Exception {
        Path jar = FOLDER.resolve("jars").resolve("langchain4j-embeddings-" + artifact + ".jar");
        Path directory = FOLDER.resolve(name);
        ModelConverter.convert(jar, directory);
        Golden.Expected expected = GoldenModel.expectedOfTrained(name);

        float[][] vectors = encode(directory, Precision.F32, expected);
        float[][] onnx = onnx(jar, directory, expected.texts());
        float[][] rounded = encode(directory, Precision.BF16, expected);
        double cosine = Cosines.of(rounded, vectors).orElseThrow().smallest();
        String figures =
                String.format(
                        Locale.ROOT,
                        "| %s | %.1e | %.1e | %.5f |%n",
                        name,
                        difference(vectors, expected.embeddings()),
                        difference(vectors, onnx),
                        cosine);
        Files.writeString(FOLDER.resolve(name + ".md"), figures);

        assertNear(vectors, expected.embeddings(), "sentence-transformers");
        assertNear(vectors, onnx, "ONNX Runtime");
        assertThat(cosine).as("smallest cosine of bf16").isGreaterThan(smallestCosine);
    }

    private static float[][] encode(Path directory, Precision precision, Golden.Expected expected) {
        try (Encoder encoder =
                Encoder.open(directory, EncoderOptions.DEFAULT.withPrecision(precision))) {
            assertThat(encoder.info().maxTokens()).isEqualTo(expected.maxSeqLength());
            for (int text = 0; text < expected.texts().size(); text++) {
                assertThat(encoder.tokenizer().tokenize(expected.texts().get(text)).ids())
                        .as("token ids of text %d", text)
                        .isEqualTo(expected.ids()[text]);
            }
            return encoder.encode(expected.texts());
        }
    }

    private static float[][] onnx(Path jar, Path directory, List<String> texts) throws Exception {
        Path graph = OnnxFile.of(jar, FOLDER.resolve("onnx")).directory();
        try (BenchEngine engine =
                new OnnxLoader().load(new EngineSettings(directory, graph, 1, ONNX_SETTING))) {
            return engine.pass(texts).vectors();
        }
    }

    private static void assertNear(float[][] vectors, float[][] reference, String whose) {
        assertThat(vectors).as("vectors of %s", whose).hasSameDimensionsAs(reference);
        for (int text = 0; text < vectors.length; text++) {
            assertThat(vectors[text])
                    .as("vector of text %d against %s", text, whose)
                    .containsExactly(reference[text], within(TOLERANCE));
        }
    }

    private static double difference(float[][] vectors, float[][] reference) {
        double largest = 0;
        for (int text = 0; text < vectors.length; text++) {
            for (int i = 0; i < vectors[text].length; i++) {
                largest = Math.max(largest, Math.abs(vectors[text][i] - reference[text][i]));
            }
        }
        return largest;
    }
}
