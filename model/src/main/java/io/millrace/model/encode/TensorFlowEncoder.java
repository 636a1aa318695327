package io.millrace.model.encode;

import io.millrace.model.ModelException;
import io.millrace.model.arch.EncoderConfig;
import io.millrace.model.arch.KernelChoice;
import io.millrace.model.pool.Pipeline;
import io.millrace.model.read.ModelDirectory;
import io.millrace.model.tokenize.HuggingFaceTokenizer;
import io.millrace.model.tokenize.Tokenizer;
import io.millrace.model.tokenize.TokenizerSettings;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.exceptions.TFResourceExhaustedException;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.GPUOptions;
import org.tensorflow.proto.RunOptions;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/** A model in one TensorFlow session. Owns the session, the graph and the tokenizer. */
final class TensorFlowEncoder implements Encoder {
    private static final Logger LOG = LoggerFactory.getLogger(TensorFlowEncoder.class);

    /**
     * A batch is filled up with copies of its first row until it has so many tokens: for fewer, the
     * library multiplies matrices in another way, with other last bits.
     */
    private static final int LEAST_TOKENS = 16;

    /** Floats in the widest vector register. */
    private static final int REGISTER = 16;

    /** Enough that oneDNN takes the layout of large batches: more than 80 of float32. */
    private static final int WARM_UP_TOKENS = 128;

    private static final int WARM_UP_LENGTH = 16;

    /**
     * In float32, oneDNN wants weights in another layout for up to so many tokens than for more;
     * found by trial, at widths of 384 and 768, with AVX-512.
     */
    private static final int FEW_TOKENS = 80;

    /**
     * So many batches of few tokens pay for a layout of their own each; about then it has cost as
     * much as one that is kept, in time, and a bulk job, with its few, is spared the memory.
     */
    static final int SMALL_BATCHES = 32;

    private static final ConfigProto CONFIG =
            ConfigProto.newBuilder()
                    .setIntraOpParallelismThreads(1)
                    .setInterOpParallelismThreads(1)
                    .setAllowSoftPlacement(true)
                    .setGpuOptions(GPUOptions.newBuilder().setAllowGrowth(true))
                    .build();

    /** Runs on the calling thread: each thread has its own core, and none waits for a pool. */
    private static final RunOptions ON_CALLING_THREAD =
            RunOptions.newBuilder().setInterOpThreadPool(-1).build();

    /** The same, and notes which device ran what. */
    private static final RunOptions TRACED =
            ON_CALLING_THREAD.toBuilder()
                    .setTraceLevel(RunOptions.TraceLevel.SOFTWARE_TRACE)
                    .build();

    /** Readers run batches, the writer frees what they run on. */
    private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();

    private final ModelInfo info;
    private final int vocabularySize;

    /**
     * And until its tokens are a multiple of this: the library computes numbers that fill no vector
     * register in another way. Where each width does, one token is enough.
     */
    private final int tokensMultiple;

    private final HuggingFaceTokenizer tokenizer;
    private final Graph graph;
    private final Session session;
    private final EncoderGraph encoder;

    /** Ends with the process: the library frees its own memory then, under calls that still run. */
    private final Thread atExit = new Thread(this::refuseCalls, "millrace-encoder-exit");

    private final AtomicInteger smallBatches = new AtomicInteger();
    private boolean closed;

    private TensorFlowEncoder(
            ModelInfo info,
            EncoderConfig config,
            HuggingFaceTokenizer tokenizer,
            Graph graph,
            Session session,
            EncoderGraph encoder) {
        this.info = info;
        this.vocabularySize = config.vocabSize();
        this.tokensMultiple = tokensMultiple(config);
        this.tokenizer = tokenizer;
        this.graph = graph;
        this.session = session;
        this.encoder = encoder;
    }

    static TensorFlowEncoder open(Path path, EncoderOptions options) {
        NativeSettings.apply();
        KernelChoice kernels = KernelChoice.here(floats(options.precision()), CONFIG);
        NativeLog.dropNotes(CONFIG);
        return open(path, options, kernels);
    }

    /** Opens a directory with kernels that somebody else chose; for tests. */
    static TensorFlowEncoder open(Path path, EncoderOptions options, KernelChoice kernels) {
        ModelDirectory directory =
                options.adapterDirectory()
                        .map(adapter -> ModelDirectory.open(path, adapter))
                        .orElseGet(() -> ModelDirectory.open(path));
        directory.remarks().warnings().forEach(w -> LOG.warn("{}: {}", directory.id(), w));
        directory.beginRevision();
        HuggingFaceTokenizer tokenizer = tokenizer(directory, options);
        try {
            return open(directory, tokenizer, options, kernels);
        } catch (RuntimeException e) {
            tokenizer.close();
            throw e;
        }
    }

    private static HuggingFaceTokenizer tokenizer(
            ModelDirectory directory, EncoderOptions options) {
        TokenizerSettings settings = directory.tokenizer();
        int maxTokens = settings.maxTokens();
        if (options.maxTokensOverride().isPresent()) {
            int positions = directory.config().positionLimit();
            maxTokens = options.maxTokensOverride().get();
            if (maxTokens < 1 || maxTokens > positions) {
                throw new ModelException(
                        directory.path(),
                        List.of(
                                "option maxTokens: expected 1 to %d, found %d"
                                        .formatted(positions, maxTokens)));
            }
        }
        try {
            return HuggingFaceTokenizer.open(
                    settings.withCut(
                                    maxTokens,
                                    options.truncationOverride().orElse(settings.truncation()))
                            .withText(prompt(directory, options), options.stripText()));
        } catch (IllegalArgumentException e) {
            throw new ModelException(directory.path(), List.of(String.valueOf(e.getMessage())));
        }
    }

    private static String prompt(ModelDirectory directory, EncoderOptions options) {
        try {
            return directory
                    .prompts()
                    .resolve(options.promptOverride(), options.promptNameOverride());
        } catch (IllegalArgumentException e) {
            throw new ModelException(
                    directory.path(), List.of("option promptName: " + e.getMessage()));
        }
    }

    private static Pipeline pipeline(
            ModelDirectory directory, HuggingFaceTokenizer tokenizer, EncoderOptions options) {
        Pipeline pipeline = directory.pipeline();
        String prompt = prompt(directory, options);
        if (pipeline.excludesPrompt() && !prompt.isEmpty()) {
            pipeline = pipeline.withPromptTokens(tokenizer.promptTokens(prompt));
        }
        if (options.truncateDimOverride().isPresent()) {
            int components = options.truncateDimOverride().get();
            if (components < 1) {
                throw new ModelException(
                        directory.path(),
                        List.of(
                                "option truncateDim: expected at least 1, found %d"
                                        .formatted(components)));
            }
            pipeline = pipeline.withTruncation(components);
        }
        return options.normalize() ? pipeline.withNormalization() : pipeline;
    }

    private static TensorFlowEncoder open(
            ModelDirectory directory,
            HuggingFaceTokenizer tokenizer,
            EncoderOptions options,
            KernelChoice kernels) {
        Pipeline pipeline = pipeline(directory, tokenizer, options);
        Graph graph = new Graph();
        try {
            AttentionMask byDirectory =
                    directory.config().causal() ? AttentionMask.CAUSAL : AttentionMask.PADDING;
            AttentionMask mask = options.attentionMaskOverride().orElse(byDirectory);
            if (mask == AttentionMask.CAUSAL) {
                refuseCausal(directory);
            }
            EncoderGraph encoder = EncoderGraph.build(graph, directory, pipeline, mask, kernels);
            Session session = new Session(graph, CONFIG);
            try {
                encoder.load(session);
                ModelInfo info =
                        new ModelInfo(
                                directory.id(),
                                directory.revision(),
                                pipeline.dimension(),
                                options.maxTokensOverride()
                                        .orElse(directory.tokenizer().maxTokens()),
                                directory.config().padTokenId(),
                                warmUp(
                                        session,
                                        encoder,
                                        directory.config().padTokenId(),
                                        directory.tokenizer().maxTokens()),
                                options.precision(),
                                kernels.describe());
                TensorFlowEncoder opened =
                        new TensorFlowEncoder(
                                info, directory.config(), tokenizer, graph, session, encoder);
                Runtime.getRuntime().addShutdownHook(opened.atExit);
                return opened;
            } catch (RuntimeException e) {
                session.close();
                throw e;
            }
        } catch (RuntimeException e) {
            graph.close();
            throw e;
        }
    }

    private static void refuseCausal(ModelDirectory directory) {
        directory
                .architecture()
                .whyNotCausal()
                .ifPresent(
                        why -> {
                            throw new ModelException(
                                    directory.path(),
                                    List.of("option attentionMask: expected PADDING, as " + why));
                        });
    }

    /**
     * A first batch, which prepares the graph for all that come. It is a large one: weights are
     * laid out once, as suits the first batch, and again for each batch that they do not suit.
     *
     * @return the device that ran it
     */
    private static String warmUp(
            Session session, EncoderGraph encoder, int padTokenId, int maxTokens) {
        int length = Math.min(WARM_UP_LENGTH, maxTokens);
        TokenBatch batch =
                TokenBatch.pad(
                        Collections.nCopies(WARM_UP_TOKENS / length, filled(length, padTokenId)),
                        length,
                        padTokenId);
        try (TInt32 ids = ids(batch);
                TInt32 lengths = lengths(batch);
                Result result =
                        session.runner()
                                .setOptions(TRACED)
                                .feed(encoder.ids(), ids)
                                .feed(encoder.lengths(), lengths)
                                .fetch(encoder.vectors())
                                .runAndFetchMetadata()) {
            boolean gpu =
                    result.getMetadata().orElseThrow().getStepStats().getDevStatsList().stream()
                            .anyMatch(device -> device.getDevice().contains("device:GPU:"));
            return gpu ? "GPU" : "CPU";
        }
    }

    private static int[] filled(int length, int id) {
        int[] ids = new int[length];
        Arrays.fill(ids, id);
        return ids;
    }

    private static TInt32 ids(TokenBatch batch) {
        return TInt32.tensorOf(
                Shape.of(batch.rows(), batch.paddedLength()),
                DataBuffers.of(batch.ids(), true, false));
    }

    private static TInt32 lengths(TokenBatch batch) {
        return TInt32.tensorOf(
                Shape.of(batch.rows()), DataBuffers.of(batch.lengths(), true, false));
    }

    static int tokensMultiple(EncoderConfig config) {
        int multiple = 1;
        for (int width :
                new int[] {
                    config.hiddenSize(),
                    config.intermediateSize(),
                    config.hiddenSize() / config.numAttentionHeads()
                }) {
            while (width * multiple % REGISTER != 0) {
                multiple *= 2;
            }
        }
        return multiple;
    }

    /** The type that TensorFlow calls a precision. */
    static DataType floats(Precision precision) {
        return switch (precision) {
            case F32 -> DataType.DT_FLOAT;
            case BF16 -> DataType.DT_BFLOAT16;
        };
    }

    @Override
    public ModelInfo info() {
        return info;
    }

    @Override
    public Tokenizer tokenizer() {
        return tokenizer;
    }

    @Override
    public float[][] encode(TokenBatch batch) {
        if (batch.rows() == 0) {
            return new float[0][];
        }
        float[][] vectors = fetch(batch, vectorsFor(batch), info.dimension());
        return vectors.length == batch.rows() ? vectors : Arrays.copyOf(vectors, batch.rows());
    }

    private Operand<?> vectorsFor(TokenBatch batch) {
        // By what will run: the first batch decides on the layout.
        if (filledRows(batch) * (long) batch.paddedLength() > FEW_TOKENS) {
            return encoder.vectors();
        }
        if (smallBatches.get() < SMALL_BATCHES) {
            smallBatches.incrementAndGet();
            return encoder.vectors();
        }
        return encoder.vectorsOfFew();
    }

    /** The last hidden state of every position, row after row; for tests. */
    float[][] hiddenStates(TokenBatch batch, int hiddenSize) {
        return fetch(batch, encoder.hidden(), hiddenSize);
    }

    /** What the vocabulary calls the tokens of a text, by their ids. */
    Map<Integer, String> names(String text) {
        return tokenizer.names(text);
    }

    /** What each token of the first row attends to. {@code [layers][heads][length][length]} */
    float[][][][] attentions(TokenBatch batch) {
        int length = batch.lengths()[0];
        return encoder.attentions().stream()
                .map(layer -> fetch(batch, layer, tensor -> firstRow(tensor, length)))
                .toArray(float[][][][]::new);
    }

    /** {@code [B, heads, S, S] → [heads][length][length]} */
    private static float[][][] firstRow(TFloat32 tensor, int length) {
        var data = tensor.asRawTensor().data().asFloats();
        long padded = tensor.shape().get(3);
        float[][][] heads = new float[Math.toIntExact(tensor.shape().get(1))][length][length];
        for (int head = 0; head < heads.length; head++) {
            for (int query = 0; query < length; query++) {
                data.offset((head * padded + query) * padded).read(heads[head][query]);
            }
        }
        return heads;
    }

    private float[][] fetch(TokenBatch batch, Operand<?> output, int width) {
        return fetch(batch, output, tensor -> rows(tensor, width));
    }

    private <T> T fetch(TokenBatch batch, Operand<?> output, Function<TFloat32, T> copy) {
        check(batch);
        lock.readLock().lock();
        try {
            if (closed) {
                throw new IllegalStateException("expected an open encoder, found a closed one");
            }
            return run(fillUp(batch), output, copy);
        } finally {
            lock.readLock().unlock();
        }
    }

    private <T> T run(TokenBatch batch, Operand<?> output, Function<TFloat32, T> copy) {
        try (TInt32 ids = ids(batch);
                TInt32 lengths = lengths(batch);
                Result result =
                        session.runner()
                                .setOptions(ON_CALLING_THREAD)
                                .feed(encoder.ids(), ids)
                                .feed(encoder.lengths(), lengths)
                                .fetch(output)
                                .run()) {
            return copy.apply((TFloat32) result.get(0));
        } catch (TFResourceExhaustedException | OutOfMemoryError e) {
            throw failure(EncodeException.Kind.OUT_OF_MEMORY, batch, e);
        } catch (RuntimeException e) { // TensorFlow's exceptions have no other type in common
            throw failure(EncodeException.Kind.FAILED, batch, e);
        }
    }

    private static EncodeException failure(
            EncodeException.Kind kind, TokenBatch batch, Throwable cause) {
        return new EncodeException(
                kind,
                "batch of %d rows of %d tokens: %s"
                        .formatted(batch.rows(), batch.paddedLength(), kind),
                cause);
    }

    private static float[][] rows(TFloat32 tensor, int width) {
        var data = tensor.asRawTensor().data().asFloats();
        float[][] rows = new float[Math.toIntExact(tensor.shape().get(0))][width];
        for (int row = 0; row < rows.length; row++) {
            data.offset((long) row * width).read(rows[row]);
        }
        return rows;
    }

    /** A GPU takes an id that is not in the table for a row of zeros, so ids are checked here. */
    private void check(TokenBatch batch) {
        if (batch.paddedLength() > info.maxTokens()) {
            throw new IllegalArgumentException(
                    "padded length: expected at most %d, found %d"
                            .formatted(info.maxTokens(), batch.paddedLength()));
        }
        for (int id : batch.ids()) {
            if (id < 0 || id >= vocabularySize) {
                throw new IllegalArgumentException(
                        "token id: expected 0 to %d, found %d".formatted(vocabularySize - 1, id));
            }
        }
    }

    private int filledRows(TokenBatch batch) {
        long length = batch.paddedLength();
        int rows = batch.rows();
        while (rows * length < LEAST_TOKENS || rows * length % tokensMultiple != 0) {
            rows++;
        }
        return rows;
    }

    private TokenBatch fillUp(TokenBatch batch) {
        int length = batch.paddedLength();
        int rows = filledRows(batch);
        if (rows == batch.rows()) {
            return batch;
        }
        int[] ids = Arrays.copyOf(batch.ids(), rows * length);
        int[] lengths = Arrays.copyOf(batch.lengths(), rows);
        for (int row = batch.rows(); row < rows; row++) {
            System.arraycopy(batch.ids(), 0, ids, row * length, length);
            lengths[row] = batch.lengths()[0];
        }
        return new TokenBatch(rows, length, ids, lengths);
    }

    @Override
    public void close() {
        if (refuseCalls()) {
            removeShutdownHook();
            session.close();
            graph.close();
            tokenizer.close();
        }
    }

    /** Waits for calls that are running; whether this is the first to do so. */
    private boolean refuseCalls() {
        lock.writeLock().lock();
        try {
            boolean first = !closed;
            closed = true;
            return first;
        } finally {
            lock.writeLock().unlock();
        }
    }

    private void removeShutdownHook() {
        try {
            Runtime.getRuntime().removeShutdownHook(atExit);
        } catch (IllegalStateException e) {
            LOG.debug("The process is ending; the hook does no more than has been done.", e);
        }
    }
}
