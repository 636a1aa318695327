package io.millrace.flink.encode;

import io.millrace.flink.batch.Batch;
import io.millrace.flink.batch.BatchBuffer;
import io.millrace.flink.batch.FlushReason;
import io.millrace.flink.batch.TokenBudget;
import io.millrace.flink.encode.EmitQueue.Mark;
import io.millrace.flink.encode.InferenceThreads.Inference;
import io.millrace.flink.options.EncodeOptions;
import io.millrace.flink.record.EmbeddingRecord;
import io.millrace.flink.record.RejectedRecord;
import io.millrace.flink.record.RejectedRecord.Stage;
import io.millrace.flink.record.TokenizedRecord;
import io.millrace.model.encode.EncodeException;
import io.millrace.model.encode.Encoder;
import io.millrace.model.encode.LengthBuckets;
import io.millrace.model.encode.ModelInfo;
import io.millrace.model.encode.Vectors;
import io.millrace.model.tokenize.TextException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import org.apache.flink.api.common.operators.MailboxExecutor;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.BoundedOneInput;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.operators.StreamOperatorParameters;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamElement;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;
import org.apache.flink.util.IOUtils;
import org.apache.flink.util.OutputTag;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tokens to vectors, many texts a call.
 *
 * <p><b>The way of a record.</b> It gets a slot in the {@link EmitQueue}, which remembers its
 * place, and waits in the {@link BatchBuffer}, which decides with whom and when it is encoded.
 * {@link #dispatch} hands cut batches to the {@link InferenceThreads}; a batch that is done comes
 * back as a mail, fills its slots, and whatever may leave the queue leaves, one element a mail, so
 * that a checkpoint never waits for more than one record.
 *
 * <p><b>Threads.</b> Everything here happens on the mailbox thread. Inference threads see a batch's
 * ids and the encoder, nothing else.
 *
 * <p><b>Deletes.</b> A delete is done when it arrives and keeps its place: nothing passes it, in
 * either output mode, so that no older text of its key comes after it.
 *
 * <p><b>State.</b> Every record that has not left is in the checkpoint, wherever it is on its way,
 * so a barrier waits for nothing and flushes nothing. A record leaves and is forgotten in one step
 * between two barriers. After a failure the records of the state are encoded again. The state is
 * spread over the subtasks when the parallelism changes: a key's older records may then be encoded
 * elsewhere than its newer ones and leave after them.
 *
 * <p><b>Bounds.</b> At most {@code inferenceThreads + 1} batches are in flight, so that a thread
 * finds its next batch ready. Records that have not left are bounded by {@link #CAPACITY_BATCHES};
 * beyond that, taking records in waits ({@link MailboxExecutor#yield}). INVARIANT: whenever it
 * waits, a batch is in flight or an element is about to leave, because a queue over its capacity
 * forces batches out of the buffer.
 *
 * <p>Latency markers do not wait here: they measure the channels, and {@link
 * EncoderMetrics#BATCH_WAIT_MS} and {@link EncoderMetrics#INFERENCE_TIME_MS} measure this operator.
 */
@SuppressWarnings({
    "NullAway.Init", // Flink calls initializeState() and open() before any record
    "serial" // made in its task by the factory, never serialized
})
class EncodeBatchOperator extends AbstractStreamOperator<EmbeddingRecord>
        implements OneInputStreamOperator<TokenizedRecord, EmbeddingRecord>, BoundedOneInput {
    /**
     * Batches' worth of records that may wait or be done, beside those in flight. More fill the
     * batches of a busy operator better, because every length has a batch of its own to fill, and
     * cost memory and latency; see RATIONALE.md for the figures.
     */
    static final int CAPACITY_BATCHES = 16;

    private static final Logger LOG = LoggerFactory.getLogger(EncodeBatchOperator.class);
    private static final String STATE_NAME = "millrace-buffered-records";

    private final EncoderSource encoders;
    private final EncodeOptions options;
    private final OutputTag<RejectedRecord> rejected;
    private final MailboxExecutor mailbox;
    private final int inFlightMax;
    private final EmitQueue queue;
    private final Deque<Batch<Slot>> retries = new ArrayDeque<>();
    private final RecentVectors recent;

    private ListState<BufferedRecord> state;
    private @Nullable Encoder encoder;
    private @Nullable InferenceThreads threads;
    private ModelInfo model;
    private TokenBudget budget;
    private BatchBuffer<Slot> buffer;
    private EncoderMetrics encoderMetrics;

    private int inFlight;
    private @Nullable ScheduledFuture<?> timer;
    private boolean emitting;
    private boolean inputEnded;

    EncodeBatchOperator(
            StreamOperatorParameters<EmbeddingRecord> parameters,
            EncoderSource encoders,
            EncodeOptions options,
            OutputTag<RejectedRecord> rejected) {
        super(parameters);
        this.encoders = encoders;
        this.options = options;
        this.rejected = rejected;
        this.mailbox = parameters.getMailboxExecutor();
        this.inFlightMax = options.inferenceThreads() + 1;
        this.queue = new EmitQueue(options.outputMode());
        this.recent = new RecentVectors(options.cachedVectors());
    }

    // ---- Flink's calls, in the order of an operator's life

    @Override
    public void initializeState(StateInitializationContext context) throws Exception {
        super.initializeState(context);
        state =
                context.getOperatorStateStore()
                        .getListState(
                                new ListStateDescriptor<>(
                                        STATE_NAME, Types.POJO(BufferedRecord.class)));
    }

    @Override
    public void open() throws Exception {
        super.open();
        encoder = encoders.openInTask();
        model = encoder.info();
        // Below the longest text the budget would no longer say anything about that text.
        budget = new TokenBudget(options.batchTokens(), model.maxTokens());
        buffer =
                new BatchBuffer<>(
                        new LengthBuckets(model.maxTokens()),
                        budget,
                        options.batchRows(),
                        options.linger().toMillis());
        threads =
                new InferenceThreads(
                        encoder,
                        options.inferenceThreads(),
                        "millrace-inference-"
                                + getRuntimeContext().getTaskInfo().getIndexOfThisSubtask(),
                        this::post);
        encoderMetrics =
                new EncoderMetrics(
                        getMetricGroup(), queue::elements, () -> inFlight, budget::tokens);
        for (BufferedRecord restored : state.get()) {
            receive(restored);
        }
    }

    @Override
    public void processElement(StreamRecord<TokenizedRecord> element) throws Exception {
        receive(
                new BufferedRecord(
                        element.getValue(),
                        element.hasTimestamp() ? element.getTimestamp() : null));
    }

    @Override
    public void processWatermark(Watermark watermark) throws Exception {
        receive(new Mark(watermark));
    }

    @Override
    public void processWatermarkStatus(WatermarkStatus status) throws Exception {
        receive(new Mark(status));
    }

    @Override
    public void snapshotState(StateSnapshotContext context) throws Exception {
        super.snapshotState(context);
        state.update(notLeft());
    }

    /** What a checkpoint has to hold. */
    List<BufferedRecord> notLeft() {
        return queue.records();
    }

    @Override
    public void endInput() throws Exception {
        inputEnded = true;
        dispatch();
        while (!queue.isEmpty()) {
            mailbox.yield();
        }
    }

    /** Also after a failed or unfinished {@link #open}. */
    @Override
    public void close() throws Exception {
        IOUtils.closeAll(threads, encoder, super::close);
    }

    // ---- in

    private void receive(BufferedRecord arrived) throws Exception {
        long now = processingTimeService.getCurrentProcessingTime();
        TokenizedRecord record = arrived.record();
        try {
            if (!record.fits(requireOpen(encoder))) {
                record = TokenizedRecord.of(record.source(), requireOpen(encoder));
            }
            Slot slot = new Slot(new BufferedRecord(record, arrived.timestamp()), now);
            queue.add(slot);
            float @Nullable [] known = slot.deletes() ? null : recall(slot);
            if (known == null && !slot.deletes()) {
                buffer.add(slot, slot.ids().length, now);
            } else {
                embed(slot, known);
                emit();
            }
        } catch (TextException e) {
            Slot slot = new Slot(arrived, now);
            queue.add(slot);
            reject(slot, Stage.TOKENIZE, e);
            emit();
        }
        dispatch();
        waitForRoom();
    }

    private float @Nullable [] recall(Slot slot) {
        if (recent.isOff()) {
            return null;
        }
        float @Nullable [] known = recent.get(slot.ids());
        encoderMetrics.lookedUp(known != null);
        return known;
    }

    private void receive(Mark mark) throws Exception {
        queue.add(mark);
        emit();
        dispatch();
        waitForRoom();
    }

    private void waitForRoom() throws InterruptedException {
        while (isOverCapacity()) {
            mailbox.yield();
        }
    }

    private boolean isOverCapacity() {
        long batches = CAPACITY_BATCHES + (long) inFlightMax;
        return queue.elements() > batches * options.batchRows()
                || queue.tokens() > batches * Math.max(options.batchTokens(), model.maxTokens());
    }

    // ---- through

    /** Runs as many batches as are ready and have room in flight. Never waits. */
    private void dispatch() {
        long now = processingTimeService.getCurrentProcessingTime();
        while (inFlight < inFlightMax) {
            Batch<Slot> batch = retries.poll();
            if (batch == null) {
                batch = buffer.next(now, inFlight < options.inferenceThreads(), force());
                if (batch == null) {
                    break;
                }
                encoderMetrics.cut(batch, now);
            }
            inFlight++;
            requireOpen(threads).submit(batch);
        }
        armTimer();
    }

    private @Nullable FlushReason force() {
        if (inputEnded) {
            return FlushReason.END_OF_INPUT;
        }
        return isOverCapacity() ? FlushReason.FULL : null;
    }

    /**
     * While all threads are busy nothing is cut for its age, so the end of a batch is the timer.
     */
    private void armTimer() {
        if (timer != null || inFlight >= options.inferenceThreads()) {
            return;
        }
        long due = buffer.nextDueMillis();
        if (due == BatchBuffer.NEVER) {
            return;
        }
        timer =
                processingTimeService.registerTimer(
                        due,
                        time -> {
                            timer = null;
                            dispatch();
                        });
    }

    /** Called on an inference thread: brings a batch back to the mailbox thread. */
    private void post(Inference inference) {
        try {
            mailbox.execute(() -> complete(inference), "Encoded batch");
        } catch (RejectedExecutionException e) {
            // The task has been cancelled; the batch's records are in the last checkpoint.
            LOG.debug("A batch came back to a closed task.", e);
        }
    }

    private void complete(Inference inference) throws Exception {
        inFlight--;
        encoderMetrics.ran(inference.batch(), inference.nanos());
        if (inference.vectors() != null) {
            settle(inference.batch(), inference.vectors());
        } else if (inference.error() instanceof Exception e) {
            splitOrReject(inference.batch(), e);
        } else {
            // Out of heap, or a class that does not load: not this batch's fault.
            throw (Error) inference.error();
        }
        dispatch();
        emit();
    }

    private void settle(Batch<Slot> batch, float[][] vectors) {
        List<Slot> rows = batch.rows();
        if (vectors.length != rows.size()) {
            throw new IllegalStateException(
                    "Encoder %s: expected %d vectors, found %d"
                            .formatted(model.id(), rows.size(), vectors.length));
        }
        for (int row = 0; row < vectors.length; row++) {
            Slot slot = rows.get(row);
            if (Vectors.isFinite(vectors[row])) {
                recent.put(slot.ids(), vectors[row]);
                embed(slot, vectors[row]);
            } else {
                reject(slot, Stage.ENCODE, new ArithmeticException("non-finite vector"));
            }
        }
    }

    /** With a vector or, where the record is a delete, without one. */
    private void embed(Slot slot, float @Nullable [] vector) {
        TokenizedRecord record = slot.buffered().record();
        slot.embed(
                new EmbeddingRecord(
                        record.source(),
                        vector,
                        record.ids().length,
                        record.truncated(),
                        model.id(),
                        model.revision(),
                        model.precision()));
        encoderMetrics.embedded(record.ids().length, record.truncated());
    }

    /** A text that fails alone is the bad one; a batch that fails may hold good ones too. */
    private void splitOrReject(Batch<Slot> batch, Exception error) {
        if (error instanceof EncodeException e
                && e.kind() == EncodeException.Kind.OUT_OF_MEMORY
                && budget.halve(batch)) {
            LOG.warn(
                    "Out of memory for a batch of {} tokens: a batch holds at most {} tokens from now on.",
                    batch.paddedTokens(),
                    budget.tokens(),
                    error);
        }
        if (batch.rows().size() == 1) {
            LOG.debug("A text was rejected.", error);
            reject(batch.rows().get(0), Stage.ENCODE, error);
            return;
        }
        encoderMetrics.split();
        List<Batch<Slot>> halves = batch.halves(budget.tokens());
        // Before everything else, earlier half first: these have waited longest.
        retries.push(halves.get(1));
        retries.push(halves.get(0));
    }

    private void reject(Slot slot, Stage stage, Exception cause) {
        slot.reject(RejectedRecord.of(slot.buffered().record().source(), stage, cause));
        encoderMetrics.rejected();
    }

    // ---- out

    /** INVARIANT: whenever this has returned and something may leave, a mail is on its way. */
    private void emit() throws Exception {
        if (!emitting) {
            emitNext();
        }
    }

    /**
     * One element a mail: what waits in the mailbox, a checkpoint say, gets its turn between two.
     */
    private void emitNext() throws Exception {
        emitting = false;
        EmitQueue.Element next = queue.poll();
        if (next instanceof Slot slot) {
            leave(slot);
        } else if (next instanceof Mark mark) {
            leave(mark.element());
        }
        if (queue.hasNext()) {
            try {
                mailbox.execute(this::emitNext, "Emit the next element");
                emitting = true;
            } catch (RejectedExecutionException e) {
                // The task has been cancelled; what is left is in the last checkpoint.
                LOG.debug("Elements stay in a closed task.", e);
            }
        }
    }

    private void leave(Slot slot) {
        Long timestamp = slot.buffered().timestamp();
        if (slot.embedding() != null) {
            output.collect(stamped(slot.embedding(), timestamp));
        } else if (slot.rejection() != null) {
            output.collect(rejected, stamped(slot.rejection(), timestamp));
        }
    }

    private void leave(StreamElement mark) throws Exception {
        if (mark.isWatermark()) {
            super.processWatermark(mark.asWatermark());
        } else {
            super.processWatermarkStatus(mark.asWatermarkStatus());
        }
    }

    private static <T> StreamRecord<T> stamped(T value, @Nullable Long timestamp) {
        return timestamp == null ? new StreamRecord<>(value) : new StreamRecord<>(value, timestamp);
    }

    private static <T> T requireOpen(@Nullable T resource) {
        if (resource == null) {
            throw new IllegalStateException("A record arrived before open()");
        }
        return resource;
    }
}
