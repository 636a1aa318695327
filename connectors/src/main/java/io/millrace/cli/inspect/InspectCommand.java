package io.millrace.cli.inspect;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.millrace.cli.shell.Failures;
import io.millrace.cli.shell.ModelArgument;
import io.millrace.flink.options.EncodeOptions;
import io.millrace.kafka.arguments.ConfigOptionArguments;
import io.millrace.model.ModelException;
import io.millrace.model.encode.Attention;
import io.millrace.model.encode.EncoderOptions;
import io.millrace.model.fetch.HubException;
import io.millrace.model.fetch.ResolvedModel;
import io.millrace.model.read.ModelDirectory;
import io.millrace.model.tokenize.TextException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.flink.configuration.ConfigOption;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code millrace inspect}. */
@Command(
        name = "inspect",
        header = "Tells what a model directory is, and whether it runs here.",
        customSynopsis = "millrace inspect --model=DIR|ORG/NAME [OPTION]...",
        description = {
            "",
            "Reads the directory, loads the model and runs it for a moment. Of a directory that"
                    + " cannot be run, tells everything that is wrong with it.",
            ""
        },
        footer = {
            "",
            "Examples:",
            "  millrace inspect --model all-MiniLM-L6-v2",
            "  millrace inspect --model all-MiniLM-L6-v2 --json | jq .dimension",
            "  millrace inspect --model all-MiniLM-L6-v2 --attention \"The river turns the wheel.\""
        },
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {"0:the model runs", "2:it does not, or the arguments cannot be used"})
public final class InspectCommand implements Callable<Integer> {
    private static final ObjectMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    private static final List<ConfigOption<?>> OPTIONS =
            List.of(EncodeOptions.MODEL, EncodeOptions.ADAPTER, EncodeOptions.PRECISION);

    private final ConfigOptionArguments arguments = new ConfigOptionArguments();

    @Spec private CommandSpec spec = CommandSpec.create();

    @Option(names = "--json", description = "Write a JSON object.")
    private boolean json;

    @Option(
            names = "--attention",
            paramLabel = "TEXT",
            description = {
                "Instead, write what the tokens of this text attend to, in each layer and head:",
                "attention.json and, to be looked at in a browser, attention.html."
            })
    private @Nullable String attention;

    @Option(
            names = "--output",
            paramLabel = "DIR",
            defaultValue = ".",
            description = "Where --attention writes. Default: ${DEFAULT-VALUE}")
    private Path output = Path.of("");

    private InspectCommand() {}

    /** The command, to be added to its parent. */
    public static CommandLine create() {
        InspectCommand inspect = new InspectCommand();
        CommandLine command = new CommandLine(inspect);
        inspect.arguments.addGroup(
                command.getCommandSpec(), "Encoding", EncodeOptions.class, OPTIONS);
        return command;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        PrintWriter out = spec.commandLine().getOut();
        EncodeOptions given = arguments.read(spec.commandLine(), EncodeOptions::from);
        try {
            ResolvedModel resolved =
                    ModelArgument.resolve(
                            given.model(), given.encoder().adapter(), spec.commandLine().getErr());
            EncoderOptions options = given.encoder().withAdapter(resolved.adapterDirectory());
            ModelDirectory model = open(resolved);
            String merged = resolved.adapter().map(ResolvedModel::name).orElse(null);
            if (attention != null) {
                writeAttention(model, options, attention)
                        .forEach(file -> out.println("wrote " + file));
                return 0;
            }
            Trial trial = Trial.of(resolved.directory(), options);
            if (json) {
                out.println(JSON.writeValueAsString(Description.forMachines(model, trial, merged)));
            } else {
                out.println(model.id());
                Description.forPeople(model, trial, merged)
                        .forEach((title, line) -> out.printf("  %-14s%s%n", title, line));
            }
            return 0;
        } catch (ModelException e) {
            if (!json) {
                throw e;
            }
            return refuse(given.model(), e.problems(), out);
        } catch (HubException e) {
            if (!json || e.isTemporary()) {
                throw e;
            }
            return refuse(given.model(), List.of(String.valueOf(e.getMessage())), out);
        }
    }

    private static ModelDirectory open(ResolvedModel resolved) {
        return resolved.adapter()
                .map(other -> ModelDirectory.open(resolved.directory(), other.directory()))
                .orElseGet(() -> ModelDirectory.open(resolved.directory()));
    }

    private List<Path> writeAttention(ModelDirectory model, EncoderOptions options, String text)
            throws IOException {
        Attention weights;
        try {
            weights = Attention.of(model.path(), options, text);
        } catch (TextException e) {
            throw new ParameterException(spec.commandLine(), "--attention: " + e.getMessage(), e);
        }
        if (weights.weights().length == 0) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--attention: expected a model whose attention is a weight for each pair of"
                            + " tokens, found one that computes none");
        }
        return AttentionFiles.write(output, model.id(), model.revision(), weights);
    }

    private static int refuse(String name, List<String> problems, PrintWriter out)
            throws IOException {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("path", name);
        fields.put("runs", false);
        fields.put("problems", problems);
        out.println(JSON.writeValueAsString(fields));
        return Failures.UNUSABLE;
    }
}
