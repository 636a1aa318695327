package io.millrace.cli.convert;

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
import java.util.List;

/**
 * What sentence-transformers has beside a BERT's weights and its tokenizer: how a text's vector is
 * made of its tokens' vectors.
 *
 * @param size of the BERT
 * @param maxTokens of a text
 * @param firstToken whether a text's vector is its first token's, and not the mean of all
 * @param lowerCase whether the tokenizer makes letters small
 */
public record SentenceFiles(BertSize size, int maxTokens, boolean firstToken, boolean lowerCase) {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final ObjectWriter PRETTY =
            JSON.writer(
                    new DefaultPrettyPrinter().withObjectIndenter(new DefaultIndenter("  ", "\n")));

    /** Writes the files into this directory, which is made if it is missing. */
    public void write(Path directory) throws IOException {
        Files.createDirectories(directory.resolve("1_Pooling"));
        // Nothing to say, but sentence-transformers wants a folder, and archives drop empty ones.
        Files.createDirectories(directory.resolve("2_Normalize"));
        json(directory, "config.json", size.config());
        json(directory, "tokenizer_config.json", tokenizerConfig());
        json(directory, "special_tokens_map.json", specialTokens());
        json(directory, "sentence_bert_config.json", sentenceConfig());
        json(directory, "modules.json", modules());
        json(directory, "1_Pooling/config.json", pooling());
        json(directory, "2_Normalize/config.json", JSON.createObjectNode());
    }

    /** Writes one more file. */
    public static void json(Path directory, String name, JsonNode content) throws IOException {
        Files.writeString(
                directory.resolve(name),
                PRETTY.writeValueAsString(content) + "\n",
                StandardCharsets.UTF_8);
    }

    private ObjectNode tokenizerConfig() {
        return specialTokens()
                .put("tokenizer_class", "BertTokenizer")
                .put("do_lower_case", lowerCase)
                .putNull("strip_accents")
                .put("tokenize_chinese_chars", true)
                .put("model_max_length", size.positions());
    }

    private static ObjectNode specialTokens() {
        return JSON.createObjectNode()
                .put("cls_token", "[CLS]")
                .put("sep_token", "[SEP]")
                .put("pad_token", "[PAD]")
                .put("unk_token", "[UNK]")
                .put("mask_token", "[MASK]");
    }

    private ObjectNode sentenceConfig() {
        return JSON.createObjectNode().put("max_seq_length", maxTokens).put("do_lower_case", false);
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

    private ObjectNode pooling() {
        return JSON.createObjectNode()
                .put("word_embedding_dimension", size.hidden())
                .put("pooling_mode_cls_token", firstToken)
                .put("pooling_mode_mean_tokens", !firstToken)
                .put("pooling_mode_max_tokens", false)
                .put("pooling_mode_mean_sqrt_len_tokens", false);
    }
}
