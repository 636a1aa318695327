package io.millrace.it.bench.report;

import io.millrace.it.bench.measure.Cosines;
import io.millrace.it.bench.measure.Statistics;
import io.millrace.it.bench.measure.TextLengths;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * All that a run showed, also what is written as JSON.
 *
 * @param command that was run
 * @param date when
 * @param machine where
 * @param versions of what took part
 * @param model its name and revision
 * @param modelBytes of its files
 * @param texts where they are from
 * @param lengths of the texts
 * @param operationsPerPass that the real tokens of all texts need; null: not counted for this
 *     architecture
 * @param reference the engine that others' vectors were compared with
 * @param engines in the order of {@code --engines}
 */
public record Report(
        String command,
        String date,
        HostDescription machine,
        List<String> versions,
        String model,
        long modelBytes,
        String texts,
        TextLengths lengths,
        @Nullable Double operationsPerPass,
        String reference,
        List<EngineResult> engines) {
    private static final double MEGABYTE = 1e6;
    private static final double GIGA = 1e9;

    /** As Markdown. */
    public String markdown() {
        StringBuilder text = new StringBuilder();
        text.append("## ").append(model).append("\n\n");
        text.append(table()).append('\n');
        text.append(ratios()).append('\n');
        text.append(settings()).append('\n');
        engines.stream()
                .filter(engine -> engine.failure() != null)
                .forEach(
                        engine ->
                                text.append("- ")
                                        .append(engine.name())
                                        .append(engine.hasRun() ? " ended early: " : " not run: ")
                                        .append(engine.failure())
                                        .append('\n'));
        text.append(about());
        return text.toString();
    }

    private String table() {
        Markdown table =
                new Markdown(
                        "engine",
                        "tokens/s",
                        "spread",
                        "texts/s",
                        "x " + reference,
                        "of peak",
                        "GFLOP/s",
                        "peak MB",
                        "library s",
                        "model s",
                        "smallest cosine");
        List<Double> base = find(reference).map(EngineResult::tokensPerSecond).orElseGet(List::of);
        for (EngineResult engine : engines) {
            if (engine.hasRun()) {
                table.row(engine.isPeak() ? peakRow(engine) : row(engine, base));
            }
        }
        return table.toString();
    }

    private static List<String> peakRow(EngineResult engine) {
        Statistics rate = Statistics.of(engine.operationsPerSecond());
        return List.of(
                engine.name(),
                "",
                percent(rate.spread()),
                "",
                "",
                "",
                number(rate.median() / GIGA, 0));
    }

    private List<String> row(EngineResult engine, List<Double> base) {
        Statistics rate = Statistics.of(engine.tokensPerSecond());
        List<String> row = new ArrayList<>();
        row.add(engine.name());
        row.add(number(rate.median(), 0));
        row.add(percent(rate.spread()));
        row.add(number(engine.textsPerSecond().median(), 0));
        row.add(
                base.isEmpty()
                        ? ""
                        : number(Statistics.ofRatios(engine.tokensPerSecond(), base).median(), 2));
        row.add(utilisation(engine).map(Report::percent).orElse(""));
        row.add(
                operationsPerPass == null
                        ? ""
                        : number(
                                Statistics.of(operationsPerSecond(engine, operationsPerPass))
                                                .median()
                                        / GIGA,
                                0));
        row.add(engine.peakBytes() == null ? "" : number(engine.peakBytes() / MEGABYTE, 0));
        row.add(engine.ready() == null ? "" : number(engine.ready().librarySeconds(), 1));
        row.add(engine.ready() == null ? "" : number(engine.ready().loadSeconds(), 1));
        row.add(Optional.ofNullable(engine.cosines()).map(Report::cosine).orElse(""));
        return row;
    }

    /** Of the peak in the same precision and, so that neighbours hit both, the same round. */
    private Optional<Double> utilisation(EngineResult engine) {
        Optional<List<Double>> peak =
                find("peak-" + engine.precision())
                        .filter(EngineResult::hasRun)
                        .map(EngineResult::operationsPerSecond);
        if (operationsPerPass == null || peak.isEmpty()) {
            return Optional.empty();
        }
        List<Double> reached = operationsPerSecond(engine, operationsPerPass);
        return Optional.of(Statistics.ofRatios(reached, peak.get()).median());
    }

    private static List<Double> operationsPerSecond(EngineResult engine, double operations) {
        return engine.passes().stream().map(pass -> operations / pass.seconds()).toList();
    }

    /** Ours against each other engine of the same precision, and through Kafka against bare. */
    private String ratios() {
        Markdown table = new Markdown("ratio, round by round", "median", "least", "most");
        for (EngineResult engine : engines) {
            if (!engine.hasRun() || engine.isPeak() || engine.name().startsWith("millrace-")) {
                continue;
            }
            Optional<EngineResult> ours =
                    find("millrace-" + engine.precision()).filter(EngineResult::hasRun);
            if (ours.isEmpty()) {
                continue;
            }
            boolean kafka = engine.name().startsWith("kafka-");
            EngineResult over = kafka ? engine : ours.get();
            EngineResult under = kafka ? ours.get() : engine;
            Statistics ratio = Statistics.ofRatios(over.tokensPerSecond(), under.tokensPerSecond());
            table.row(
                    List.of(
                            over.name() + " / " + under.name(),
                            number(ratio.median(), 2),
                            number(ratio.least(), 2),
                            number(ratio.most(), 2)));
        }
        return table.toString();
    }

    private String settings() {
        StringBuilder text = new StringBuilder();
        for (EngineResult engine : engines) {
            if (engine.setting() != null) {
                text.append("- ").append(engine.name()).append(": ").append(engine.setting());
                if (engine.ready() != null) {
                    text.append(" (").append(engine.ready().version()).append(')');
                }
                text.append('\n');
            }
        }
        return text.toString();
    }

    private String about() {
        StringBuilder text = new StringBuilder();
        text.append("- machine: ").append(machine.describe()).append('\n');
        text.append(
                "- texts: %s; %s texts, %s tokens; tokens a text: mean %s, p50 %d, p95 %d%n"
                        .formatted(
                                texts,
                                number(lengths.texts(), 0),
                                number((double) lengths.tokens(), 0),
                                number(lengths.mean(), 1),
                                lengths.p50(),
                                lengths.p95()));
        text.append(
                "- model: %s, %s MB of files%n".formatted(model, number(modelBytes / MEGABYTE, 0)));
        text.append(
                operationsPerPass == null
                        ? "- of peak: not told, as operations are counted for encoders like BERT only\n"
                        : "- of peak: the operations that the real tokens need (%s G for all texts), padding being waste, by the second, over those of peak-* in the same round\n"
                                .formatted(number(operationsPerPass / GIGA, 0)));
        text.append("- cosines: against %s, all texts that both have%n".formatted(reference));
        text.append("- versions: ").append(String.join(", ", versions)).append('\n');
        text.append("- ").append(date).append(": `").append(command).append("`\n");
        return text.toString();
    }

    private Optional<EngineResult> find(String name) {
        return engines.stream().filter(engine -> engine.name().equals(name)).findFirst();
    }

    private static String cosine(Cosines cosines) {
        // Rounded down: 0.99995 is not 1.
        return String.format(
                Locale.ROOT, "%.5f", Math.floor(cosines.smallest() * 100_000) / 100_000);
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.0f %%", 100 * share);
    }

    private static String number(double value, int digits) {
        return String.format(Locale.ROOT, "%,." + digits + "f", value);
    }
}
