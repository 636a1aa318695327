package io.millrace.it.bench.report;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.millrace.it.bench.engine.Answer;
import io.millrace.it.bench.measure.Cosines;
import io.millrace.it.bench.measure.Statistics;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What was seen of one engine.
 *
 * @param name as {@code --engines} has it
 * @param started whether there was anything to start
 * @param failure why it did not run to the end; null: it did
 * @param ready what it said when it had loaded
 * @param setting what it runs with
 * @param passes its measured passes, one a round
 * @param peakBytes the most memory that it had; null: nobody tells
 * @param cosines how near its vectors are to the reference's
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record EngineResult(
        String name,
        boolean started,
        @Nullable String failure,
        Answer.@Nullable Ready ready,
        @Nullable String setting,
        List<Answer.Measured> passes,
        @Nullable Long peakBytes,
        @Nullable Cosines cosines) {
    /** Real tokens a second, round by round. */
    List<Double> tokensPerSecond() {
        return passes.stream().map(pass -> pass.tokens() / pass.seconds()).toList();
    }

    /** Floating point operations a second, round by round; of a measurement of the peak. */
    List<Double> operationsPerSecond() {
        return passes.stream().map(pass -> pass.operations() / pass.seconds()).toList();
    }

    /** Whether it measures the machine and not an encoder. */
    boolean isPeak() {
        return name.startsWith("peak-");
    }

    /** Whether it has at least one measured pass. */
    boolean hasRun() {
        return !passes.isEmpty();
    }

    /** Texts a second. */
    Statistics textsPerSecond() {
        return Statistics.of(passes.stream().map(pass -> pass.texts() / pass.seconds()).toList());
    }

    /** What it computes with: its name says it. */
    String precision() {
        return name.contains("bf16") ? "bf16" : "f32";
    }
}
