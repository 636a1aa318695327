package io.millrace.cli.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.model.arch.Weight;
import io.millrace.model.read.ModelDirectory;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelConverterTest {
    @TempDir Path folder;

    private final TinyOnnx onnx = new TinyOnnx();

    @Test
    void jarBecomesADirectoryThatCanBeOpened() throws IOException {
        Path directory = folder.resolve("model");

        ModelConverter.convert(jar("e5-small-v2"), directory);

        ModelDirectory model = ModelDirectory.open(directory);
        assertThat(model.pipeline().dimension()).isEqualTo(TinyOnnx.HIDDEN);
        assertThat(model.config().numHiddenLayers()).isEqualTo(1);
        JsonNode config = json(directory, "config.json");
        assertThat(config.get("num_attention_heads").intValue()).isEqualTo(TinyOnnx.HEADS);
        assertThat(config.get("layer_norm_eps").doubleValue()).isEqualTo(1e-12);
        assertThat(json(directory, "sentence_bert_config.json").get("max_seq_length").intValue())
                .isEqualTo(512);
        assertThat(json(directory, "config_sentence_transformers.json").at("/prompts/query"))
                .hasToString("\"query: \"");
        assertThat(directory.resolve("vocab.txt")).hasContent("[PAD]\n[UNK]\n[CLS]\n[SEP]\na\n");
        assertThat(directory.resolve("README.md"))
                .content()
                .startsWith("---\nlicense: mit\n")
                .contains("intfloat/e5-small-v2", "e5-small-v2.onnx", "e5-small-v2.jar");
    }

    @Test
    void matrixOfALinearLayerIsTransposedAndAllElseIsAsItWas() throws IOException {
        List<Weight> weights = OnnxBert.of(graph()).weights();

        assertThat(numbers(weights, "embeddings.LayerNorm.bias")).containsExactly(0f, 1f, 2f, 3f);
        assertThat(numbers(weights, "encoder.layer.0.intermediate.dense.weight"))
                .containsExactly(0f, 2f, 4f, 6f, 1f, 3f, 5f, 7f);
    }

    @Test
    void directoryThatIsThereStays() throws IOException {
        Path directory = folder.resolve("model");
        Path jar = jar("e5-small-v2");
        ModelConverter.convert(jar, directory);
        Files.delete(directory.resolve("vocab.txt"));

        ModelConverter.convert(jar, directory);
        assertThat(directory.resolve("vocab.txt")).doesNotExist();

        Files.delete(directory.resolve("README.md"));
        ModelConverter.convert(jar, directory);
        assertThat(directory.resolve("vocab.txt")).exists();
    }

    @Test
    void modelThatIsNotKnownIsRefused() throws IOException {
        Path jar = jar("my-model");

        assertThatThrownBy(() -> ModelConverter.convert(jar, folder.resolve("model")))
                .hasMessage(
                        "%s: expected one of all-minilm-l6-v2.onnx, e5-small-v2.onnx,"
                                        .formatted(jar)
                                + " bge-small-zh-v1.5.onnx, found [my-model.onnx]");
        assertThat(folder.resolve("model")).doesNotExist();
    }

    @Test
    void fileThatIsNoOnnxIsRefused() throws IOException {
        onnx.content = "no protobuf".getBytes(StandardCharsets.UTF_8);
        Path jar = jar("e5-small-v2");

        assertThatThrownBy(() -> ModelConverter.convert(jar, folder.resolve("model")))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("e5-small-v2.onnx in " + jar + ": ");
    }

    @Test
    void tensorThatIsMissingIsNamed() {
        onnx.tensors.remove("encoder.layer.0.output.dense.bias");

        assertRefused(
                "expected the weights of a BERT with 1 layers, found none of"
                        + " [encoder.layer.0.output.dense.bias], and of no use []");
    }

    @Test
    void tensorThatIsTooMuchIsNamed() {
        onnx.floats("pooler.dense.bias", 4);

        assertRefused(
                "tensors that are no weight of a BERT: expected [], found [pooler.dense.bias]");
    }

    @Test
    void otherShapeIsRefused() {
        onnx.floats("encoder.layer.0.output.LayerNorm.bias", 5);

        assertRefused(
                "weight encoder.layer.0.output.LayerNorm.bias: expected shape [4], found [5]");
    }

    @Test
    void otherDataTypeIsRefused() {
        onnx.tensor("embeddings.LayerNorm.bias", 10, new byte[8], 4);

        assertRefused("tensor embeddings.LayerNorm.bias: expected data type 1, found 10");
    }

    @Test
    void numbersThatAreElsewhereAreRefused() {
        onnx.tensor("embeddings.LayerNorm.bias", 1, new byte[0], 4);

        assertRefused("tensor embeddings.LayerNorm.bias: expected 16 bytes of raw_data, found 0");
    }

    @Test
    void otherActivationIsRefused() {
        onnx.activation = "Tanh";

        assertRefused(
                "operations Erf, of which GELU has one for each attention: expected 1, found 0");
    }

    private void assertRefused(String message) {
        assertThatThrownBy(() -> OnnxBert.of(graph()))
                .isInstanceOf(IOException.class)
                .hasMessage(message);
    }

    private OnnxGraph graph() throws IOException {
        return OnnxGraph.read(new ByteArrayInputStream(onnx.bytes()));
    }

    private Path jar(String name) throws IOException {
        Path jar = folder.resolve(name + ".jar");
        try (OutputStream file = Files.newOutputStream(jar);
                ZipOutputStream zip = new ZipOutputStream(file)) {
            for (Map.Entry<String, byte[]> entry :
                    Map.of(
                                    name + ".onnx",
                                    onnx.bytes(),
                                    name + "-tokenizer.json",
                                    TinyOnnx.TOKENIZER.getBytes(StandardCharsets.UTF_8))
                            .entrySet()) {
                zip.putNextEntry(new ZipEntry(entry.getKey()));
                zip.write(entry.getValue());
            }
        }
        return jar;
    }

    private static List<Float> numbers(List<Weight> weights, String name) {
        List<Float> numbers = new ArrayList<>();
        weights.stream()
                .filter(weight -> weight.name().equals(name))
                .forEach(
                        weight ->
                                weight.forEachChunk(
                                        (chunk, length) -> {
                                            for (int i = 0; i < length; i++) {
                                                numbers.add(chunk[i]);
                                            }
                                        }));
        return numbers;
    }

    private static JsonNode json(Path directory, String name) throws IOException {
        return new ObjectMapper().readTree(directory.resolve(name).toFile());
    }
}
