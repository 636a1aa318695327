package io.millrace.cli.inspect;

import io.millrace.model.arch.EncoderConfig;
import io.millrace.model.pool.Step;
import io.millrace.model.read.ModelDirectory;
import io.millrace.model.read.Remarks;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A model directory in words and numbers: one for people, one for machines. */
final class Description {
    private Description() {}

    /** Titles and what is under each, in the order to read them. */
    static Map<String, String> forPeople(
            ModelDirectory model, Trial trial, @Nullable String adapter) {
        EncoderConfig config = model.config();
        Map<String, String> lines = new LinkedHashMap<>();
        lines.put("Revision", model.revision());
        if (adapter != null) {
            lines.put("Adapter", adapter + ", merged into the weights");
        }
        lines.put(
                "Architecture",
                "%s: %d layers, hidden %d, %d heads, feed-forward %d"
                        .formatted(
                                config.modelType().key(),
                                config.numHiddenLayers(),
                                config.hiddenSize(),
                                config.numAttentionHeads(),
                                config.intermediateSize()));
        if (!model.remarks().architectures().isEmpty()) {
            lines.put("Made for", madeFor(model.remarks()));
        }
        lines.put(
                "Parameters",
                format(
                        "%,d, stored as %s; %s on disk",
                        model.parameters(),
                        String.join(", ", model.weightTypes()),
                        megabytes(model.bytes())));
        if (!model.remarks().unused().isEmpty()) {
            lines.put("Not used", String.join(", ", unused(model.remarks())));
        }
        lines.put("Vectors", "%d components".formatted(model.pipeline().dimension()));
        lines.put("Pipeline", String.join(" → ", pipeline(model)));
        lines.put(
                "Texts",
                "at most %d tokens%s, longer ones cut on the %s; a token sees %s"
                        .formatted(
                                model.tokenizer().maxTokens(),
                                model.remarks().lengthIsGiven() ? "" : ", as no file says how many",
                                word(model.tokenizer().truncation()),
                                config.causal()
                                        ? "only those before it"
                                        : "all tokens of its text"));
        lines.put(
                "Tokenizer",
                format(
                        "%s, %,d tokens",
                        model.tokenizer().kind(), model.tokenizer().vocabularySize()));
        if (!model.tokenizer().prompt().isEmpty()) {
            lines.put("Prompt", "\"%s\" before each text".formatted(model.tokenizer().prompt()));
        }
        lines.put(
                "Runs",
                format(
                        "yes, on the %s in %s: loaded in %,d ms, then %,.0f tokens/s on one"
                                + " thread",
                        trial.device(),
                        trial.precision().key(),
                        trial.loadMillis(),
                        trial.tokensPerSecond()));
        lines.put("Kernels", trial.kernels());
        trial.memoryBytes()
                .ifPresent(
                        bytes ->
                                lines.put(
                                        "Memory",
                                        megabytes(bytes)
                                                + " outside the Java heap, TensorFlow's own"
                                                + " code included"));
        return lines;
    }

    /** The same as fields. */
    static Map<String, Object> forMachines(
            ModelDirectory model, Trial trial, @Nullable String adapter) {
        EncoderConfig config = model.config();
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("path", model.path().toString());
        fields.put("runs", true);
        fields.put("id", model.id());
        fields.put("revision", model.revision());
        if (adapter != null) {
            fields.put("adapter", adapter);
        }
        fields.put("modelType", config.modelType().key());
        fields.put("layers", config.numHiddenLayers());
        fields.put("hiddenSize", config.hiddenSize());
        fields.put("heads", config.numAttentionHeads());
        fields.put("intermediateSize", config.intermediateSize());
        fields.put("architectures", model.remarks().architectures());
        fields.put("parameters", model.parameters());
        fields.put("weightTypes", model.weightTypes());
        fields.put("bytes", model.bytes());
        fields.put("unusedTensors", model.remarks().unused());
        fields.put("warnings", model.remarks().warnings());
        fields.put("dimension", model.pipeline().dimension());
        fields.put("pipeline", pipeline(model));
        fields.put("maxTokens", model.tokenizer().maxTokens());
        fields.put("truncation", word(model.tokenizer().truncation()));
        fields.put("attentionMask", config.causal() ? "causal" : "padding");
        fields.put("tokenizer", model.tokenizer().kind());
        fields.put("vocabularySize", model.tokenizer().vocabularySize());
        fields.put("prompt", model.tokenizer().prompt());
        fields.put("device", trial.device());
        fields.put("precision", trial.precision().key());
        fields.put("kernels", trial.kernels());
        fields.put("loadMillis", trial.loadMillis());
        fields.put("tokensPerSecond", Math.round(trial.tokensPerSecond()));
        trial.memoryBytes().ifPresent(bytes -> fields.put("memoryBytes", bytes));
        return fields;
    }

    private static String madeFor(Remarks remarks) {
        String classes = String.join(", ", remarks.architectures());
        return remarks.unusedHead().isEmpty()
                ? classes
                : "%s, whose own answers do not come out: %s not used"
                        .formatted(classes, String.join(", ", remarks.unusedHead()));
    }

    private static List<String> unused(Remarks remarks) {
        return remarks.unused().entrySet().stream()
                .map(e -> e.getValue() == 1 ? e.getKey() : e.getKey() + " (" + e.getValue() + ")")
                .toList();
    }

    private static List<String> pipeline(ModelDirectory model) {
        return model.pipeline().steps().stream().map(Description::step).toList();
    }

    private static String step(Step step) {
        if (step instanceof Step.Pooling pooling) {
            String modes =
                    pooling.modes().stream()
                            .map(mode -> mode.key())
                            .collect(Collectors.joining(" + "));
            return pooling.includePrompt() ? modes : modes + " without the prompt";
        }
        if (step instanceof Step.Dense dense) {
            List<Integer> shape = dense.linear().weight().shape();
            return "dense %d to %d, %s%s%s"
                    .formatted(
                            shape.get(1),
                            shape.get(0),
                            word(dense.activation()),
                            dense.residual() ? ", input added" : "",
                            dense.ofTokens() ? ", of each token" : "");
        }
        if (step instanceof Step.LayerNorm) {
            return "layer norm";
        }
        if (step instanceof Step.LayerMean mean) {
            return "mean of layers from %d".formatted(mean.start());
        }
        return "normalize";
    }

    private static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static String megabytes(long bytes) {
        return format("%,.1f MB", bytes / 1e6);
    }

    @SuppressWarnings("AnnotateFormatMethod") // one locale for all; called with literals only
    private static String format(String format, Object... arguments) {
        return String.format(Locale.ROOT, format, arguments);
    }
}
