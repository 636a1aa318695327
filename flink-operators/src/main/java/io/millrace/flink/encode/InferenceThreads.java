package io.millrace.flink.encode;

import io.millrace.flink.batch.Batch;
import io.millrace.model.encode.Encoder;
import io.millrace.model.encode.TokenBatch;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The threads of one subtask that run batches. Whoever submits bounds how many wait here.
 *
 * <p>A running native call cannot be interrupted and must not lose its session, so closing drops
 * what has not started and waits for what has.
 */
final class InferenceThreads implements AutoCloseable {
    /**
     * What became of a batch: its vectors, or else why it has none.
     *
     * @param nanos time of the call
     */
    @SuppressWarnings("ArrayRecordComponent") // handed over once, compared by nobody
    record Inference(
            Batch<Slot> batch,
            float @Nullable [][] vectors,
            @Nullable Throwable error,
            long nanos) {}

    private final Encoder encoder;
    private final Consumer<Inference> done;
    private final ThreadPoolExecutor threads;

    /**
     * @param name begins the names of the threads
     * @param done called on an inference thread
     */
    InferenceThreads(Encoder encoder, int count, String name, Consumer<Inference> done) {
        this.encoder = encoder;
        this.done = done;
        AtomicInteger next = new AtomicInteger();
        this.threads =
                new ThreadPoolExecutor(
                        count,
                        count,
                        0,
                        TimeUnit.SECONDS,
                        new LinkedBlockingQueue<>(),
                        task -> {
                            Thread thread = new Thread(task, name + "-" + next.getAndIncrement());
                            thread.setDaemon(true);
                            return thread;
                        });
    }

    void submit(Batch<Slot> batch) {
        threads.execute(() -> done.accept(run(batch)));
    }

    @SuppressWarnings("CatchingUnchecked") // an Error too is the mailbox thread's to deal with
    private Inference run(Batch<Slot> batch) {
        long start = System.nanoTime();
        try {
            List<int[]> texts = batch.rows().stream().map(Slot::ids).toList();
            float[][] vectors =
                    encoder.encode(
                            TokenBatch.pad(
                                    texts, batch.paddedLength(), encoder.info().padTokenId()));
            return new Inference(batch, vectors, null, System.nanoTime() - start);
        } catch (Throwable e) {
            return new Inference(batch, null, e, System.nanoTime() - start);
        }
    }

    @Override
    public void close() {
        // In this order: a thread that has seen a task in the queue of a pool that was shut down
        // waits for it forever when it is taken away.
        threads.getQueue().clear();
        threads.shutdown();
        // Cancelling a task interrupts it again and again; the native call still has to end first.
        boolean interrupted = false;
        while (true) {
            try {
                if (threads.awaitTermination(Long.MAX_VALUE, TimeUnit.NANOSECONDS)) {
                    break;
                }
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
