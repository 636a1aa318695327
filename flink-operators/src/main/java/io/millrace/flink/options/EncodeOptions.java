package io.millrace.flink.options;

import static org.apache.flink.configuration.ConfigOptions.key;

import io.millrace.model.encode.AttentionMask;
import io.millrace.model.encode.EncoderOptions;
import io.millrace.model.encode.Precision;
import io.millrace.model.tokenize.Truncation;
import java.io.Serializable;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ReadableConfig;

/**
 * How a stream is encoded. The {@link ConfigOption}s here are the only definition of key, type,
 * default and description; the command line and the documentation are made from them.
 *
 * @param model the model directory, as the TaskManagers see it, or a model of the Hub
 * @param encoder how the model is run
 * @param batchTokens most padded tokens in one batch
 * @param batchRows most texts in one batch
 * @param linger longest time a text waits for others while an inference thread is idle
 * @param inferenceThreads threads of one subtask that run batches, one core each
 * @param outputMode order of the vectors
 * @param cachedVectors so many recent vectors are remembered; 0: none
 */
public record EncodeOptions(
        String model,
        EncoderOptions encoder,
        int batchTokens,
        int batchRows,
        Duration linger,
        int inferenceThreads,
        OutputMode outputMode,
        int cachedVectors)
        implements Serializable {

    public static final ConfigOption<String> MODEL =
            key("model")
                    .stringType()
                    .noDefaultValue()
                    .withDescription(
                            "Hugging Face or sentence-transformers directory, at this path on every machine of a cluster;"
                                    + " or a model of the Hugging Face Hub, org/name[@revision], which each machine fetches"
                                    + " where its cache has it not.");

    public static final ConfigOption<Integer> MAX_TOKENS =
            key("max-tokens")
                    .intType()
                    .noDefaultValue()
                    .withDescription(
                            "Most tokens of one text, special tokens included. Default: what the model directory says.");

    public static final ConfigOption<Truncation> TRUNCATION =
            key("truncation")
                    .enumType(Truncation.class)
                    .noDefaultValue()
                    .withDescription(
                            "What happens to a longer text: its end is cut off (right), its beginning is cut off (left), or"
                                    + " it gets no vector (reject). Default: what the model directory says, mostly"
                                    + " right.");

    public static final ConfigOption<AttentionMask> ATTENTION_MASK =
            key("attention-mask")
                    .enumType(AttentionMask.class)
                    .noDefaultValue()
                    .withDescription(
                            "Whether a token sees all tokens of its text (padding) or only those before it (causal). Default:"
                                    + " what the model directory says.");

    public static final ConfigOption<String> PROMPT_NAME =
            key("prompt-name")
                    .stringType()
                    .noDefaultValue()
                    .withDescription(
                            "Which of the model directory's prompts goes before every text: query, document, or another that it"
                                    + " has. Default: the directory's default, mostly none.");

    public static final ConfigOption<String> PROMPT =
            key("prompt")
                    .stringType()
                    .noDefaultValue()
                    .withDescription(
                            "What goes before every text, as it is, with its spaces; instead of the model directory's prompts.");

    public static final ConfigOption<Integer> TRUNCATE_DIM =
            key("truncate-dim")
                    .intType()
                    .noDefaultValue()
                    .withDescription(
                            "Only so many first components of each vector, for models that were trained for it. Default: what the"
                                    + " model directory says.");

    public static final ConfigOption<Boolean> NORMALIZE =
            key("normalize")
                    .booleanType()
                    .defaultValue(false)
                    .withDescription(
                            "Scale every vector to length 1 after everything else, also where only some components are kept.");

    public static final ConfigOption<Boolean> STRIP_TEXT =
            key("strip-text")
                    .booleanType()
                    .defaultValue(false)
                    .withDescription(
                            "Drop spaces around a text, as sentence-transformers did up to version 5.");

    public static final ConfigOption<String> ADAPTER =
            key("adapter")
                    .stringType()
                    .noDefaultValue()
                    .withDescription(
                            "A LoRA adapter (PEFT) that is merged into the model's weights: a directory, or org/name[@revision] of the Hub."
                                    + " Default: none, unless the model is an adapter itself.");

    public static final ConfigOption<Precision> PRECISION =
            key("precision")
                    .enumType(Precision.class)
                    .defaultValue(Precision.F32)
                    .withDescription(
                            "What the model computes with. bf16 takes half the memory for weights and is faster where the processor"
                                    + " multiplies such numbers itself; its vectors are near those of f32, not equal.");

    public static final ConfigOption<Integer> BATCH_TOKENS =
            key("batch-tokens")
                    .intType()
                    .defaultValue(1024)
                    .withDescription("Most tokens in one batch, padding included.");

    public static final ConfigOption<Integer> BATCH_ROWS =
            key("batch-rows")
                    .intType()
                    .defaultValue(128)
                    .withDescription("Most texts in one batch.");

    public static final ConfigOption<Duration> LINGER =
            key("linger")
                    .durationType()
                    .defaultValue(Duration.ofMillis(10))
                    .withDescription(
                            "Longest time that a text waits for others to share its batch while an inference thread is idle.");

    public static final ConfigOption<Integer> INFERENCE_THREADS =
            key("inference-threads")
                    .intType()
                    .defaultValue(1)
                    .withDescription(
                            "Threads of one subtask that run batches, one core each. Raise the job's parallelism first.");

    public static final ConfigOption<OutputMode> OUTPUT_MODE =
            key("output-mode")
                    .enumType(OutputMode.class)
                    .defaultValue(OutputMode.ORDERED)
                    .withDescription(
                            "Whether vectors leave in the order in which their texts arrived.");

    public static final ConfigOption<Integer> CACHED_VECTORS =
            key("cached-vectors")
                    .intType()
                    .defaultValue(0)
                    .withDescription(
                            "So many recent vectors are remembered in each subtask: a text of the same tokens gets the same"
                                    + " vector, to the bit, without being encoded. Each takes four bytes a component and a token."
                                    + " 0: none.");

    /** How a model is run, by whatever runs it, in the order in which people should read them. */
    public static final List<ConfigOption<?>> ENCODER =
            List.of(
                    MODEL,
                    MAX_TOKENS,
                    TRUNCATION,
                    ATTENTION_MASK,
                    PROMPT_NAME,
                    PROMPT,
                    TRUNCATE_DIM,
                    NORMALIZE,
                    STRIP_TEXT,
                    ADAPTER,
                    PRECISION);

    /** Every option, in the order in which people should read them. */
    public static final List<ConfigOption<?>> ALL =
            Stream.of(
                            ENCODER,
                            List.of(
                                    BATCH_TOKENS,
                                    BATCH_ROWS,
                                    LINGER,
                                    INFERENCE_THREADS,
                                    OUTPUT_MODE,
                                    CACHED_VECTORS))
                    .<ConfigOption<?>>flatMap(List::stream)
                    .toList();

    public EncodeOptions {
        requirePositive(BATCH_TOKENS, batchTokens);
        requirePositive(BATCH_ROWS, batchRows);
        requirePositive(INFERENCE_THREADS, inferenceThreads);
        if (cachedVectors < 0) {
            throw new IllegalArgumentException(
                    "Option '%s': expected at least 0, found %d"
                            .formatted(CACHED_VECTORS.key(), cachedVectors));
        }
        if (linger.isNegative()) {
            throw new IllegalArgumentException(
                    "Option '%s': expected no negative duration, found %s"
                            .formatted(LINGER.key(), linger));
        }
    }

    /** The defaults, for this model directory. */
    public static EncodeOptions of(String model) {
        return new EncodeOptions(
                model,
                EncoderOptions.DEFAULT,
                BATCH_TOKENS.defaultValue(),
                BATCH_ROWS.defaultValue(),
                LINGER.defaultValue(),
                INFERENCE_THREADS.defaultValue(),
                OUTPUT_MODE.defaultValue(),
                CACHED_VECTORS.defaultValue());
    }

    /**
     * These options for another model.
     *
     * @param adapter a LoRA adapter for it, as a directory or as a model of the Hub; none, whatever
     *     these options have, when it is empty
     */
    public EncodeOptions withModel(String other, Optional<String> adapter) {
        return new EncodeOptions(
                other,
                encoder.withAdapter(adapter.orElse(null)),
                batchTokens,
                batchRows,
                linger,
                inferenceThreads,
                outputMode,
                cachedVectors);
    }

    /** These options with the model run in another way. */
    public EncodeOptions withEncoder(EncoderOptions other) {
        return new EncodeOptions(
                model,
                other,
                batchTokens,
                batchRows,
                linger,
                inferenceThreads,
                outputMode,
                cachedVectors);
    }

    /**
     * The options that a configuration holds.
     *
     * @throws IllegalArgumentException when a value is missing or out of range; names the option
     */
    public static EncodeOptions from(ReadableConfig config) {
        String model =
                config.getOptional(MODEL)
                        .orElseThrow(
                                () ->
                                        new IllegalArgumentException(
                                                "Option '%s' is required: %s"
                                                        .formatted(
                                                                MODEL.key(),
                                                                "a model directory or org/name")));
        config.getOptional(MAX_TOKENS).ifPresent(tokens -> requirePositive(MAX_TOKENS, tokens));
        config.getOptional(TRUNCATE_DIM)
                .ifPresent(components -> requirePositive(TRUNCATE_DIM, components));
        EncoderOptions encoder =
                EncoderOptions.DEFAULT
                        .withMaxTokens(config.getOptional(MAX_TOKENS).orElse(null))
                        .withTruncation(config.getOptional(TRUNCATION).orElse(null))
                        .withAttentionMask(config.getOptional(ATTENTION_MASK).orElse(null))
                        .withPrompt(config.getOptional(PROMPT).orElse(null))
                        .withPromptName(config.getOptional(PROMPT_NAME).orElse(null))
                        .withTruncateDim(config.getOptional(TRUNCATE_DIM).orElse(null))
                        .withNormalize(config.get(NORMALIZE))
                        .withStripText(config.get(STRIP_TEXT))
                        .withAdapter(config.getOptional(ADAPTER).orElse(null))
                        .withPrecision(config.get(PRECISION));
        return new EncodeOptions(
                model,
                encoder,
                config.get(BATCH_TOKENS),
                config.get(BATCH_ROWS),
                config.get(LINGER),
                config.get(INFERENCE_THREADS),
                config.get(OUTPUT_MODE),
                config.get(CACHED_VECTORS));
    }

    private static void requirePositive(ConfigOption<Integer> option, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(
                    "Option '%s': expected at least 1, found %d".formatted(option.key(), value));
        }
    }
}
