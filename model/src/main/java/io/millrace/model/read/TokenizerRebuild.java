package io.millrace.model.read;

import static io.millrace.model.read.TokenizerParts.bertNormalizer;
import static io.millrace.model.read.TokenizerParts.byteLevel;
import static io.millrace.model.read.TokenizerParts.metaspace;
import static io.millrace.model.read.TokenizerParts.normalizers;
import static io.millrace.model.read.TokenizerParts.part;
import static io.millrace.model.read.TokenizerParts.preTokenizers;
import static io.millrace.model.read.TokenizerParts.replace;
import static io.millrace.model.read.TokenizerParts.replaceRegex;
import static io.millrace.model.read.TokenizerParts.robertaProcessing;
import static io.millrace.model.read.TokenizerParts.split;
import static io.millrace.model.read.TokenizerParts.template;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.model.tokenize.TokenizerJson;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Builds a tokenizer as the reference's class does, which takes the vocabulary from the file and
 * most else from its own options: the {@code tokenization_*.py} of each model in <a
 * href="https://github.com/huggingface/transformers/tree/main/src/transformers/models">transformers</a>.
 */
final class TokenizerRebuild {
    /** How Qwen cuts a text into words. */
    private static final String QWEN_WORDS =
            "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}|"
                    + " ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

    private static final int T5_EXTRA_IDS = 100;

    private final TokenizerClass type;
    private final TokenizerJson source;
    private final TokenizerFiles files;
    private final JsonFile config;
    private final DeclaredTokens tokens;
    private final Vocabulary vocabulary;

    /** Ids as the finished tokenizer has them. */
    private final TokenIds ids;

    TokenizerRebuild(
            TokenizerClass type,
            TokenizerJson source,
            TokenizerFiles files,
            JsonFile config,
            DeclaredTokens tokens,
            Vocabulary vocabulary) {
        this.type = type;
        this.source = source;
        this.files = files;
        this.config = config;
        this.tokens = tokens;
        this.vocabulary = vocabulary;
        this.ids = new TokenIds(vocabulary.ids());
    }

    /** The whole of {@code tokenizer.json}, without truncation, padding and decoder. */
    String build() {
        declareTokens();
        TokenizerReader.add(tokens, ids);
        if (type == TokenizerClass.QWEN2) {
            tokens.marks().forEach(mark -> ids.add(AddedToken.special(mark.content())));
        }
        return "{\"version\":\"1.0\",\"truncation\":null,\"padding\":null,\"added_tokens\":%s,"
                        .formatted(ids.toJson())
                + "\"normalizer\":%s,\"pre_tokenizer\":%s,\"post_processor\":%s,\"decoder\":null,"
                        .formatted(normalizer(), preTokenizer(), postProcessor())
                + "\"model\":%s}".formatted(model());
    }

    /** Names that the classes know without being told. */
    private void declareTokens() {
        switch (type) {
            case AS_IT_IS -> {} // not built here
            case BERT -> marks("", "", "[UNK]", "[SEP]", "[PAD]", "[CLS]", "[MASK]");
            case MPNET -> {
                marks("<s>", "</s>", "[UNK]", "</s>", "<pad>", "<s>", "<mask>");
                DeclaredTokens.NAMES.forEach(
                        name -> tokens.refine(name, AddedToken::withNormalized));
                lstripMask();
            }
            case ROBERTA, XLM_ROBERTA ->
                    marks("<s>", "</s>", "<unk>", "</s>", "<pad>", "<s>", "<mask>");
            case CAMEMBERT -> {
                marks("<s>", "</s>", "<unk>", "</s>", "<pad>", "<s>", "<mask>");
                lstripMask();
                if (tokens.additional().isMissingNode()) {
                    tokens.additional(array(List.of("<s>NOTUSED", "</s>NOTUSED", "<unk>NOTUSED")));
                }
            }
            case ALBERT -> marks("[CLS]", "[SEP]", "<unk>", "[SEP]", "<pad>", "[CLS]", "[MASK]");
            case DEBERTA_V2 ->
                    marks("[CLS]", "[SEP]", "[UNK]", "[SEP]", "[PAD]", "[CLS]", "[MASK]");
            case T5 -> {
                marks("", "</s>", "<unk>", "", "<pad>", "", "");
                t5Sentinels();
            }
            case QWEN2 -> marks("", "<|endoftext|>", "<|endoftext|>", "", "<|endoftext|>", "", "");
            case GPT2 -> marks("<|endoftext|>", "<|endoftext|>", "<|endoftext|>", "", "", "", "");
            case LLAMA -> marks("<s>", "</s>", "<unk>", "", "", "", "");
            case GEMMA -> marks("<bos>", "<eos>", "<unk>", "", "<pad>", "", "<mask>");
        }
    }

    /** In the order of {@link DeclaredTokens#NAMES}; empty: the class knows none. */
    private void marks(String... contents) {
        for (int i = 0; i < contents.length; i++) {
            if (!contents[i].isEmpty()) {
                tokens.byDefault(DeclaredTokens.NAMES.get(i), contents[i]);
            }
        }
    }

    private void lstripMask() {
        tokens.refine("mask_token", AddedToken::withLstrip);
    }

    private void t5Sentinels() {
        int count = config.count("extra_ids", T5_EXTRA_IDS, 0, 1 << 16);
        List<JsonNode> said = new ArrayList<>();
        tokens.additional().forEach(said::add);
        long sentinels =
                said.stream().filter(token -> token.toString().contains("<extra_id_")).count();
        if (tokens.additional().isObject() || (sentinels > 0 && count > 0 && sentinels != count)) {
            config.problem(
                    "additional_special_tokens", "an array with as many <extra_id_*> as extra_ids");
        } else if (sentinels == 0) {
            List<String> ids =
                    IntStream.range(0, count).mapToObj("<extra_id_%d>"::formatted).toList();
            tokens.additional(JsonNodeFactory.instance.arrayNode().addAll(said).addAll(array(ids)));
        }
    }

    private static ArrayNode array(List<String> texts) {
        ArrayNode array = JsonNodeFactory.instance.arrayNode();
        texts.forEach(array::add);
        return array;
    }

    private String mark(String name) {
        return tokens.mark(name).map(mark -> mark.token().content()).orElse("");
    }

    private JsonNode normalizer() {
        return switch (type) {
            case BERT, MPNET ->
                    bertNormalizer(
                            config.flag("do_lower_case", true),
                            config.has("strip_accents")
                                    ? BooleanNode.valueOf(config.flag("strip_accents", false))
                                    : NullNode.instance,
                            config.flag("tokenize_chinese_chars", true));
            case ROBERTA, GPT2, LLAMA, AS_IT_IS -> NullNode.instance;
            case QWEN2 -> part("NFC");
            case GEMMA -> replace(" ", "▁");
            case XLM_ROBERTA, CAMEMBERT, T5 -> precompiled().orElse(NullNode.instance);
            case ALBERT -> normalizers(albertNormalizers());
            case DEBERTA_V2 -> normalizers(debertaNormalizers());
        };
    }

    private List<JsonNode> albertNormalizers() {
        List<JsonNode> steps = new ArrayList<>();
        steps.add(replace("``", "\""));
        steps.add(replace("''", "\""));
        if (!config.flag("keep_accents", false)) {
            steps.add(part("NFKD"));
            steps.add(part("StripAccents"));
        }
        if (config.flag("do_lower_case", true)) {
            steps.add(part("Lowercase"));
        }
        precompiled().ifPresent(steps::add);
        return steps;
    }

    private List<JsonNode> debertaNormalizers() {
        List<JsonNode> steps = new ArrayList<>();
        if (config.flag("do_lower_case", false)) {
            steps.add(part("Lowercase"));
        }
        steps.add(replaceRegex("\\s{2,}|[\\n\\r\\t]", " "));
        steps.add(part("NFC"));
        steps.add(part("Strip").put("strip_left", false).put("strip_right", true));
        return steps;
    }

    /** The table of sentencepiece's own normalization: the one thing that is kept of the file's. */
    private Optional<JsonNode> precompiled() {
        JsonNode normalizer = files.part(source, "normalizer");
        JsonNode steps = normalizer.path("normalizers");
        List<JsonNode> all = new ArrayList<>();
        (steps.isArray() ? steps : JsonNodeFactory.instance.arrayNode().add(normalizer))
                .forEach(all::add);
        return all.stream()
                .filter(step -> step.path("type").asText().equals("Precompiled"))
                .findFirst();
    }

    private JsonNode preTokenizer() {
        return switch (type) {
            case BERT, MPNET -> part("BertPreTokenizer");
            case ROBERTA, GPT2 -> byteLevel(config.flag("add_prefix_space", false), true);
            case QWEN2 ->
                    preTokenizers(
                            List.of(
                                    split("Regex", QWEN_WORDS, "Isolated"),
                                    byteLevel(config.flag("add_prefix_space", false), false)));
            case GEMMA -> split("String", " ", "MergedWithPrevious");
            case LLAMA -> metaspace(llamaScheme(), false);
            case XLM_ROBERTA, CAMEMBERT, ALBERT ->
                    words(config.flag("add_prefix_space", true) ? "always" : "never");
            case T5 -> words("always");
            case DEBERTA_V2 -> preTokenizers(debertaPreTokenizers());
            case AS_IT_IS -> NullNode.instance;
        };
    }

    private static ObjectNode words(String prependScheme) {
        return preTokenizers(List.of(part("WhitespaceSplit"), metaspace(prependScheme, true)));
    }

    private String llamaScheme() {
        if (!config.flag("add_prefix_space", true)) {
            return "never";
        }
        return config.flag("legacy", false) ? "always" : "first";
    }

    private List<JsonNode> debertaPreTokenizers() {
        List<JsonNode> steps = new ArrayList<>();
        if (config.flag("split_by_punct", false)) {
            steps.add(part("Punctuation").put("behavior", "Isolated"));
        }
        steps.add(metaspace(config.flag("add_prefix_space", true) ? "always" : "first", true));
        return steps;
    }

    private JsonNode postProcessor() {
        return switch (type) {
            case BERT, DEBERTA_V2 ->
                    template(List.of(mark("cls_token")), List.of(mark("sep_token")), ids);
            case MPNET, ROBERTA ->
                    robertaProcessing(
                            mark("sep_token"), id("sep_token"), mark("cls_token"), id("cls_token"));
            case XLM_ROBERTA, CAMEMBERT ->
                    template(List.of(mark("bos_token")), List.of(mark("eos_token")), ids);
            case T5 -> t5Template();
            case ALBERT -> {
                JsonNode stored = files.part(source, "post_processor");
                yield stored.isNull()
                        ? template(List.of(mark("cls_token")), List.of(mark("sep_token")), ids)
                        : stored;
            }
            case QWEN2, GPT2, LLAMA, GEMMA -> {
                JsonNode stored = files.part(source, "post_processor");
                yield stored.isNull() && source.get("version").isEmpty() ? byOptions() : stored;
            }
            case AS_IT_IS -> NullNode.instance;
        };
    }

    /** Its mark is always called the same, and has the id of the one that it is. */
    private JsonNode t5Template() {
        ObjectNode processor = template(List.of(), List.of("</s>"), ids);
        ObjectNode mark = (ObjectNode) processor.path("special_tokens").path("</s>");
        mark.putArray("ids").add(id("eos_token"));
        return processor;
    }

    /** Only where there is no {@code tokenizer.json}: with one, these options are not looked at. */
    private JsonNode byOptions() {
        List<String> before =
                config.flag("add_bos_token", false) && tokens.mark("bos_token").isPresent()
                        ? List.of(mark("bos_token"))
                        : List.of();
        List<String> after =
                config.flag("add_eos_token", false) && tokens.mark("eos_token").isPresent()
                        ? List.of(mark("eos_token"))
                        : List.of();
        return template(before, after, ids);
    }

    private int id(String name) {
        return ids.id(mark(name)).orElse(0);
    }

    private String model() {
        String head =
                switch (type) {
                    case BERT, MPNET ->
                            part("WordPiece")
                                    .put("unk_token", mark("unk_token"))
                                    .put("continuing_subword_prefix", "##")
                                    .put("max_input_chars_per_word", 100)
                                    .toString();
                    case ROBERTA, GPT2, QWEN2 ->
                            bytePairs(NullNode.instance)
                                    .put("fuse_unk", false)
                                    .put("byte_fallback", false)
                                    .toString();
                    case LLAMA ->
                            bytePairs(NullNode.instance)
                                    .put("fuse_unk", true)
                                    .put("byte_fallback", true)
                                    .toString();
                    case GEMMA ->
                            bytePairs(JsonNodeFactory.instance.textNode(mark("unk_token")))
                                    .put("fuse_unk", true)
                                    .put("byte_fallback", true)
                                    .toString();
                    case XLM_ROBERTA, CAMEMBERT, ALBERT, T5, DEBERTA_V2 ->
                            part("Unigram")
                                    .put("unk_id", unknownId())
                                    .put("byte_fallback", false)
                                    .toString();
                    case AS_IT_IS -> "{}";
                };
        StringBuilder model = new StringBuilder(head.substring(0, head.length() - 1));
        model.append(",\"vocab\":").append(source.model("vocab").orElse("{}"));
        if (type.kind().equals("BPE")) {
            model.append(",\"merges\":").append(source.model("merges").orElse("[]"));
        }
        return model.append('}').toString();
    }

    private static ObjectNode bytePairs(JsonNode unknown) {
        ObjectNode model = part("BPE").putNull("dropout");
        model.set("unk_token", unknown);
        return model.putNull("continuing_subword_prefix")
                .putNull("end_of_word_suffix")
                .put("ignore_merges", false);
    }

    private int unknownId() {
        String unknown = mark("unk_token");
        return switch (type) {
            case XLM_ROBERTA -> 3;
            case T5 -> 2;
            case ALBERT -> 1;
            case DEBERTA_V2 ->
                    vocabulary
                            .unscored()
                            .getOrDefault(unknown, config.count("unk_id", 1, 0, 1 << 24));
            case CAMEMBERT -> vocabulary.ids().getOrDefault(unknown, 0);
            case AS_IT_IS, BERT, MPNET, ROBERTA, GPT2, QWEN2, LLAMA, GEMMA -> 0; // have none
        };
    }
}
