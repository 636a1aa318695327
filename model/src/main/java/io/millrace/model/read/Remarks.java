package io.millrace.model.read;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * What somebody who runs a directory may not expect of it.
 *
 * @param architectures the classes that it says it was made for
 * @param unused what begins the names of tensors that the vectors do not depend on, or a whole
 *     name, and how many there are
 * @param lengthIsGiven whether the directory says how many tokens a text may have
 * @param maxTokens most tokens of a text, whoever says so
 */
public record Remarks(
        List<String> architectures,
        SortedMap<String, Integer> unused,
        boolean lengthIsGiven,
        int maxTokens) {
    /** Classes that answer with something else than vectors, by the ends of their names. */
    private static final Pattern ANSWERING =
            Pattern.compile(
                    ".*For\\w*(Classification|QuestionAnswering|MultipleChoice"
                            + "|SentencePrediction|Regression|Rank\\w*|Reward\\w*)");

    /** Parts that go with an encoder of any class, and buffers. */
    private static final Pattern OF_ENCODERS =
            Pattern.compile("(.*\\.)?(pooler|position_ids|token_type_ids|inv_freq)(\\..*)?");

    /**
     * Puts them together.
     *
     * @param config {@code config.json}
     * @param stored names of all tensors of the encoder's files
     * @param asked those of them that are used
     */
    static Remarks of(
            JsonFile config,
            Set<String> stored,
            Set<String> asked,
            boolean lengthIsGiven,
            int maxTokens) {
        List<String> architectures = new ArrayList<>();
        for (JsonNode architecture : config.get("architectures")) {
            architectures.add(architecture.asText());
        }
        return new Remarks(architectures, unused(stored, asked), lengthIsGiven, maxTokens);
    }

    /** Under the shortest beginning, up to a dot, that no name has which is used. */
    private static SortedMap<String, Integer> unused(Set<String> stored, Set<String> asked) {
        SortedMap<String, Integer> unused = new TreeMap<>();
        for (String name : stored) {
            if (asked.contains(name)) {
                continue;
            }
            int dot = name.indexOf('.');
            while (dot >= 0 && begins(asked, name.substring(0, dot + 1))) {
                dot = name.indexOf('.', dot + 1);
            }
            unused.merge(dot < 0 ? name : name.substring(0, dot) + ".*", 1, Integer::sum);
        }
        return unused;
    }

    private static boolean begins(Set<String> names, String start) {
        return names.stream().anyMatch(name -> name.startsWith(start));
    }

    /**
     * The part that gives the answers for which the directory was made; empty: none is left out.
     */
    public List<String> unusedHead() {
        boolean answers =
                !architectures.isEmpty()
                        && architectures.stream().allMatch(a -> ANSWERING.matcher(a).matches());
        return answers
                ? unused.keySet().stream()
                        .filter(name -> !OF_ENCODERS.matcher(name).matches())
                        .toList()
                : List.of();
    }

    /** What is to be said once, before vectors are made that may not be what was wanted. */
    public List<String> warnings() {
        List<String> warnings = new ArrayList<>();
        if (!unusedHead().isEmpty()) {
            warnings.add(
                    "made for %s, but only its encoder is run: %s not used, and what comes out are vectors, no scores or labels"
                            .formatted(
                                    String.join(", ", architectures),
                                    String.join(", ", unusedHead())));
        }
        if (!lengthIsGiven) {
            warnings.add(
                    "no file says how long a text may be, so longer ones than %d tokens are cut; max_seq_length in sentence_bert_config.json says another length"
                            .formatted(maxTokens));
        }
        return warnings;
    }
}
