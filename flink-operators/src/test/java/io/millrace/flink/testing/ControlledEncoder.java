package io.millrace.flink.testing;

import io.millrace.model.encode.Encoder;
import io.millrace.model.encode.ModelInfo;
import io.millrace.model.encode.TokenBatch;
import io.millrace.model.testing.FakeEncoder;
import io.millrace.model.tokenize.Tokenizer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import java.util.function.IntPredicate;

/** The fake encoder with a gate, faults on demand, and a memory of its calls. */
public final class ControlledEncoder implements Encoder {
    private static final int OPEN = Integer.MAX_VALUE / 2;

    private final FakeEncoder fake;
    private final Semaphore gate = new Semaphore(OPEN);
    private final Semaphore started = new Semaphore(0);
    private final List<List<Integer>> calls = new ArrayList<>();
    private volatile Consumer<TokenBatch> fault = batch -> {};
    private volatile IntPredicate spoiled = id -> false;
    private int running;
    private int closes;
    private int runningAtClose;

    public ControlledEncoder(int maxTokens) {
        fake = new FakeEncoder(maxTokens);
    }

    /** From here on calls stay in the encoder until they are released. */
    public void hold() {
        gate.drainPermits();
    }

    /** Lets so many calls go on. */
    public void release(int count) {
        gate.release(count);
    }

    public void releaseAll() {
        gate.release(OPEN - gate.availablePermits());
    }

    /** Waits until so many more calls have begun. */
    public void awaitStarted(int count) throws InterruptedException {
        started.acquire(count);
    }

    /** Throws, or does not, for each batch. */
    public void failWhen(Consumer<TokenBatch> fault) {
        this.fault = fault;
    }

    /** Texts whose first id this is get a vector that is not finite. */
    public void spoil(IntPredicate ids) {
        this.spoiled = ids;
    }

    /** First id of every row of every call, in the order in which the calls began. */
    public synchronized List<List<Integer>> calls() {
        return List.copyOf(calls);
    }

    public synchronized int closes() {
        return closes;
    }

    public synchronized int runningAtClose() {
        return runningAtClose;
    }

    /** First id of each row. */
    public static List<Integer> firstIds(TokenBatch batch) {
        List<Integer> ids = new ArrayList<>();
        for (int row = 0; row < batch.rows(); row++) {
            ids.add(batch.ids()[row * batch.paddedLength()]);
        }
        return ids;
    }

    @Override
    public ModelInfo info() {
        return fake.info();
    }

    @Override
    public Tokenizer tokenizer() {
        return fake.tokenizer();
    }

    @Override
    public float[][] encode(TokenBatch batch) {
        begin(batch);
        try {
            gate.acquireUninterruptibly();
            fault.accept(batch);
            float[][] vectors = fake.encode(batch);
            List<Integer> ids = firstIds(batch);
            for (int row = 0; row < vectors.length; row++) {
                if (spoiled.test(ids.get(row))) {
                    vectors[row][0] = Float.NaN;
                }
            }
            return vectors;
        } finally {
            end();
        }
    }

    private synchronized void begin(TokenBatch batch) {
        calls.add(firstIds(batch));
        running++;
        started.release();
    }

    private synchronized void end() {
        running--;
    }

    @Override
    public synchronized void close() {
        closes++;
        runningAtClose += running;
    }
}
