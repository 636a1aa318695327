package io.millrace.cli.bench;

import io.millrace.cli.shell.UnusableException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Unmatched;

/**
 * Says where {@code millrace bench} runs: from a checkout, as other engines are no part of the
 * distribution. There the launcher starts it.
 */
@Command(
        name = "bench",
        header = "Measures this and other engines side by side; needs a checkout.",
        description = {
            "",
            "Other engines are no part of the distribution: in a checkout of the sources, './millrace"
                    + " bench --help' builds and tells the rest.",
            ""
        },
        footer = {"", "Examples:", "  ./millrace bench --model all-MiniLM-L6-v2 --texts lines.txt"},
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = "2:it cannot run from here")
public final class BenchCommand implements Callable<Integer> {
    @Unmatched
    @SuppressWarnings("unused") // taken so that none is called unknown
    private final List<String> arguments = new ArrayList<>();

    @Override
    public Integer call() {
        throw new UnusableException(
                "expected a checkout of the sources, where './millrace bench' builds the other"
                        + " engines; this is a distribution without them");
    }
}
