package io.millrace.it.bench;

import io.millrace.it.bench.engine.Answer;
import io.millrace.it.bench.measure.Cosines;
import io.millrace.it.bench.process.EngineProcess;
import io.millrace.it.bench.report.EngineResult;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** One engine in a run. Whatever goes wrong with it ends its part, and not the run. */
final class Contender implements AutoCloseable {
    private final String name;
    private final List<Answer.Measured> passes = new ArrayList<>();
    private boolean started;
    private @Nullable EngineProcess process;
    private @Nullable String failure;
    private Answer.@Nullable Ready ready;
    private Answer.@Nullable Warm warm;
    private @Nullable Long peakBytes;
    private @Nullable Cosines cosines;
    private float @Nullable [][] vectors;

    Contender(String name) {
        this.name = name;
    }

    /**
     * Whether it uses no processor between passes. A broker and a Flink cluster never rest, so they
     * are there for their own passes only.
     */
    boolean rests() {
        return !name.startsWith(EngineNames.KAFKA);
    }

    /** What an engine is asked to do. */
    private interface Request<T> {
        T to(EngineProcess process) throws IOException;
    }

    /** Loads it and has it choose; then, where it chose, a new process with that choice. */
    void prepare(Launches launches, int warmTexts) throws InterruptedException {
        start(launches, null, warmTexts);
        Answer.Warm first = warm;
        if (process != null && first != null && first.choice() != null) {
            close();
            start(launches, first.choice(), warmTexts);
        }
    }

    private void start(Launches launches, @Nullable String choice, int warmTexts)
            throws InterruptedException {
        try {
            process = launches.start(name, choice);
        } catch (IOException e) {
            failure = String.valueOf(e.getMessage());
            return;
        }
        started = true;
        ready = ask(EngineProcess::ready).orElse(null);
        warm = ask(running -> running.warm(warmTexts)).orElse(null);
    }

    /** One pass; empty when it is out. */
    Optional<Answer.Measured> pass() {
        Optional<Answer.Measured> pass = ask(EngineProcess::pass);
        pass.ifPresent(passes::add);
        return pass;
    }

    /** Keeps all vectors of the last pass, if it has any. */
    void noteVectors(int texts, Path work) {
        ask(running -> running.vectors(texts, work.resolve(name + ".vectors")))
                .filter(found -> found.length > 0)
                .ifPresent(found -> vectors = found);
    }

    /** What was kept; empty when there is nothing. */
    Optional<float[][]> vectors() {
        return Optional.ofNullable(vectors);
    }

    void compared(Cosines found) {
        cosines = found;
    }

    /** Notes its peak of memory; the last thing before it is closed. */
    void noteMemory() {
        OptionalLong peak = ask(EngineProcess::peakBytes).orElse(OptionalLong.empty());
        peak.ifPresent(bytes -> peakBytes = Math.max(bytes, peakBytes == null ? bytes : peakBytes));
    }

    private <T> Optional<T> ask(Request<T> request) {
        if (process == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(request.to(process));
        } catch (IOException e) {
            failure = String.valueOf(e.getMessage());
            close();
            return Optional.empty();
        }
    }

    String name() {
        return name;
    }

    /** Why it is out; null: it is not. */
    @Nullable String failure() {
        return failure;
    }

    /** What it runs with, and how long it took to load. */
    String describe() {
        return failure != null
                ? "not run: " + failure
                : "ready in %.1f s + %.1f s; %s"
                        .formatted(
                                ready == null ? 0 : ready.librarySeconds(),
                                ready == null ? 0 : ready.loadSeconds(),
                                warm == null ? "" : warm.setting());
    }

    EngineResult result() {
        return new EngineResult(
                name,
                started,
                failure,
                ready,
                warm == null ? null : warm.setting(),
                List.copyOf(passes),
                peakBytes,
                cosines);
    }

    @Override
    public void close() {
        EngineProcess ending = process;
        process = null;
        if (ending != null) {
            try {
                ending.close();
            } catch (IOException e) {
                failure = failure == null ? String.valueOf(e.getMessage()) : failure;
            }
        }
    }
}
