package io.millrace.model.fuzz;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/** Makes up whole {@code tokenizer.json} files, most of which the library can read. */
final class RandomTokenizer {
    private static final JsonMapper JSON = new JsonMapper();

    private static final List<String> PATTERNS =
            List.of(
                    "\\s+",
                    " {2,}",
                    "\\s+$",
                    "\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
                    "(?=(\\d{3})+(?!\\d))",
                    "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*"
                            + "|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
                    "'s|'t| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
                    " ?[^(\\s|[.,!?…。，、।۔،])]+",
                    "(a+)+b",
                    "(a|a)*b",
                    "(\\s*)*x",
                    "^",
                    "$",
                    "\\b",
                    "",
                    "(",
                    "\\G\\g<0>");
    private static final List<String> ATOMS =
            List.of(
                    "a",
                    "é",
                    "水",
                    "😀",
                    " ",
                    ".",
                    "\\s",
                    "\\S",
                    "\\p{L}",
                    "\\P{L}",
                    "\\p{M}",
                    "[a-z]",
                    "[^\\s]",
                    "[^a]",
                    "\\n",
                    "\\d",
                    "\\w",
                    "[[a]&&\\w]",
                    "\\x{301}",
                    "\\b",
                    "^",
                    "$",
                    "(?!a)",
                    "(?=\\s)",
                    "(?<=a)",
                    "(?<!\\S)");
    private static final List<String> REPEATS =
            List.of(
                    "", "", "", "?", "*", "+", "*?", "+?", "++", "{2}", "{0,3}", "{2,}", "{,2}",
                    "{3}?");
    private static final List<String> BEHAVIORS =
            List.of("Isolated", "Removed", "MergedWithPrevious", "MergedWithNext", "Contiguous");

    private final Random random;
    private final RandomText text;

    RandomTokenizer(Random random) {
        this.random = random;
        this.text = new RandomText(random);
    }

    ObjectNode make() {
        ObjectNode json = JSON.createObjectNode().put("version", "1.0");
        json.set("added_tokens", added());
        if (random.nextInt(4) > 0) {
            json.set("normalizer", normalizer(0));
        }
        if (random.nextInt(4) > 0) {
            json.set("pre_tokenizer", preTokenizer(0));
        }
        if (random.nextBoolean()) {
            json.set("post_processor", processor(0));
        }
        json.set("model", model());
        return json;
    }

    private boolean rarely() {
        return random.nextInt(12) == 0;
    }

    private <T> T one(List<T> of) {
        return of.get(random.nextInt(of.size()));
    }

    private ArrayNode added() {
        ArrayNode tokens = JSON.createArrayNode();
        for (int i = random.nextInt(4); i > 0; i--) {
            tokens.addObject()
                    .put("id", random.nextInt(rarely() ? Integer.MAX_VALUE : 30))
                    .put("content", rarely() ? text.piece() : "[%s]".formatted(text.some(2)))
                    .put("single_word", random.nextBoolean())
                    .put("lstrip", random.nextBoolean())
                    .put("rstrip", random.nextBoolean())
                    .put("normalized", random.nextBoolean())
                    .put("special", random.nextBoolean());
        }
        return tokens;
    }

    private static ObjectNode part(String type) {
        return JSON.createObjectNode().put("type", type);
    }

    private ObjectNode normalizer(int depth) {
        return switch (random.nextInt(depth > 2 ? 9 : 11)) {
            case 0 ->
                    part("BertNormalizer")
                            .put("clean_text", random.nextBoolean())
                            .put("handle_chinese_chars", random.nextBoolean())
                            .put("strip_accents", random.nextBoolean())
                            .put("lowercase", random.nextBoolean());
            case 1 ->
                    part("Strip")
                            .put("strip_left", random.nextBoolean())
                            .put("strip_right", random.nextBoolean());
            case 2, 3 -> {
                ObjectNode replace = part(rarely() ? "Foo" : "Replace");
                pattern(replace);
                yield replace.put("content", text.some(2));
            }
            case 4 -> part("Prepend").put("prepend", rarely() ? "" : text.piece());
            case 5 -> part("Precompiled").put("precompiled_charsmap", RandomCharsmap.make(random));
            case 6, 7, 8 ->
                    part(
                            one(
                                    List.of(
                                            "NFC",
                                            "NFD",
                                            "NFKC",
                                            "NFKD",
                                            "Lowercase",
                                            "StripAccents",
                                            "Nmt",
                                            "ByteLevel")));
            default -> {
                ObjectNode sequence = part("Sequence");
                ArrayNode steps = sequence.putArray("normalizers");
                for (int i = random.nextInt(4); i > 0; i--) {
                    steps.add(normalizer(depth + 1));
                }
                yield sequence;
            }
        };
    }

    private ObjectNode preTokenizer(int depth) {
        return switch (random.nextInt(depth > 2 ? 7 : 9)) {
            case 0, 1 -> {
                ObjectNode split = part("Split");
                pattern(split);
                yield split.put("behavior", one(BEHAVIORS)).put("invert", random.nextBoolean());
            }
            case 2 ->
                    part("Metaspace")
                            .put("replacement", rarely() ? text.piece() : "▁")
                            .put("prepend_scheme", one(List.of("always", "never", "first")))
                            .put("split", random.nextBoolean());
            case 3 ->
                    part("ByteLevel")
                            .put("add_prefix_space", random.nextBoolean())
                            .put("trim_offsets", random.nextBoolean())
                            .put("use_regex", random.nextBoolean());
            case 4 -> part("Punctuation").put("behavior", one(BEHAVIORS));
            case 5 -> part("FixedLength").put("length", random.nextInt(6));
            case 6 ->
                    part(one(
                                    List.of(
                                            "BertPreTokenizer",
                                            "Whitespace",
                                            "WhitespaceSplit",
                                            "UnicodeScripts",
                                            "Digits",
                                            "CharDelimiterSplit")))
                            .put("individual_digits", random.nextBoolean())
                            .put("delimiter", text.piece());
            default -> {
                ObjectNode sequence = part("Sequence");
                ArrayNode steps = sequence.putArray("pretokenizers");
                for (int i = random.nextInt(4); i > 0; i--) {
                    steps.add(preTokenizer(depth + 1));
                }
                yield sequence;
            }
        };
    }

    private void pattern(ObjectNode step) {
        ObjectNode pattern = step.putObject("pattern");
        if (random.nextInt(3) == 0) {
            pattern.put("String", rarely() ? "" : text.some(2));
        } else {
            pattern.put("Regex", random.nextBoolean() ? one(PATTERNS) : regex(0));
        }
    }

    private String regex(int depth) {
        StringBuilder regex = new StringBuilder();
        for (int i = 1 + random.nextInt(3); i > 0; i--) {
            if (depth < 2 && random.nextInt(4) == 0) {
                regex.append(one(List.of("(", "(?:", "(?>", "(?i:", "(?=", "(?!")))
                        .append(regex(depth + 1))
                        .append(')');
            } else {
                regex.append(one(ATOMS));
            }
            regex.append(one(REPEATS));
        }
        return random.nextInt(4) == 0 ? regex + "|" + regex(depth + 1) : regex.toString();
    }

    private ObjectNode processor(int depth) {
        return switch (random.nextInt(depth > 1 ? 3 : 4)) {
            case 0 -> template();
            case 1 -> {
                boolean roberta = random.nextBoolean();
                ObjectNode processor = part(roberta ? "RobertaProcessing" : "BertProcessing");
                processor.putArray("sep").add(text.piece()).add(random.nextInt(30));
                processor.putArray("cls").add(text.piece()).add(random.nextInt(30));
                yield processor
                        .put("trim_offsets", random.nextBoolean())
                        .put("add_prefix_space", random.nextBoolean());
            }
            case 2 ->
                    part("ByteLevel")
                            .put("add_prefix_space", random.nextBoolean())
                            .put("trim_offsets", random.nextBoolean())
                            .put("use_regex", random.nextBoolean());
            default -> {
                ObjectNode sequence = part("Sequence");
                ArrayNode steps = sequence.putArray("processors");
                for (int i = random.nextInt(3); i > 0; i--) {
                    steps.add(processor(depth + 1));
                }
                yield sequence;
            }
        };
    }

    private ObjectNode template() {
        ObjectNode processor = part("TemplateProcessing");
        ArrayNode single = processor.putArray("single");
        ObjectNode special = processor.putObject("special_tokens");
        for (int i = random.nextInt(4); i > 0; i--) {
            String name = "t" + i;
            single.addObject().putObject("SpecialToken").put("id", name).put("type_id", 0);
            if (!rarely()) {
                ObjectNode token = special.putObject(name).put("id", name);
                token.putArray("ids").add(random.nextInt(30));
                ArrayNode tokens = token.putArray("tokens");
                for (int j = rarely() ? 2 : 1; j > 0; j--) {
                    tokens.add(name);
                }
            }
        }
        single.addObject()
                .putObject("Sequence")
                .put("id", rarely() ? "B" : "A")
                .put("type_id", random.nextInt(2));
        processor.putArray("pair");
        return processor;
    }

    private ObjectNode model() {
        String type = one(List.of("WordPiece", "BPE", "Unigram", "WordLevel"));
        ObjectNode model = part(type).put("unk_token", rarely() ? "<none>" : "<unk>");
        Set<String> tokens = new LinkedHashSet<>();
        if (!rarely()) {
            tokens.add("<unk>");
        }
        for (int i = random.nextInt(20); i > 0; i--) {
            tokens.add(text.some(3));
        }
        if (type.equals("Unigram")) {
            ArrayNode vocabulary = model.putArray("vocab");
            tokens.forEach(token -> vocabulary.addArray().add(token).add(-random.nextInt(9)));
            if (!rarely()) {
                model.put(
                        "unk_id", rarely() ? random.nextInt() : random.nextInt(tokens.size() + 1));
            }
            return model.put("byte_fallback", random.nextBoolean());
        }
        ObjectNode vocabulary = model.putObject("vocab");
        tokens.forEach(
                token ->
                        vocabulary.put(
                                token, rarely() ? random.nextInt(1 << 20) : vocabulary.size()));
        if (type.equals("BPE")) {
            merges(model, List.copyOf(tokens), vocabulary);
        }
        return model.put(
                        "continuing_subword_prefix",
                        rarely() ? text.some(2) : "##".repeat(random.nextInt(2)))
                .put("max_input_chars_per_word", rarely() ? random.nextInt() >>> 1 : 100)
                .put("byte_fallback", random.nextBoolean())
                .put("fuse_unk", random.nextBoolean());
    }

    private void merges(ObjectNode model, List<String> tokens, ObjectNode vocabulary) {
        ArrayNode merges = model.putArray("merges");
        for (int i = random.nextInt(4); i > 0 && !tokens.isEmpty(); i--) {
            String first = one(tokens);
            String second = one(tokens);
            if (!rarely()) {
                String rest = second.startsWith("##") ? second.substring(2) : second;
                vocabulary.put(first + rest, vocabulary.size());
            }
            merges.addArray().add(first).add(second);
        }
        if (rarely()) {
            model.put("end_of_word_suffix", text.piece()).put("dropout", random.nextDouble());
        }
    }
}
