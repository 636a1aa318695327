package io.millrace.cli.demo;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.cli.convert.BertSize;
import io.millrace.cli.convert.SentenceFiles;
import io.millrace.model.write.SafetensorsWriter;
import java.io.IOException;
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
        BertSize size =
                new BertSize(
                        vocabulary.size(),
                        POSITIONS,
                        2,
                        HIDDEN,
                        INTERMEDIATE,
                        LAYERS,
                        HEADS,
                        1e-12);
        new SentenceFiles(size, POSITIONS, false, true).write(directory);
        SentenceFiles.json(
                directory, "tokenizer.json", tokenizer(new ArrayList<>(vocabulary.keySet())));
        Path weights = directory.resolve("model.safetensors");
        Files.deleteIfExists(weights);
        SafetensorsWriter.write(weights, DemoWeights.of(vocabulary.values()));
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
}
