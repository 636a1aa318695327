package io.millrace.model.read;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** Parts of a {@code tokenizer.json}, in its words. */
final class TokenizerParts {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private TokenizerParts() {}

    static ObjectNode part(String type) {
        return JSON.objectNode().put("type", type);
    }

    static ObjectNode normalizers(List<? extends JsonNode> normalizers) {
        ObjectNode sequence = part("Sequence");
        sequence.putArray("normalizers").addAll(normalizers);
        return sequence;
    }

    static ObjectNode preTokenizers(List<? extends JsonNode> preTokenizers) {
        ObjectNode sequence = part("Sequence");
        sequence.putArray("pretokenizers").addAll(preTokenizers);
        return sequence;
    }

    static ObjectNode bertNormalizer(
            boolean lowercase, JsonNode stripAccents, boolean chineseCharacters) {
        ObjectNode normalizer =
                part("BertNormalizer")
                        .put("clean_text", true)
                        .put("handle_chinese_chars", chineseCharacters);
        normalizer.set("strip_accents", stripAccents);
        return normalizer.put("lowercase", lowercase);
    }

    static ObjectNode replace(String what, String with) {
        ObjectNode normalizer = part("Replace");
        normalizer.putObject("pattern").put("String", what);
        return normalizer.put("content", with);
    }

    static ObjectNode replaceRegex(String regex, String with) {
        ObjectNode normalizer = part("Replace");
        normalizer.putObject("pattern").put("Regex", regex);
        return normalizer.put("content", with);
    }

    static ObjectNode metaspace(String prependScheme, boolean split) {
        return part("Metaspace")
                .put("replacement", "▁")
                .put("prepend_scheme", prependScheme)
                .put("split", split);
    }

    static ObjectNode byteLevel(boolean addPrefixSpace, boolean regex) {
        return part("ByteLevel")
                .put("add_prefix_space", addPrefixSpace)
                .put("trim_offsets", true)
                .put("use_regex", regex);
    }

    static ObjectNode split(String kind, String pattern, String behavior) {
        ObjectNode split = part("Split");
        split.putObject("pattern").put(kind, pattern);
        return split.put("behavior", behavior).put("invert", false);
    }

    /** RoBERTa's own: {@code <s> A </s>}. */
    static ObjectNode robertaProcessing(String sep, int sepId, String cls, int clsId) {
        ObjectNode processor = part("RobertaProcessing");
        processor.putArray("sep").add(sep).add(sepId);
        processor.putArray("cls").add(cls).add(clsId);
        return processor.put("trim_offsets", true).put("add_prefix_space", false);
    }

    /** One token or none before a text, one or none after it. */
    static ObjectNode template(List<String> before, List<String> after, TokenIds ids) {
        ObjectNode processor = part("TemplateProcessing");
        ArrayNode single = processor.putArray("single");
        ObjectNode special = JSON.objectNode();
        before.forEach(token -> single.add(templateToken(token, ids, special)));
        single.addObject().putObject("Sequence").put("id", "A").put("type_id", 0);
        after.forEach(token -> single.add(templateToken(token, ids, special)));
        // Nothing here encodes pairs, but the library wants to know how.
        ArrayNode pair = single.deepCopy();
        pair.addObject().putObject("Sequence").put("id", "B").put("type_id", 1);
        processor.set("pair", pair);
        processor.set("special_tokens", special);
        return processor;
    }

    private static ObjectNode templateToken(String token, TokenIds ids, ObjectNode special) {
        ObjectNode known = JSON.objectNode().put("id", token);
        known.putArray("ids").add(ids.id(token).orElse(0));
        known.putArray("tokens").add(token);
        special.set(token, known);
        ObjectNode piece = JSON.objectNode();
        piece.putObject("SpecialToken").put("id", token).put("type_id", 0);
        return piece;
    }
}
