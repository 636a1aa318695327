package io.millrace.it.bench.measure;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;

/**
 * Counts the floating point operations that an encoder like BERT needs for texts, a multiplication
 * and an addition being two. For a text of S tokens, with hidden size H, intermediate size I and L
 * layers:
 *
 * <pre>{@code
 * L · (S · 2 · (4 · H · H + 2 · H · I) + 4 · S · S · H)
 * }</pre>
 *
 * <p>The first part is the dense layers: query, key, value and output, and the two of the
 * feed-forward network. The second is the attention: scores and the sum that they weigh, 2 · S · S
 * · H each. Embeddings, norms, activations, softmax and pooling do not count; nor does padding,
 * which is no work that anybody asked for.
 *
 * @param layers L
 * @param hidden H
 * @param intermediate I
 */
public record Operations(int layers, int hidden, int intermediate) {
    private static final Set<String> LIKE_BERT =
            Set.of("bert", "roberta", "xlm-roberta", "camembert", "electra", "mpnet");
    private static final String DISTILBERT = "distilbert";

    /** For a model directory; empty where its encoder has another shape. */
    public static Optional<Operations> of(Path directory) throws IOException {
        return of(new ObjectMapper().readTree(directory.resolve("config.json").toFile()));
    }

    static Optional<Operations> of(JsonNode config) {
        String type = config.path("model_type").asText();
        if (type.equals(DISTILBERT)) {
            return of(config, "n_layers", "dim", "hidden_dim");
        }
        // Jina's models call themselves bert and gate their feed-forward networks.
        if (LIKE_BERT.contains(type) && !config.has("feed_forward_type")) {
            return of(config, "num_hidden_layers", "hidden_size", "intermediate_size");
        }
        return Optional.empty();
    }

    private static Optional<Operations> of(
            JsonNode config, String layers, String hidden, String intermediate) {
        if (!config.has(layers) || !config.has(hidden) || !config.has(intermediate)) {
            return Optional.empty();
        }
        return Optional.of(
                new Operations(
                        config.get(layers).asInt(),
                        config.get(hidden).asInt(),
                        config.get(intermediate).asInt()));
    }

    /** For one text. */
    public double ofText(int tokens) {
        double width = hidden;
        double dense = 2 * (4 * width * width + 2 * width * intermediate);
        double attention = 4 * width * tokens;
        return layers * tokens * (dense + attention);
    }

    /** For all texts, by their tokens. */
    public double ofTexts(int[] tokens) {
        double sum = 0;
        for (int text : tokens) {
            sum += ofText(text);
        }
        return sum;
    }
}
