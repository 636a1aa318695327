package io.millrace.model.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.millrace.model.ModelException;
import io.millrace.model.testing.ModelCopy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Directories that were not copied or fetched whole: one message, and what to do. */
class SpoiledDirectoryTest {
    private static final String POINTER =
            "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a2146\nsize 12345\n";

    @TempDir Path temp;

    private static List<String> problems(Path directory) {
        ModelException refused =
                catchThrowableOfType(ModelException.class, () -> ModelDirectory.open(directory));
        assertThat(refused).as("expected a ModelException").isNotNull();
        return refused.problems();
    }

    private ModelCopy copy(String name) {
        return ModelCopy.of(name, temp.resolve(name));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "model.safetensors",
                "tokenizer.json",
                "config.json",
                "modules.json",
                "tokenizer_config.json",
                "config_sentence_transformers.json",
                "2_Dense/config.json",
                "2_Dense/model.safetensors"
            })
    void aPointerOfGitIsNamed(String file) {
        ModelCopy copy = copy("bert-cls-dense").write(file, POINTER);
        assertThat(problems(copy.directory()))
                .containsExactly(
                        file
                                + ": expected the file itself, found a Git LFS pointer to it; \"git"
                                + " lfs pull\" in this directory fetches what it points to");
    }

    @Test
    void aPointerAmongShardsIsNamed() {
        String shard = "model-00001-of-00003.safetensors";
        ModelCopy copy = copy("bert-f16-sharded").write(shard, POINTER);
        assertThat(problems(copy.directory()))
                .singleElement()
                .asString()
                .startsWith(shard + ": expected the file itself, found a Git LFS pointer");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "model.safetensors",
                "tokenizer_config.json",
                "modules.json",
                "sentence_bert_config.json",
                "1_Pooling/config.json",
                "2_Normalize/config.json"
            })
    void aLinkThatLeadsNowhereIsAFileThatIsMissing(String file) throws IOException {
        ModelCopy copy = copy("bert-mean").delete(file);
        Files.createSymbolicLink(copy.directory().resolve(file), Path.of("gone"));
        assertThat(problems(copy.directory()))
                .containsExactly(
                        file
                                + ": expected a file, as there is a link to one, found a link that"
                                + " leads nowhere; copy what it led to, or fetch the model again");
    }

    @Test
    void aFolderCanBeSuchALink() throws IOException {
        ModelCopy copy = copy("bert-mean").delete("2_Normalize/config.json");
        Path folder = copy.directory().resolve("2_Normalize");
        Files.delete(folder);
        Files.createSymbolicLink(folder, Path.of("gone"));
        assertThat(problems(copy.directory()))
                .singleElement()
                .asString()
                .startsWith("2_Normalize/config.json: expected a file, as there is a link to one");
    }

    @Test
    void inTheHubsCacheItIsFetchedWithNetwork() throws IOException {
        Path snapshot =
                temp.resolve(
                        "models--org--small/snapshots/0123456789abcdef0123456789abcdef01234567");
        ModelCopy.of("bert-mean", snapshot).delete("tokenizer_config.json");
        Files.createSymbolicLink(
                snapshot.resolve("tokenizer_config.json"), Path.of("../../blobs/gone"));
        assertThat(problems(snapshot))
                .singleElement()
                .asString()
                .endsWith("leads nowhere; with network and --model org/small it is fetched");
    }

    @Test
    void numbersThatAreNoneAreReadAsPythonReadsThem() {
        ModelCopy copy = copy("bert-mean");
        String config = "\"a\": NaN, \"b\": [Infinity, -Infinity], \"vocab_size\"";
        copy.write("config.json", copy.read("config.json").replace("\"vocab_size\"", config));
        assertThat(ModelDirectory.open(copy.directory()).config().hiddenSize()).isEqualTo(32);

        copy.write(
                "config.json",
                copy.read("config.json").replaceAll("(\"layer_norm_eps\": )[^,]*", "$1NaN"));
        assertThat(problems(copy.directory()))
                .containsExactly(
                        "config.json: expected layer_norm_eps: a number from 0.0 to 1.0, found NaN");
    }

    @Test
    void aLengthThatIsNoNumberIsRefused() {
        ModelCopy copy = copy("bert-mean").delete("sentence_bert_config.json");
        copy.write("tokenizer_config.json", "{\"model_max_length\": NaN}");
        assertThat(problems(copy.directory()))
                .containsExactly(
                        "tokenizer_config.json: expected model_max_length: a number from 1, found"
                                + " NaN");
        copy.write("tokenizer_config.json", "{\"model_max_length\": Infinity}");
        assertThat(ModelDirectory.open(copy.directory()).tokenizer().maxTokens()).isEqualTo(72);
    }

    @Test
    void textThatIsNoJsonIsPlaced() {
        ModelCopy copy = copy("bert-mean").write("tokenizer_config.json", "{\n  'a': 1}");
        assertThat(problems(copy.directory()))
                .containsExactly(
                        "tokenizer_config.json: expected JSON, found malformed text at line 2,"
                                + " column 3");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[{\"path\": \"0_Own\", \"type\": \"my.own.Transformer\"}, POOLING]",
                "[POOLING, {\"path\": \"\", \"type\": \"sentence_transformers.models.Transformer\"}]",
                "[]",
                "{"
            })
    void whereTheEncoderIsNotKnownNothingIsSaidOfItsFiles(String modules) {
        String pooling =
                "{\"path\": \"1_Pooling\", \"type\": \"sentence_transformers.models.Pooling\"}";
        ModelCopy copy = copy("bert-mean");
        copy.write("modules.json", modules.replace("POOLING", pooling));
        assertThat(problems(copy.directory()))
                .singleElement()
                .asString()
                .startsWith("modules.json: expected ");
    }
}
