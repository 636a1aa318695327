package io.millrace.model.read;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What a module of transformers 5 is called in files, where that differs. PEFT writes the names
 * that modules have in memory; some of them are a part of what is stored as one tensor. After
 * transformers' {@code conversion_mapping.py}.
 */
final class TrainedNames {
    private static final List<Rule> RULES =
            List.of(
                    // nomic_bert
                    rule("layers.#.self_attn.{q,k,v}_proj", "encoder.layers.#.attn.Wqkv"),
                    rule("layers.#.self_attn.o_proj", "encoder.layers.#.attn.out_proj"),
                    rule("layers.#.mlp.up_proj", "encoder.layers.#.mlp.fc11"),
                    rule("layers.#.mlp.gate_proj", "encoder.layers.#.mlp.fc12"),
                    rule("layers.#.mlp.down_proj", "encoder.layers.#.mlp.fc2"),
                    // jina_embeddings_v3
                    rule("layers.#.self_attn.{q,k,v}_proj", "encoder.layers.#.mixer.Wqkv"),
                    rule("layers.#.self_attn.o_proj", "encoder.layers.#.mixer.out_proj"),
                    rule("layers.#.mlp.fc1", "encoder.layers.#.mlp.fc1"),
                    rule("layers.#.mlp.fc2", "encoder.layers.#.mlp.fc2"),
                    // both
                    rule("layers.#.post_attention_layernorm", "encoder.layers.#.norm1"),
                    rule("layers.#.post_mlp_layernorm", "encoder.layers.#.norm2"),
                    rule("embeddings.LayerNorm", "emb_ln"),
                    // gte
                    rule("layers.#.self_attn.{q,k,v}_proj", "encoder.layer.#.attention.qkv_proj"),
                    rule("layers.#.self_attn.o_proj", "encoder.layer.#.attention.o_proj"),
                    rule("layers.#.mlp.{up,gate}_proj", "encoder.layer.#.mlp.up_gate_proj"),
                    rule("layers.#.mlp.down_proj", "encoder.layer.#.mlp.down_proj"),
                    rule("layers.#.post_attention_layernorm", "encoder.layer.#.attn_ln"),
                    rule("layers.#.post_mlp_layernorm", "encoder.layer.#.mlp_ln"),
                    // t5
                    rule("encoder.embed_tokens", "shared"),
                    rule("shared", "encoder.embed_tokens"));

    private TrainedNames() {}

    /**
     * What a module is stored as.
     *
     * @param name of the module in the files
     * @param part which of the equal parts of its rows it is, from 0
     * @param parts how many there are
     */
    record Stored(String name, int part, int parts) {}

    /** What a module may be stored as, the likeliest first; at most one of them is in the files. */
    static Stream<Stored> of(String module) {
        return Stream.concat(
                Stream.of(new Stored(module, 0, 1)),
                RULES.stream().flatMap(rule -> rule.apply(module)));
    }

    private record Rule(Pattern trained, String stored, List<String> parts) {
        Stream<Stored> apply(String module) {
            Matcher matcher = trained.matcher(module);
            if (!matcher.matches()) {
                return Stream.empty();
            }
            String name =
                    stored.contains("#") ? stored.replace("#", matcher.group("layer")) : stored;
            int part = parts.isEmpty() ? 0 : parts.indexOf(matcher.group("part"));
            return Stream.of(new Stored(name, part, Math.max(1, parts.size())));
        }
    }

    private static Rule rule(String trained, String stored) {
        int open = trained.indexOf('{');
        int close = trained.indexOf('}');
        List<String> parts =
                open < 0 ? List.of() : List.of(trained.substring(open + 1, close).split(",", -1));
        String expression =
                trained.replaceFirst("\\{.*\\}", "(?<part>" + String.join("|", parts) + ")")
                        .replace(".", "\\.")
                        .replace("#", "(?<layer>\\d{1,4})");
        return new Rule(Pattern.compile(expression), stored, parts);
    }
}
