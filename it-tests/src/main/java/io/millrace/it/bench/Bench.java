package io.millrace.it.bench;

import io.millrace.cli.shell.Failures;
import io.millrace.it.bench.latency.LatencyCommand;
import io.millrace.it.bench.micro.MicroCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** What the launcher starts for {@code millrace bench}: the command line's other half. */
@Command(name = "millrace")
public final class Bench {
    private static final int HELP_WIDTH = 100;

    private Bench() {}

    /** Runs {@code bench ...} and exits with its status. */
    public static void main(String[] arguments) {
        // Read when the first logger is made, so before any class that has one.
        System.setProperty("log4j2.configurationFile", "io/millrace/cli/log4j2.properties");
        System.exit(commandLine().execute(arguments));
    }

    static CommandLine commandLine() {
        CommandLine bench =
                new CommandLine(new BenchCommand())
                        .addSubcommand(new CostsCommand())
                        .addSubcommand(new LatencyCommand())
                        .addSubcommand(new MicroCommand());
        CommandLine commands = new CommandLine(new Bench()).addSubcommand(bench);
        commands.setCaseInsensitiveEnumValuesAllowed(true).setUsageHelpWidth(HELP_WIDTH);
        return Failures.install(commands);
    }
}
