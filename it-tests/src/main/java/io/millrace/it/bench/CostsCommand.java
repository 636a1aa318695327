package io.millrace.it.bench;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.millrace.cli.shell.ModelArgument;
import io.millrace.it.bench.cost.TokenCost;
import io.millrace.it.bench.cost.TokenCosts;
import io.millrace.it.bench.measure.Operations;
import io.millrace.it.bench.report.HostDescription;
import io.millrace.it.bench.report.Markdown;
import io.millrace.model.ModelException;
import io.millrace.model.encode.Encoder;
import io.millrace.model.encode.EncoderOptions;
import io.millrace.model.encode.Precision;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code millrace bench costs}. */
@Command(
        name = "costs",
        header = "Measures what a token costs, by the length of its text.",
        description = {
            "",
            "Batches of texts of one length, in each precision, on one core and on all of them."
                    + " Nothing is tokenized. Prints a table and writes it to costs.md and"
                    + " costs.json.",
            ""
        },
        footer = {"", "Examples:", "  millrace bench costs --model all-MiniLM-L6-v2"},
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {
            "0:measured",
            "1:the work failed",
            "2:the arguments or the model directory cannot be used"
        })
final class CostsCommand implements Callable<Integer> {
    @Spec private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--model",
            required = true,
            paramLabel = ModelArgument.LABEL,
            description = ModelArgument.DESCRIPTION)
    private String model = "";

    @Option(
            names = "--tokens",
            split = ",",
            paramLabel = "N",
            defaultValue = "8,16,32,64,128,256,512",
            description =
                    "Lengths of texts; those that the model does not take are left out. Default:"
                            + " ${DEFAULT-VALUE}.")
    private List<Integer> lengths = List.of();

    @Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "3",
            description = "Measurements of each. Default: ${DEFAULT-VALUE}.")
    private int rounds;

    @Option(
            names = "--output",
            paramLabel = "DIR",
            defaultValue = "bench",
            description = "Where the results go. Default: ${DEFAULT-VALUE}.")
    private Path output = Path.of("");

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (rounds < 1 || lengths.stream().anyMatch(tokens -> tokens < 1)) {
            throw new ParameterException(
                    spec.commandLine(), "--rounds and --tokens: expected at least 1");
        }
        PrintWriter err = spec.commandLine().getErr();
        Path directory = ModelArgument.resolve(model, err).directory();
        int cores = Runtime.getRuntime().availableProcessors();
        Map<Precision, Encoder> encoders = new EnumMap<>(Precision.class);
        try {
            encoders.put(Precision.F32, Encoder.open(directory));
            try {
                encoders.put(
                        Precision.BF16,
                        Encoder.open(
                                directory, EncoderOptions.DEFAULT.withPrecision(Precision.BF16)));
            } catch (ModelException e) {
                err.println("bf16 not run: " + e.getMessage());
            }
            List<TokenCost> costs = new TokenCosts(encoders, cores, rounds).measure(lengths);
            String text =
                    table(costs, cores, Operations.of(directory))
                            + "\n- "
                            + HostDescription.here().describe()
                            + "\n";
            Files.createDirectories(output);
            Files.writeString(output.resolve("costs.md"), text);
            Files.writeString(
                    output.resolve("costs.json"),
                    JsonMapper.builder().build().writeValueAsString(costs));
            spec.commandLine().getOut().print(text);
            spec.commandLine().getOut().flush();
            return 0;
        } finally {
            encoders.values().forEach(Encoder::close);
        }
    }

    private static String table(List<TokenCost> costs, int cores, Optional<Operations> operations) {
        Markdown table =
                new Markdown(
                        "tokens, precision",
                        "us/token, 1 core",
                        "us/token, " + cores + " cores",
                        "times faster",
                        "GFLOP/s, " + cores + " cores");
        for (TokenCost all : costs) {
            if (all.cores() != cores) {
                continue;
            }
            TokenCost one =
                    costs.stream()
                            .filter(
                                    cost ->
                                            cost.cores() == 1
                                                    && cost.tokens() == all.tokens()
                                                    && cost.precision() == all.precision())
                            .findFirst()
                            .orElse(all);
            List<String> row = new ArrayList<>();
            row.add(all.tokens() + ", " + all.precision().key());
            row.add(number(one.microseconds().median()));
            row.add(number(all.microseconds().median()));
            row.add(number(one.microseconds().median() / all.microseconds().median()));
            operations
                    .map(
                            each ->
                                    each.ofText(all.tokens())
                                            / all.tokens()
                                            / all.microseconds().median()
                                            / 1e3)
                    .ifPresent(rate -> row.add(number(rate)));
            table.row(row);
        }
        return table.toString();
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%,.2f", value);
    }
}
