package io.millrace.model.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.millrace.model.ModelException;
import io.millrace.model.arch.Activation;
import io.millrace.model.pool.PoolingMode;
import io.millrace.model.pool.Step;
import io.millrace.model.testing.ModelCopy;
import io.millrace.model.tokenize.Truncation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelDirectoryTest {
    private static final String TYPES =
            "bert, roberta, xlm-roberta, camembert, electra, distilbert, mpnet, albert,"
                    + " nomic_bert, modernbert, gte, new, jina_embeddings_v3, t5, mt5, deberta-v2,"
                    + " llama, mistral, qwen2, qwen3, eurobert, gemma3_text, transformer";

    @TempDir Path temp;

    private ModelCopy copy(String name) {
        return ModelCopy.of(name, temp.resolve(name));
    }

    private static List<String> problems(ModelCopy copy) {
        ModelException refused =
                catchThrowableOfType(
                        ModelException.class, () -> ModelDirectory.open(copy.directory()));
        assertThat(refused).as("expected a ModelException").isNotNull();
        return refused.problems();
    }

    @Test
    void tellsWhatItFound() {
        ModelDirectory directory = ModelDirectory.open(copy("bert-cls-dense").directory());
        assertThat(directory.id()).isEqualTo("bert-cls-dense");
        assertThat(directory.revision()).matches("sha256:[0-9a-f]{16}");
        assertThat(directory.config().hiddenSize()).isEqualTo(32);
        assertThat(modes(directory)).containsExactly(PoolingMode.CLS);
        assertThat(directory.pipeline().dimension()).isEqualTo(24);
        assertThat(directory.tokenizer().kind()).isEqualTo("WordPiece");
        assertThat(directory.tokenizer().maxTokens()).isEqualTo(64);
        assertThat(directory.weightTypes()).containsExactly("F32");
        // Embeddings, three layers and the dense layer; the unused pooler does not count.
        long embeddings = (420 + 72 + 2) * 32L + 2 * 32;
        long layer = 4 * (32 * 32 + 32) + (32 * 48 + 48) + (48 * 32 + 32) + 4 * 32L;
        assertThat(directory.parameters()).isEqualTo(embeddings + 3 * layer + 32 * 24 + 24);
        assertThat(directory.files())
                .containsOnlyKeys(
                        "1_Pooling/config.json",
                        "2_Dense/config.json",
                        "2_Dense/model.safetensors",
                        "config.json",
                        "config_sentence_transformers.json",
                        "model.safetensors",
                        "modules.json",
                        "sentence_bert_config.json",
                        "tokenizer.json",
                        "tokenizer_config.json")
                .containsEntry("2_Dense/model.safetensors", 3320L);
    }

    @Test
    void theRevisionChangesWithAnyFileThatDecidesTheVectors() {
        ModelCopy copy = copy("bert-mean");
        String before = ModelDirectory.open(copy.directory()).revision();
        copy.write("README.md", "not decisive");
        assertThat(ModelDirectory.open(copy.directory()).revision()).isEqualTo(before);
        copy.edit("tokenizer_config.json", json -> json.put("anything", 1));
        assertThat(ModelDirectory.open(copy.directory()).revision()).isNotEqualTo(before);
    }

    @Test
    void theRevisionIsTheSameWhoeverTakesIt() {
        ModelCopy copy = copy("bert-mean");
        ModelDirectory directory = ModelDirectory.open(copy.directory());
        directory.beginRevision();
        assertThat(directory.revision()).isEqualTo(directory.revision());
        assertThat(directory.revision())
                .isEqualTo(ModelDirectory.open(copy.directory()).revision());
    }

    @Test
    void aFileThatIsGoneWhenTheRevisionIsTakenIsNamed() throws Exception {
        ModelCopy copy = copy("bert-mean");
        ModelDirectory directory = ModelDirectory.open(copy.directory());
        Files.delete(copy.directory().resolve("model.safetensors"));
        directory.beginRevision();
        assertThatThrownBy(directory::revision)
                .isInstanceOf(ModelException.class)
                .hasMessageContainingAll("expected readable files, found", "model.safetensors");
    }

    @Test
    void aSnapshotOfTheHubsCacheIsNamedAsTheHubNamesIt() throws Exception {
        String commit = "0123456789abcdef0123456789abcdef01234567";
        Path snapshot = temp.resolve("models--org--a-model/snapshots/" + commit);
        ModelCopy copy = ModelCopy.of("bert-f16-sharded", snapshot);
        String shard = "model-00001-of-00003.safetensors";
        copy.move(shard, "../../blobs/abc");
        Files.createSymbolicLink(snapshot.resolve(shard), Path.of("../../blobs/abc"));
        ModelDirectory directory = ModelDirectory.open(snapshot);
        assertThat(directory.id()).isEqualTo("org/a-model");
        assertThat(directory.revision()).isEqualTo(commit);
        assertThat(directory.weightTypes()).containsExactly("F16");
    }

    @Test
    void everythingThatIsWrongIsSaidAtOnce() {
        ModelCopy copy = copy("bert-mean");
        copy.delete("tokenizer.json")
                .delete("1_Pooling/config.json")
                .edit("config.json", json -> json.put("hidden_size", 48).put("vocab_size", 421))
                .edit("config_sentence_transformers.json", json -> json.put("truncate_dim", 0));
        assertThatThrownBy(() -> ModelDirectory.open(copy.directory()))
                .isInstanceOf(ModelException.class)
                .message()
                .startsWith("Model directory %s cannot be run:".formatted(copy.directory()))
                .contains(
                        "\n  - config_sentence_transformers.json: expected truncate_dim: a whole"
                                + " number from 1 to 2147483647, found 0\n",
                        "\n  - tokenizer.json: expected the tokenizer, found no such file\n",
                        "\n  - model.safetensors: expected tensor"
                                + " embeddings.word_embeddings.weight [421, 48], found [420, 32] in"
                                + " model.safetensors\n",
                        "\n  - 1_Pooling/config.json: expected the module's configuration, found no"
                                + " such file");
    }

    @Test
    void misshapenTensorsAreCountedAfterTheTenth() {
        ModelCopy copy = copy("bert-mean");
        copy.edit("config.json", json -> json.put("hidden_size", 48));
        List<String> problems = problems(copy);
        assertThat(problems.subList(0, 11))
                .startsWith(
                        "model.safetensors: expected tensor embeddings.word_embeddings.weight [420,"
                                + " 48], found [420, 32] in model.safetensors")
                .endsWith(
                        "model.safetensors: expected 40 more, the last tensor"
                                + " encoder.layer.2.output.LayerNorm.bias [48], found none or of"
                                + " another shape");
    }

    @Test
    void noDirectory() {
        Path nowhere = temp.resolve("nowhere");
        assertThatThrownBy(() -> ModelDirectory.open(nowhere))
                .hasMessage(
                        "Model directory %s cannot be run:%n  - %s: expected a directory, found nothing",
                        nowhere, nowhere);
    }

    @Test
    void anEmptyDirectory() throws Exception {
        assertThatThrownBy(() -> ModelDirectory.open(Files.createDirectory(temp.resolve("empty"))))
                .isInstanceOfSatisfying(
                        ModelException.class,
                        e ->
                                assertThat(e.problems())
                                        .containsExactlyInAnyOrder(
                                                "config.json: expected the model's configuration,"
                                                        + " found no such file",
                                                "tokenizer.json: expected the tokenizer, found no"
                                                        + " such file",
                                                "model.safetensors: expected the weights, found no"
                                                        + " such file"));
    }

    @Test
    void configsThatCannotBeRun() {
        assertConfig(
                "{\"model_type\": \"gpt2\"}",
                "config.json: expected model_type: one of %s, found \"gpt2\"".formatted(TYPES));
        assertConfig(
                "{}",
                "config.json: expected model_type: one of %s, found nothing".formatted(TYPES));
        assertConfig("[1]", "config.json: expected a JSON object, found [1]");
        assertConfig("", "config.json: expected JSON, found an empty file");
        assertConfig(
                "{\"model_type\": \"bert\", \"position_embedding_type\": \"relative_key\"}",
                "config.json: expected position_embedding_type: absolute, found \"relative_key\"");
        assertConfig(
                "{\"model_type\": \"bert\", \"hidden_act\": \"xielu\"}",
                "config.json: expected hidden_act: one of %s, found \"xielu\""
                        .formatted(Activation.names()));
        assertConfig(
                "{\"model_type\": \"bert\", \"num_attention_heads\": 7}",
                "config.json: expected num_attention_heads: a divisor of hidden_size 768, found 7");
        assertConfig(
                "{\"model_type\": \"bert\", \"hidden_size\": 2000000000}",
                "config.json: expected hidden_size: a whole number from 1 to 65536, found"
                        + " 2000000000");
        assertConfig(
                "{\"model_type\": \"bert\", \"num_hidden_layers\": 1e9}",
                "config.json: expected num_hidden_layers: a whole number from 1 to 1024, found"
                        + " 1.0E9");
        assertConfig(
                "{\"model_type\": \"bert\", \"vocab_size\": \"many\"}",
                "config.json: expected vocab_size: a whole number from 1 to 16777216, found"
                        + " \"many\"");
        assertConfig(
                "{\"model_type\": \"bert\", \"max_position_embeddings\": 0}",
                "config.json: expected max_position_embeddings: a whole number from 1 to 16777216,"
                        + " found 0");
        assertConfig(
                "{\"model_type\": \"bert\", \"layer_norm_eps\": -1}",
                "config.json: expected layer_norm_eps: a number from 0.0 to 1.0, found -1");
        assertConfig(
                "{\"model_type\": \"bert\", \"pad_token_id\": 30522}",
                "config.json: expected pad_token_id: less than vocab_size 30522, found 30522");
        assertConfig(
                "{\"model_type\": \"bert\", \"is_decoder\": 1}",
                "config.json: expected is_decoder: true or false, found 1");
    }

    private void assertConfig(String config, String problem) {
        ModelCopy copy = ModelCopy.of("bert-mean", temp.resolve("config" + config.hashCode()));
        assertThat(problems(copy.write("config.json", config))).containsExactly(problem);
    }

    @Test
    void aPickleIsRefusedWithTheReason() {
        ModelCopy copy = copy("bert-mean");
        copy.move("model.safetensors", "pytorch_model.bin");
        assertThat(problems(copy))
                .containsExactly(
                        "model.safetensors: expected the weights, found pytorch_model.bin, a"
                                + " pickle: reading one can run any code. Save the model again with"
                                + " safe_serialization=True");
    }

    @Test
    void shards() {
        String index = "model.safetensors.index.json";
        String first = "model-00001-of-00003.safetensors";
        String tensor = "embeddings.LayerNorm.weight";

        ModelCopy missing = ModelCopy.of("bert-f16-sharded", temp.resolve("missing"));
        assertThat(problems(missing.delete(first)))
                .containsExactly(index + ": expected a shard " + first + ", found no such file");

        ModelCopy elsewhere = ModelCopy.of("bert-f16-sharded", temp.resolve("elsewhere"));
        elsewhere.edit(
                index,
                json ->
                        json.withObject("/weight_map")
                                .put(tensor, "model-00003-of-00003.safetensors"));
        assertThat(problems(elsewhere))
                .containsExactly(
                        index
                                + ": expected embeddings.LayerNorm.weight in"
                                + " model-00003-of-00003.safetensors, found no such tensor there");

        for (String escape : List.of("../x", "/etc/passwd", "a/b", "..")) {
            ModelCopy escaping =
                    ModelCopy.of("bert-f16-sharded", temp.resolve("escape" + escape.hashCode()));
            escaping.edit(index, json -> json.withObject("/weight_map").put(tensor, escape));
            assertThat(problems(escaping))
                    .containsExactly(
                            "%s: expected shards beside the index, found \"%s\""
                                    .formatted(index, escape));
        }
    }

    @Test
    void linksThatLeadOutOfTheDirectoryAreNotFollowed() throws Exception {
        ModelCopy copy = copy("bert-f16-sharded");
        String shard = "model-00001-of-00003.safetensors";
        copy.move(shard, "../outside");
        Files.createSymbolicLink(copy.directory().resolve(shard), temp.resolve("outside"));
        assertThat(problems(copy))
                .containsExactly(
                        "model.safetensors.index.json: expected shards beside the index, found"
                                + " \"model-00001-of-00003.safetensors\"");
    }

    @Test
    void modules() {
        assertModules(
                "[{\"path\": \"\", \"type\": \"custom_st.Transformer\"}]",
                "modules.json: expected modules Transformer, Pooling, Dense, Normalize, LayerNorm,"
                        + " WeightedLayerPooling, Dropout of sentence_transformers, found"
                        + " \"custom_st.Transformer\"");
        assertModules(
                "[{\"path\": \"\", \"type\": \"sentence_transformers.models.Router\"}]",
                "modules.json: expected modules Transformer, Pooling, Dense, Normalize, LayerNorm,"
                        + " WeightedLayerPooling, Dropout of sentence_transformers, found"
                        + " \"sentence_transformers.models.Router\": it sends queries and documents"
                        + " different ways");
        assertModules(
                "[{\"path\": \"\", \"type\": \"sentence_transformers.models.Transformer\"}]",
                "modules.json: expected a Pooling, found none");
        assertModules(
                "[{\"path\": \"../x\", \"type\": \"sentence_transformers.models.Transformer\"}]",
                "modules.json: expected paths inside the directory, found \"../x\"");
    }

    private void assertModules(String modules, String problem) {
        ModelCopy copy = ModelCopy.of("bert-mean", temp.resolve("modules" + modules.hashCode()));
        assertThat(problems(copy.write("modules.json", modules))).containsExactly(problem);
    }

    @Test
    void withoutModulesTheMeanIsTaken() {
        ModelCopy copy = copy("bert-max").delete("modules.json");
        ModelDirectory directory = ModelDirectory.open(copy.directory());
        assertThat(modes(directory)).containsExactly(PoolingMode.MEAN);
        assertThat(directory.pipeline().steps()).hasSize(1);
    }

    @Test
    void theOldFormOfPooling() {
        ModelCopy copy = copy("bert-mean");
        copy.write(
                "1_Pooling/config.json",
                """
                {"word_embedding_dimension": 32, "pooling_mode_mean_tokens": true,
                 "pooling_mode_cls_token": true, "pooling_mode_lasttoken": false}""");
        ModelDirectory directory = ModelDirectory.open(copy.directory());
        assertThat(modes(directory)).containsExactly(PoolingMode.CLS, PoolingMode.MEAN);
        assertThat(directory.pipeline().dimension()).isEqualTo(64);
    }

    @Test
    void modulesThatCannotBeRun() {
        ModelCopy pooling = copy("bert-mean");
        pooling.edit(
                        "1_Pooling/config.json",
                        json ->
                                json.put("embedding_dimension", 33)
                                        .put("pooling_mode", "median")
                                        .put("include_prompt", false))
                .edit("2_Normalize/config.json", json -> json.put("module_input_name", "tokens"))
                .edit(
                        "config_sentence_transformers.json",
                        json ->
                                json.put("default_prompt_name", "query")
                                        .putObject("prompts")
                                        .put("query", "query: "));
        assertThat(problems(pooling))
                .containsExactly(
                        "1_Pooling/config.json: expected embedding_dimension: hidden_size 32, found"
                                + " 33",
                        "1_Pooling/config.json: expected pooling_mode: one or several of cls, max,"
                                + " mean, mean_sqrt_len_tokens, weightedmean, lasttoken, found"
                                + " \"median\"",
                        "2_Normalize/config.json: expected module_input_name: sentence_embedding"
                                + " or token_embeddings, found \"tokens\"");

        ModelCopy dense = copy("bert-cls-dense");
        dense.edit(
                "2_Dense/config.json",
                json ->
                        json.put("in_features", 31)
                                .put("out_features", 25)
                                .put("use_residual", true));
        assertThat(problems(dense))
                .containsExactly(
                        "2_Dense/config.json: expected in_features: 32, what the module before it"
                                + " gives, found 31",
                        "2_Dense/model.safetensors: expected tensor linear.weight [25, 32], found"
                                + " [24, 32] in model.safetensors",
                        "2_Dense/model.safetensors: expected tensor linear.bias [25], found [24] in"
                                + " model.safetensors",
                        "2_Dense/model.safetensors: expected tensor residual.weight [25, 32], found"
                                + " none");

        ModelCopy activation = ModelCopy.of("bert-cls-dense", temp.resolve("activation"));
        activation.edit(
                "2_Dense/config.json", json -> json.put("activation_function", "os.system"));
        assertThat(problems(activation))
                .singleElement()
                .asString()
                .startsWith("2_Dense/config.json: expected activation_function: one of torch.nn")
                .endsWith("found \"os.system\"");
    }

    @Test
    void aTokenizerClassWithIdeasOfItsOwnIsRefused() {
        ModelCopy copy = copy("bert-mean");
        copy.edit("tokenizer_config.json", json -> json.put("tokenizer_class", "XLNetTokenizer"));
        assertThat(problems(copy))
                .singleElement()
                .asString()
                .startsWith(
                        "tokenizer_config.json: expected tokenizer_class: one that Millrace builds as")
                .endsWith("found \"XLNetTokenizer\"");
    }

    @Test
    void aTokenizerOfAnotherKindThanItsClassIsRefused() {
        ModelCopy copy = copy("bert-mean");
        copy.edit("tokenizer_config.json", json -> json.put("tokenizer_class", "RobertaTokenizer"));
        assertThat(problems(copy))
                .containsExactly(
                        "tokenizer.json: expected model: BPE, which the tokenizer's class makes,"
                                + " found WordPiece");
    }

    @Test
    void whatTheTokenizerLibraryCannotBeToldIsRefused() {
        ModelCopy copy = copy("bert-mean");
        copy.edit("tokenizer_config.json", json -> json.put("split_special_tokens", true));
        assertThat(problems(copy))
                .containsExactly(
                        "tokenizer_config.json: expected split_special_tokens: false, found true");
    }

    @Test
    void aSentencepieceModelAloneIsRefusedWithWhatTranslatesIt() {
        ModelCopy copy = copy("bert-mean");
        copy.delete("tokenizer.json").write("spiece.model", "");
        copy.edit("tokenizer_config.json", json -> json.put("tokenizer_class", "T5Tokenizer"));
        assertThat(problems(copy))
                .containsExactly(
                        "tokenizer.json: expected the tokenizer, found only a sentencepiece or"
                                + " tiktoken model; this writes tokenizer.json beside it: python -c"
                                + " \"from transformers import AutoTokenizer as T;"
                                + " T.from_pretrained('DIR').save_pretrained('DIR')\"");
    }

    @Test
    void anUnknownPromptIsRefused() {
        ModelCopy copy = copy("bert-mean");
        copy.edit(
                "config_sentence_transformers.json",
                json -> json.put("default_prompt_name", "passage"));
        assertThat(problems(copy))
                .containsExactly(
                        "config_sentence_transformers.json: expected default_prompt_name: one of"
                                + " prompts [document, query], found \"passage\"");
    }

    @Test
    void howLongATextMayBe() {
        assertThat(maxTokens("{\"max_seq_length\": 50}", "{\"model_max_length\": 40}"))
                .isEqualTo(50);
        assertThat(maxTokens("{\"max_seq_length\": 5000}", "{}")).isEqualTo(72);
        assertThat(maxTokens("{\"max_seq_length\": null}", "{\"model_max_length\": 40}"))
                .isEqualTo(40);
        assertThat(maxTokens("{}", "{}")).isEqualTo(72);
        assertThat(maxTokens("{}", "{\"model_max_length\": 1e30}")).isEqualTo(72);
        assertThat(maxTokens("{}", "{\"model_max_length\": 1000000000000000019884624838656}"))
                .isEqualTo(72);
    }

    private int maxTokens(String transformer, String tokenizer) {
        Path directory = temp.resolve("length" + (transformer + tokenizer).hashCode());
        ModelCopy copy = ModelCopy.of("bert-mean", directory);
        copy.write("sentence_bert_config.json", transformer)
                .write("tokenizer_config.json", tokenizer);
        return ModelDirectory.open(directory).tokenizer().maxTokens();
    }

    @Test
    void argumentsThatWouldChangeTheModelAreRefused() {
        ModelCopy copy = copy("bert-mean");
        copy.write(
                "sentence_bert_config.json",
                "{\"model_args\": {\"trust_remote_code\": true}, \"tokenizer_args\": {\"x\": 1}}");
        assertThat(problems(copy))
                .containsExactly(
                        "sentence_bert_config.json: expected tokenizer_args: no x, found"
                                + " {\"x\":1}");
    }

    @Test
    void theSideThatIsCut() {
        ModelCopy copy = copy("bert-mean");
        copy.edit("tokenizer_config.json", json -> json.put("truncation_side", "left"));
        assertThat(ModelDirectory.open(copy.directory()).tokenizer().truncation())
                .isEqualTo(Truncation.LEFT);
        copy.edit("tokenizer_config.json", json -> json.put("truncation_side", "middle"));
        assertThat(problems(copy))
                .containsExactly(
                        "tokenizer_config.json: expected truncation_side: right or left, found"
                                + " \"middle\"");
    }

    @Test
    void theTransformerMayBeInAFolder() {
        ModelCopy copy = copy("bert-mean");
        for (String file :
                List.of(
                        "config.json",
                        "model.safetensors",
                        "tokenizer.json",
                        "tokenizer_config.json",
                        "sentence_bert_config.json")) {
            copy.move(file, "0_Transformer/" + file);
        }
        copy.write(
                "modules.json",
                """
                [{"path": "0_Transformer", "type": "sentence_transformers.models.Transformer"},
                 {"path": "1_Pooling", "type": "sentence_transformers.models.Pooling"}]""");
        assertThat(ModelDirectory.open(copy.directory()).files())
                .containsKey("0_Transformer/model.safetensors");
    }

    private static List<PoolingMode> modes(ModelDirectory directory) {
        return ((Step.Pooling) directory.pipeline().steps().get(0)).modes();
    }
}
