package io.millrace.kafka;

import io.millrace.flink.options.EncodeOptions;
import io.millrace.kafka.arguments.ConfigOptionArguments;
import io.millrace.kafka.check.UnusableKafkaException;
import io.millrace.kafka.options.KafkaJobOptions;
import io.millrace.model.fetch.HubException;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.UsageMessageSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The command line of the Kafka job, the same for {@code flink run} and for the launcher: every
 * option is made from its {@link org.apache.flink.configuration.ConfigOption}.
 */
public final class KafkaEncodeCommand {
    /** Exit status for arguments or an environment that cannot be used. */
    public static final int UNUSABLE = 2;

    private static final int HELP_WIDTH = 100;

    /** What is done with the options, once they are understood. */
    @FunctionalInterface
    public interface Action {
        /**
         * Does it.
         *
         * @return the exit status
         */
        int run(EncodeOptions encode, KafkaJobOptions kafka) throws Exception;
    }

    private KafkaEncodeCommand() {}

    /**
     * A command that reads the job's options and does something with them; the caller may add
     * options of its own.
     *
     * @param name how it is called, as shown in its help text
     */
    public static CommandLine create(String name, Action action) {
        ConfigOptionArguments arguments = new ConfigOptionArguments();
        CommandSpec[] self = new CommandSpec[1];
        Callable<Integer> call = () -> run(self[0], arguments, action);
        CommandSpec spec = CommandSpec.wrapWithoutInspection(call);
        self[0] = spec;
        spec.name(name)
                .addOption(
                        OptionSpec.builder("-h", "--help")
                                .usageHelp(true)
                                .description("Show this help and exit.")
                                .build());
        arguments.addGroup(spec, "Kafka", KafkaJobOptions.class, KafkaJobOptions.ALL);
        arguments.addGroup(spec, "Encoding", EncodeOptions.class, EncodeOptions.ALL);
        describe(spec.usageMessage(), name);
        return new CommandLine(spec)
                .setUsageHelpLongOptionsMaxWidth(32)
                .setParameterExceptionHandler((e, args) -> refuse(e));
    }

    private static int run(CommandSpec spec, ConfigOptionArguments arguments, Action action)
            throws Exception {
        EncodeOptions encode = arguments.read(spec.commandLine(), EncodeOptions::from);
        KafkaJobOptions kafka = arguments.read(spec.commandLine(), KafkaJobOptions::from);
        try {
            return action.run(encode, kafka);
        } catch (UnusableKafkaException | HubException e) {
            spec.commandLine().getErr().println(e.getMessage());
            return UNUSABLE;
        }
    }

    private static int refuse(ParameterException e) {
        CommandLine command = e.getCommandLine();
        String name = command.getCommandSpec().qualifiedName();
        command.getErr().println(message(e));
        command.getErr().printf("See '%s --help'.%n", name);
        return UNUSABLE;
    }

    /**
     * An argument that was not understood may be a secret's end; only an option's name is shown.
     */
    private static String message(ParameterException e) {
        if (e instanceof UnmatchedArgumentException unmatched) {
            List<String> names =
                    unmatched.getUnmatched().stream()
                            .filter(argument -> argument.startsWith("-"))
                            .map(argument -> argument.replaceFirst("=.*", ""))
                            .toList();
            return names.isEmpty()
                    ? "Expected options only, found %d other arguments"
                            .formatted(unmatched.getUnmatched().size())
                    : names.stream()
                            .map(option -> "'" + option + "'")
                            .collect(Collectors.joining(", ", "Unknown option: ", ""));
        }
        return String.valueOf(e.getMessage());
    }

    private static void describe(UsageMessageSpec usage, String name) {
        usage.description(
                "Encodes the texts of a Kafka topic into vectors on another. Keys, headers and timestamps pass"
                        + " through; what gets no vector goes to the dead letters.");
        usage.sortOptions(false).width(HELP_WIDTH);
        usage.synopsisHeading("Usage: ");
        usage.customSynopsis(
                name
                        + " --bootstrap-servers=SERVERS --input-topic=TOPIC --output-topic=TOPIC --model=DIR|ORG/NAME"
                        + " [OPTION]...");
        usage.footerHeading("%nExamples%n");
        usage.footer(
                "  Plain text, JSON out:",
                "    " + name + " --bootstrap-servers localhost:9092 --input-topic texts \\",
                "        --output-topic vectors --create-topics \\",
                "        --model sentence-transformers/all-MiniLM-L6-v2",
                "  JSON in, exactly once, over TLS:",
                "    " + name + " --bootstrap-servers kafka:9093 --input-topic articles \\",
                "        --input-format json --text-field /article/body --output-topic vectors \\",
                "        --delivery exactly-once --properties-file client.properties --model DIR",
                "  Everything that is there now, then end:",
                "    " + name + " ... --start earliest --bounded");
    }
}
