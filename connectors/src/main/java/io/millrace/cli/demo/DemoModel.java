package io.millrace.cli.demo;

import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The bundled model: an ordinary sentence-transformers directory whose weights are random numbers
 * from a fixed seed. Nothing is learned; texts are near each other when they share words.
 *
 * <p>Two runs write the same bytes.
 */
public final class DemoModel {
    static final int LAYERS = 2;
    static final int HIDDEN = 128;
    static final int HEADS = 4;
    static final int INTERMEDIATE = 512;
    static final int POSITIONS = 128;

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final ObjectWriter PRETTY =
            JSON.writer(
                    new DefaultPrettyPrinter().withObjectIndenter(new DefaultIndenter("  ", "\n")));

    private DemoModel() {}

    /**
     * Run by the build, for the distribution.
     *
     * @param args the directory
     */
    public static void main(String[] args) throws IOException {
        write(Path.of(args[0]));
    }

    /** Writes the model's files into this directory, which is made if it is missing. */
    public static void write(Path directory) throws IOException {
        Map<String, Integer> vocabulary = DemoVocabulary.of(DemoMessages.texts());
        Files.createDirectories(directory.resolve("1_Pooling"));
        json(directory, "config.json", config(vocabulary.size()));
        json(directory, "tokenizer.json", tokenizer(new ArrayList<>(vocabulary.keySet())));
        json(directory, "tokenizer_config.json", tokenizerConfig());
        json(directory, "sentence_bert_config.json", sentenceConfig());
        json(directory, "modules.json", modules());
        json(directory, "1_Pooling/config.json", pooling());
        // sentence-transformers wants a folder for this module, though it has nothing to say.
        Files.createDirectories(directory.resolve("2_Normalize"));
        json(directory, "2_Normalize/config.json", JSON.createObjectNode());
        SafetensorsWriter.write(
                directory.resolve("model.safetensors"), DemoWeights.of(vocabulary.values()));
    }

    private static ObjectNode config(int vocabularySize) {
        ObjectNode config = JSON.createObjectNode();
        config.putArray("architectures").add("BertModel");
        return config.put("model_type", "bert")
                .put("vocab_size", vocabularySize)
                .put("hidden_size", HIDDEN)
                .put("num_hidden_layers", LAYERS)
                .put("num_attention_heads", HEADS)
                .put("intermediate_size", INTERMEDIATE)
                .put("hidden_act", "gelu")
                .put("max_position_embeddings", POSITIONS)
                .put("type_vocab_size", 2)
                .put("layer_norm_eps", 1e-12)
                .put("pad_token_id", 0)
                .put("position_embedding_type", "absolute")
                .put("dtype", "float32");
    }

    private static ObjectNode tokenizer(List<String> vocabulary) {
        ObjectNode tokenizer = JSON.createObjectNode();
        tokenizer.put("version", "1.0").putNull("truncation").putNull("padding");
        ArrayNode added = tokenizer.putArray("added_tokens");
        for (String token : DemoVocabulary.SPECIAL_TOKENS) {
            added.addObject()
                    .put("id", vocabulary.indexOf(token))
                    .put("content", token)
                    .put("single_word", false)
                    .put("lstrip", false)
                    .put("rstrip", false)
                    .put("normalized", false)
                    .put("special", true);
        }
        tokenizer
                .putObject("normalizer")
                .put("type", "BertNormalizer")
                .put("clean_text", true)
                .put("handle_chinese_chars", true)
                .putNull("strip_accents")
                .put("lowercase", true);
        tokenizer.putObject("pre_tokenizer").put("type", "BertPreTokenizer");
        tokenizer.set("post_processor", template(vocabulary));
        tokenizer.putObject("decoder").put("type", "WordPiece").put("prefix", "##");
        tokenizer.withObject("/decoder").put("cleanup", true);
        ObjectNode model = tokenizer.putObject("model");
        model.put("type", "WordPiece")
                .put("unk_token", "[UNK]")
                .put("continuing_subword_prefix", "##")
                .put("max_input_chars_per_word", 100);
        ObjectNode ids = model.putObject("vocab");
        vocabulary.forEach(token -> ids.put(token, ids.size()));
        return tokenizer;
    }

    /** {@code [CLS] A [SEP]}, and for two texts {@code [CLS] A [SEP] B [SEP]}. */
    private static ObjectNode template(List<String> vocabulary) {
        ObjectNode template = JSON.createObjectNode().put("type", "TemplateProcessing");
        ArrayNode single = template.putArray("single");
        piece(single, "SpecialToken", "[CLS]", 0);
        piece(single, "Sequence", "A", 0);
        piece(single, "SpecialToken", "[SEP]", 0);
        ArrayNode pair = template.putArray("pair").addAll(single.deepCopy());
        piece(pair, "Sequence", "B", 1);
        piece(pair, "SpecialToken", "[SEP]", 1);
        ObjectNode special = template.putObject("special_tokens");
        for (String token : List.of("[CLS]", "[SEP]")) {
            ObjectNode entry = special.putObject(token).put("id", token);
            entry.putArray("ids").add(vocabulary.indexOf(token));
            entry.putArray("tokens").add(token);
        }
        return template;
    }

    private static void piece(ArrayNode pieces, String kind, String id, int typeId) {
        pieces.addObject().putObject(kind).put("id", id).put("type_id", typeId);
    }

    private static ObjectNode tokenizerConfig() {
        return JSON.createObjectNode()
                .put("tokenizer_class", "BertTokenizerFast")
                .put("do_lower_case", true)
                .put("model_max_length", POSITIONS)
                .put("cls_token", "[CLS]")
                .put("sep_token", "[SEP]")
                .put("pad_token", "[PAD]")
                .put("unk_token", "[UNK]")
                .put("mask_token", "[MASK]");
    }

    private static ObjectNode sentenceConfig() {
        return JSON.createObjectNode().put("max_seq_length", POSITIONS).put("do_lower_case", false);
    }

    private static ArrayNode modules() {
        ArrayNode modules = JSON.createArrayNode();
        List<String> paths = List.of("", "1_Pooling", "2_Normalize");
        List<String> types = List.of("Transformer", "Pooling", "Normalize");
        for (int i = 0; i < paths.size(); i++) {
            modules.addObject()
                    .put("idx", i)
                    .put("name", String.valueOf(i))
                    .put("path", paths.get(i))
                    .put("type", "sentence_transformers.models." + types.get(i));
        }
        return modules;
    }

    private static ObjectNode pooling() {
        return JSON.createObjectNode()
                .put("word_embedding_dimension", HIDDEN)
                .put("pooling_mode_cls_token", false)
                .put("pooling_mode_mean_tokens", true)
                .put("pooling_mode_max_tokens", false)
                .put("pooling_mode_mean_sqrt_len_tokens", false);
    }

    private static void json(Path directory, String name, JsonNode content) throws IOException {
        Files.writeString(
                directory.resolve(name),
                PRETTY.writeValueAsString(content) + "\n",
                StandardCharsets.UTF_8);
    }
}
