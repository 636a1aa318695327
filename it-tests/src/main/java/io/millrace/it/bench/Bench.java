package io.millrace.it.bench;

import io.millrace.cli.Millrace;
import io.millrace.it.bench.latency.LatencyCommand;
import io.millrace.it.bench.micro.MicroCommand;
import picocli.CommandLine;

/** The command line with the bench in it: what the launcher starts for {@code millrace bench}. */
public final class Bench {
    private Bench() {}

    /** Runs one command and exits with its status. */
    public static void main(String[] arguments) {
        Millrace.run(Bench::commandLine, arguments);
    }

    static CommandLine commandLine() {
        return Millrace.commandLine(
                new CommandLine(new BenchCommand())
                        .addSubcommand(new CostsCommand())
                        .addSubcommand(new LatencyCommand())
                        .addSubcommand(new MicroCommand())
                        .addSubcommand(new QualityCommand()));
    }
}
