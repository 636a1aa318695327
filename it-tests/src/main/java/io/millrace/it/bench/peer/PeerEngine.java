package io.millrace.it.bench.peer;

import io.millrace.it.bench.engine.BenchEngine;
import io.millrace.it.bench.engine.Pass;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A peer: texts are tokenized by all cores, sorted by length, cut into batches of a fixed number of
 * texts and given to the session, the longest first. Which form of the model, how many callers and
 * which batch size are tried out before, unless they were given.
 */
final class PeerEngine implements BenchEngine {
    private static final int TEXTS_PER_TASK = 256;
    private static final int USUAL_ROWS = 32;
    private static final List<Integer> OTHER_ROWS = List.of(8, 16, 64);

    /** Opens a session. */
    interface Opener {
        HiddenStates open(Choice choice) throws Exception;
    }

    private final PeerModel model;
    private final Opener opener;
    private final List<Choice> choices;
    private final boolean given;
    private Choice choice;
    private @Nullable HiddenStates session;

    /** Both live as long as the engine: libraries keep settings and buffers for each thread. */
    private final ExecutorService threads;

    private final ExecutorService oneCaller = Executors.newSingleThreadExecutor();

    private PeerEngine(
            PeerModel model, int cores, Opener opener, List<Choice> choices, boolean given) {
        this.model = model;
        this.opener = opener;
        this.choices = choices;
        this.given = given;
        this.choice = choices.get(0);
        this.threads = Executors.newFixedThreadPool(cores);
    }

    /**
     * A peer with what it could run with.
     *
     * @param files forms of the model
     * @param given what it runs with; null: it is tried out
     */
    static PeerEngine open(
            PeerModel model, int cores, Opener opener, List<String> files, @Nullable String given)
            throws Exception {
        List<Choice> choices = new ArrayList<>();
        if (given == null) {
            for (String file : files) {
                choices.add(new Choice(file, cores, 1, USUAL_ROWS));
                choices.add(new Choice(file, 1, cores, USUAL_ROWS));
            }
        } else {
            choices.add(Choice.parse(given));
        }
        PeerEngine engine = new PeerEngine(model, cores, opener, choices, given != null);
        engine.use(engine.choice);
        return engine;
    }

    /** Tries all forms with batches of the usual size, then other sizes with the fastest. */
    @Override
    public void warmUp(List<String> texts) throws Exception {
        pass(texts.subList(0, Math.min(USUAL_ROWS, texts.size())));
        if (given) {
            pass(texts);
            return;
        }
        Choice fastest = fastest(choices, texts);
        List<Choice> sizes = new ArrayList<>();
        sizes.add(fastest);
        OTHER_ROWS.forEach(rows -> sizes.add(fastest.withRows(rows)));
        use(fastest(sizes, texts));
    }

    private Choice fastest(List<Choice> candidates, List<String> texts) throws Exception {
        Choice fastest = candidates.get(0);
        double least = Double.POSITIVE_INFINITY;
        for (Choice candidate : candidates) {
            use(candidate);
            pass(texts);
            double seconds = pass(texts).seconds();
            if (seconds < least) {
                least = seconds;
                fastest = candidate;
            }
        }
        return fastest;
    }

    private void use(Choice next) throws Exception {
        if (session == null || !choice.sharesSession(next)) {
            close(session);
            session = null;
            session = opener.open(next);
        }
        choice = next;
    }

    @Override
    public Pass pass(List<String> texts) throws Exception {
        HiddenStates open = session;
        if (open == null) {
            throw new IllegalStateException("expected an open session");
        }
        long start = System.nanoTime();
        ExecutorService callers = choice.callers() == 1 ? oneCaller : threads;
        int[][] ids = tokenize(texts);
        float[][] vectors = new float[texts.size()][];
        List<Future<?>> batches = new ArrayList<>();
        for (List<Integer> rows : batches(ids)) {
            batches.add(
                    callers.submit(
                            () -> {
                                PaddedBatch batch = PaddedBatch.of(rows, ids, model.padTokenId());
                                model.pool(batch, open.of(batch), vectors);
                                return null;
                            }));
        }
        await(batches);
        long nanos = System.nanoTime() - start;
        return new Pass(
                nanos / 1e9,
                IntStream.range(0, ids.length).mapToLong(text -> ids[text].length).sum(),
                vectors);
    }

    private int[][] tokenize(List<String> texts) throws Exception {
        int[][] ids = new int[texts.size()][];
        List<Future<?>> tasks = new ArrayList<>();
        for (int from = 0; from < ids.length; from += TEXTS_PER_TASK) {
            int begin = from;
            int end = Math.min(from + TEXTS_PER_TASK, ids.length);
            tasks.add(
                    threads.submit(
                            () -> {
                                for (int text = begin; text < end; text++) {
                                    ids[text] = model.tokenize(texts.get(text));
                                }
                            }));
        }
        await(tasks);
        return ids;
    }

    private List<List<Integer>> batches(int[][] ids) {
        List<Integer> sorted =
                IntStream.range(0, ids.length)
                        .boxed()
                        .sorted(Comparator.comparingInt(text -> -ids[text].length))
                        .toList();
        List<List<Integer>> batches = new ArrayList<>();
        for (int from = 0; from < sorted.size(); from += choice.rows()) {
            batches.add(sorted.subList(from, Math.min(from + choice.rows(), sorted.size())));
        }
        return batches;
    }

    private static void await(List<Future<?>> tasks) throws Exception {
        for (Future<?> task : tasks) {
            try {
                task.get();
            } catch (ExecutionException e) {
                throw new IllegalStateException("a batch failed", e.getCause());
            }
        }
    }

    @Override
    public String setting() {
        return choice.describe();
    }

    @Override
    public Optional<String> choice() {
        return Optional.of(choice.toString());
    }

    private static void close(@Nullable HiddenStates session) throws Exception {
        if (session != null) {
            session.close();
        }
    }

    @Override
    public void close() throws Exception {
        threads.shutdownNow();
        oneCaller.shutdownNow();
        close(session);
        model.close();
    }
}
