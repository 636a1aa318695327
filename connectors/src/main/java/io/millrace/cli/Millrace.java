package io.millrace.cli;

import io.millrace.cli.bench.BenchCommand;
import io.millrace.cli.broker.BrokerCommand;
import io.millrace.cli.demo.DemoCommand;
import io.millrace.cli.embed.EmbedCommand;
import io.millrace.cli.inspect.InspectCommand;
import io.millrace.cli.run.RunCommand;
import io.millrace.cli.shell.Failures;
import io.millrace.cli.shell.Versions;
import java.util.List;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The command line: {@code millrace COMMAND}. */
@Command(
        name = "millrace",
        header = "Transformer encoders inside Apache Flink: text in, vectors out.",
        synopsisSubcommandLabel = "COMMAND",
        versionProvider = Versions.class,
        mixinStandardHelpOptions = true,
        scope = ScopeType.INHERIT,
        commandListHeading = "%nCommands:%n",
        footer = {"", "'millrace COMMAND --help' tells about one command."})
public final class Millrace implements Runnable {
    private static final String VERBOSE = "--verbose";
    private static final String VERBOSE_PATTERN =
            "%d{HH:mm:ss.SSS} %-5level %logger{1}: %msg%n%throwable";
    private static final int HELP_WIDTH = 100;

    @Spec private CommandSpec spec = CommandSpec.create();

    @Option(
            names = VERBOSE,
            scope = ScopeType.INHERIT,
            description = "Show what happens inside, and the stack of a failure.")
    @SuppressWarnings("unused") // main reads it before picocli does; here for the help text
    private boolean verbose;

    private Millrace() {}

    /** Runs one command and exits with its status. */
    public static void main(String[] arguments) {
        run(Millrace::commandLine, arguments);
    }

    /** The same with commands that are made after logging is set up. */
    public static void run(Supplier<CommandLine> commands, String... arguments) {
        // Read when the first logger is made, so before any class that has one.
        System.setProperty("log4j2.configurationFile", "io/millrace/cli/log4j2.properties");
        if (List.of(arguments).contains(VERBOSE)) {
            System.setProperty("millrace.log.own", "debug");
            System.setProperty("millrace.log.others", "info");
            System.setProperty("millrace.log.pattern", VERBOSE_PATTERN);
        }
        System.exit(commands.get().execute(arguments));
    }

    /** All commands, as {@link #main} runs them. */
    static CommandLine commandLine() {
        return commandLine(new CommandLine(new BenchCommand()));
    }

    /**
     * The same with a bench that can run.
     *
     * @param bench the command of this name
     */
    public static CommandLine commandLine(CommandLine bench) {
        CommandLine commands =
                new CommandLine(new Millrace())
                        .addSubcommand(EmbedCommand.create())
                        .addSubcommand(DemoCommand.create())
                        .addSubcommand(RunCommand.create())
                        .addSubcommand(InspectCommand.create())
                        .addSubcommand(new BrokerCommand())
                        .addSubcommand(bench);
        commands.setCaseInsensitiveEnumValuesAllowed(true).setUsageHelpWidth(HELP_WIDTH);
        return Failures.install(commands);
    }

    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getErr());
        throw new ParameterException(spec.commandLine(), "expected a command, found none");
    }
}
