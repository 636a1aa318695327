package io.millrace.it.bench;

import io.millrace.it.bench.engine.Answer;
import io.millrace.it.bench.measure.Cosines;
import io.millrace.it.bench.report.EngineResult;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Measures engines side by side. All that rest between passes are loaded, then each encodes all
 * texts once a round, one after the other and every round in another order: what disturbs the
 * machine for a while disturbs all of them, and ratios are taken within rounds.
 */
final class BenchRun {
    /** Enough for an engine to prepare itself and to choose its settings by. */
    private static final int WARM_TEXTS = 200;

    private final Launches launches;
    private final int rounds;
    private final int texts;
    private final String reference;
    private final PrintWriter err;

    /**
     * A run.
     *
     * @param texts how many there are
     * @param reference the engine that vectors are compared with
     * @param err where progress is told
     */
    BenchRun(Launches launches, int rounds, int texts, String reference, PrintWriter err) {
        this.launches = launches;
        this.rounds = rounds;
        this.texts = texts;
        this.reference = reference;
        this.err = err;
    }

    /** Measures the engines. */
    List<EngineResult> measure(List<String> names) throws IOException, InterruptedException {
        List<Contender> contenders = names.stream().map(Contender::new).toList();
        try {
            for (Contender contender : contenders) {
                if (contender.rests()) {
                    prepare(contender);
                }
            }
            for (int round = 0; round < rounds; round++) {
                for (Contender contender : rotated(contenders, round)) {
                    pass(contender, round);
                }
            }
            contenders.forEach(this::note);
            compare(contenders);
            return contenders.stream().map(Contender::result).toList();
        } finally {
            contenders.forEach(Contender::close);
        }
    }

    private void prepare(Contender contender) throws InterruptedException {
        contender.prepare(launches, WARM_TEXTS);
        tell(contender.name() + ": " + contender.describe());
    }

    private void note(Contender contender) {
        contender.noteVectors(texts, launches.work());
        contender.noteMemory();
    }

    private void pass(Contender contender, int round) throws InterruptedException {
        if (contender.rests() || contender.failure() != null) {
            timed(contender, round);
            return;
        }
        prepare(contender);
        timed(contender, round);
        note(contender);
        contender.close();
    }

    private void timed(Contender contender, int round) {
        if (contender.failure() != null) {
            return;
        }
        String result =
                contender
                        .pass()
                        .map(BenchRun::describe)
                        .orElseGet(() -> "failed: " + contender.failure());
        tell("round %d of %d: %s: %s".formatted(round + 1, rounds, contender.name(), result));
    }

    private static String describe(Answer.Measured pass) {
        boolean products = pass.tokens() == 0;
        double rate = (products ? pass.operations() / 1e9 : pass.tokens()) / pass.seconds();
        return String.format(Locale.ROOT, "%,.0f %s/s", rate, products ? "GFLOP" : "tokens");
    }

    /**
     * Every engine's vectors with the reference's: a fast one that computes something else shows.
     */
    private void compare(List<Contender> contenders) {
        Optional<float[][]> expected =
                contenders.stream()
                        .filter(contender -> contender.name().equals(reference))
                        .findFirst()
                        .flatMap(Contender::vectors);
        if (expected.isEmpty()) {
            return;
        }
        for (Contender contender : contenders) {
            if (!contender.name().equals(reference)) {
                contender
                        .vectors()
                        .flatMap(vectors -> Cosines.of(vectors, expected.get()))
                        .ifPresent(contender::compared);
            }
        }
    }

    private static <T> List<T> rotated(List<T> list, int by) {
        List<T> rotated = new ArrayList<>(list);
        Collections.rotate(rotated, -by);
        return rotated;
    }

    private void tell(String message) {
        err.println(message);
        err.flush();
    }
}
