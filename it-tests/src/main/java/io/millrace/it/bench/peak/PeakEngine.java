package io.millrace.it.bench.peak;

import io.millrace.it.bench.engine.BenchEngine;
import io.millrace.it.bench.engine.Pass;
import io.millrace.model.encode.Precision;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * Each core multiplies large matrices of its own, over and over. Several ways and sizes are tried,
 * and the fastest is the machine's peak: a lazy way would flatter whatever is compared with it.
 */
final class PeakEngine implements BenchEngine {
    /** Rows of the left matrix; the right one is {@link #WIDTH} in both directions. */
    private static final List<Integer> ROWS = List.of(1024, 4096);

    private static final int WIDTH = 4096;
    private static final double TRIAL_SECONDS = 1;
    private static final int TRIALS = 6;

    private final Precision precision;
    private final int cores;
    private final ExecutorService threads;
    private @Nullable Product product;

    PeakEngine(Precision precision, int cores) {
        this.precision = precision;
        this.cores = cores;
        this.threads = Executors.newFixedThreadPool(cores);
    }

    @Override
    public void warmUp(List<String> texts) throws InterruptedException {
        double most = 0;
        for (Product.Way way : Product.Way.values()) {
            for (int rows : ROWS) {
                Product tried = Product.open(precision, way, rows, WIDTH);
                run(tried, 0); // packs the weights
                Pass pass = run(tried, TRIAL_SECONDS);
                if (rate(pass) > most) {
                    most = rate(pass);
                    close(product);
                    product = tried;
                } else {
                    tried.close();
                }
            }
        }
    }

    /** The best of some trials: what disturbs the machine for a second lowers no peak. */
    @Override
    public Pass pass(List<String> texts) throws InterruptedException {
        if (product == null) {
            throw new IllegalStateException("expected a warm-up before the first pass");
        }
        Pass best = run(product, TRIAL_SECONDS);
        for (int trial = 1; trial < TRIALS; trial++) {
            Pass next = run(product, TRIAL_SECONDS);
            if (rate(next) > rate(best)) {
                best = next;
            }
        }
        return best;
    }

    private static double rate(Pass pass) {
        return pass.operations() / pass.seconds();
    }

    /** At least one product on each core. */
    private Pass run(Product one, double seconds) throws InterruptedException {
        long start = System.nanoTime();
        Callable<Long> work =
                () -> {
                    long products = 0;
                    do {
                        one.run();
                        products++;
                    } while ((System.nanoTime() - start) / 1e9 < seconds);
                    return products;
                };
        List<Future<Long>> running = new ArrayList<>();
        for (int core = 0; core < cores; core++) {
            running.add(threads.submit(work));
        }
        long products = 0;
        for (Future<Long> each : running) {
            try {
                products += each.get();
            } catch (ExecutionException e) {
                throw new IllegalStateException("a product failed", e.getCause());
            }
        }
        return new Pass(
                (System.nanoTime() - start) / 1e9, 0, new float[0][], products * one.operations());
    }

    @Override
    public String setting() {
        return product == null
                ? "not chosen yet"
                : "%d threads, each %s".formatted(cores, product.describe());
    }

    private static void close(@Nullable Product product) {
        if (product != null) {
            product.close();
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
        close(product);
    }
}
