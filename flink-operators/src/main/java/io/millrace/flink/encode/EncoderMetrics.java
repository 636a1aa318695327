package io.millrace.flink.encode;

import io.millrace.flink.batch.Batch;
import io.millrace.flink.batch.FlushReason;
import java.util.function.IntSupplier;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.Histogram;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.runtime.metrics.DescriptiveStatisticsHistogram;

/**
 * Every metric of the two operators, in the group {@value #GROUP}. Updated on the mailbox thread;
 * gauges are read on the reporters' and may lag by a moment.
 */
public final class EncoderMetrics {
    /** Group of all these metrics, within the operator's own. */
    public static final String GROUP = "millrace";

    /** Histogram: texts of each call of the encoder. */
    public static final String BATCH_ROWS = "batchRows";

    /** Histogram: tokens of each call of the encoder, padding included. */
    public static final String BATCH_TOKENS = "batchTokens";

    /** Histogram: how long the oldest text of each batch had waited when it was cut. */
    public static final String BATCH_WAIT_MS = "batchWaitMs";

    /** Histogram: duration of each call of the encoder. */
    public static final String INFERENCE_TIME_MS = "inferenceTimeMs";

    /** Gauge: records that have arrived and not left. */
    public static final String BUFFERED_RECORDS = "bufferedRecords";

    /** Gauge: batches that run or wait for an inference thread. */
    public static final String IN_FLIGHT_BATCHES = "inFlightBatches";

    /** Gauge: share of padding in all tokens encoded so far, 0 to 1. */
    public static final String PADDING_RATIO = "paddingRatio";

    /** Gauge: most tokens in one batch; smaller than configured once memory ran out. */
    public static final String EFFECTIVE_BATCH_TOKENS = "effectiveBatchTokens";

    /** Counter: calls of the encoder. */
    public static final String NUM_BATCHES = "numBatches";

    /** Counter: tokens of the vectors, without padding. */
    public static final String NUM_TOKENS = "numTokens";

    /** Counter: vectors of texts that were cut off to fit the model. */
    public static final String NUM_TRUNCATED = "numTruncated";

    /** Counter: records that got no vector; each of the two operators has its own. */
    public static final String NUM_REJECTED = "numRejected";

    /** Counter: batches that were cut because they were full. */
    public static final String NUM_FLUSH_FULL = "numFlushFull";

    /** Counter: batches that were cut because their oldest text had waited long enough. */
    public static final String NUM_FLUSH_LINGER = "numFlushLinger";

    /** Counter: batches that were cut because no more texts will come. */
    public static final String NUM_FLUSH_END_OF_INPUT = "numFlushEndOfInput";

    /** Counter: batches that failed and were run again in halves. */
    public static final String NUM_BATCH_SPLITS = "numBatchSplits";

    /** Counter: texts whose vector was remembered. */
    public static final String NUM_CACHE_HITS = "numCacheHits";

    /** Counter: texts whose vector was looked for in memory and not found. */
    public static final String NUM_CACHE_MISSES = "numCacheMisses";

    /** Values that a histogram's statistics are over; its count is of all. */
    private static final int HISTOGRAM_SIZE = 1024;

    private final Histogram batchRows;
    private final Histogram batchTokens;
    private final Histogram batchWaitMs;
    private final Histogram inferenceTimeMs;
    private final Counter numBatches;
    private final Counter numTokens;
    private final Counter numTruncated;
    private final Counter numRejected;
    private final Counter numBatchSplits;
    private final Counter numFlushFull;
    private final Counter numFlushLinger;
    private final Counter numFlushEndOfInput;
    private final Counter numCacheHits;
    private final Counter numCacheMisses;

    private volatile double paddingRatio;
    private long tokensRun;
    private long paddedTokensRun;

    EncoderMetrics(
            MetricGroup operator,
            IntSupplier bufferedRecords,
            IntSupplier inFlightBatches,
            IntSupplier effectiveBatchTokens) {
        MetricGroup group = operator.addGroup(GROUP);
        batchRows = group.histogram(BATCH_ROWS, new DescriptiveStatisticsHistogram(HISTOGRAM_SIZE));
        batchTokens =
                group.histogram(BATCH_TOKENS, new DescriptiveStatisticsHistogram(HISTOGRAM_SIZE));
        batchWaitMs =
                group.histogram(BATCH_WAIT_MS, new DescriptiveStatisticsHistogram(HISTOGRAM_SIZE));
        inferenceTimeMs =
                group.histogram(
                        INFERENCE_TIME_MS, new DescriptiveStatisticsHistogram(HISTOGRAM_SIZE));
        group.<Integer, Gauge<Integer>>gauge(BUFFERED_RECORDS, bufferedRecords::getAsInt);
        group.<Integer, Gauge<Integer>>gauge(IN_FLIGHT_BATCHES, inFlightBatches::getAsInt);
        group.<Double, Gauge<Double>>gauge(PADDING_RATIO, () -> paddingRatio);
        group.<Integer, Gauge<Integer>>gauge(
                EFFECTIVE_BATCH_TOKENS, effectiveBatchTokens::getAsInt);
        numBatches = group.counter(NUM_BATCHES);
        numTokens = group.counter(NUM_TOKENS);
        numTruncated = group.counter(NUM_TRUNCATED);
        numRejected = rejectedCounter(operator);
        numBatchSplits = group.counter(NUM_BATCH_SPLITS);
        numFlushFull = group.counter(NUM_FLUSH_FULL);
        numFlushLinger = group.counter(NUM_FLUSH_LINGER);
        numFlushEndOfInput = group.counter(NUM_FLUSH_END_OF_INPUT);
        numCacheHits = group.counter(NUM_CACHE_HITS);
        numCacheMisses = group.counter(NUM_CACHE_MISSES);
    }

    /** {@link #NUM_REJECTED} of an operator, for the one that has no other metric of these. */
    public static Counter rejectedCounter(MetricGroup operator) {
        return operator.addGroup(GROUP).counter(NUM_REJECTED);
    }

    void cut(Batch<Slot> batch, long nowMillis) {
        numFlush(batch.reason()).inc();
        batchWaitMs.update(nowMillis - batch.rows().get(0).arrivedMillis());
    }

    void ran(Batch<Slot> batch, long nanos) {
        numBatches.inc();
        batchRows.update(batch.rows().size());
        batchTokens.update(batch.paddedTokens());
        inferenceTimeMs.update(nanos / 1_000_000);
        for (Slot slot : batch.rows()) {
            tokensRun += slot.ids().length;
        }
        paddedTokensRun += batch.paddedTokens();
        paddingRatio = 1 - (double) tokensRun / paddedTokensRun;
    }

    void embedded(int tokens, boolean truncated) {
        numTokens.inc(tokens);
        if (truncated) {
            numTruncated.inc();
        }
    }

    void rejected() {
        numRejected.inc();
    }

    void lookedUp(boolean found) {
        (found ? numCacheHits : numCacheMisses).inc();
    }

    void split() {
        numBatchSplits.inc();
    }

    private Counter numFlush(FlushReason reason) {
        return switch (reason) {
            case FULL -> numFlushFull;
            case LINGER -> numFlushLinger;
            case END_OF_INPUT -> numFlushEndOfInput;
        };
    }
}
