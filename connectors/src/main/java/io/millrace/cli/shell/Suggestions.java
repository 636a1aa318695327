package io.millrace.cli.shell;

import java.util.Comparator;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.commons.text.similarity.LevenshteinDistance;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * Says which words were not understood, and which were perhaps meant. Picocli's own suggestions are
 * the options with the same two first letters, so {@code --prot} would not find {@code --port}.
 */
final class Suggestions {
    private static final LevenshteinDistance CHANGES = LevenshteinDistance.getDefaultInstance();

    private Suggestions() {}

    /**
     * A message about words that are no option and no command. A word that is neither may be the
     * end of a secret, so only names are shown, never values.
     */
    static String message(UnmatchedArgumentException e) {
        String first = e.getUnmatched().get(0);
        if (!first.startsWith("-")) {
            Set<String> commands = e.getCommandLine().getSubcommands().keySet();
            return commands.isEmpty()
                    ? "expected options only, found %d other arguments"
                            .formatted(e.getUnmatched().size())
                    : "no such command: '%s'%s".formatted(first, nearest(first, commands));
        }
        Set<String> options = e.getCommandLine().getCommandSpec().optionsMap().keySet();
        return e.getUnmatched().stream()
                .filter(argument -> argument.startsWith("-"))
                .map(argument -> argument.replaceFirst("=.*", ""))
                .map(name -> "unknown option: '%s'%s".formatted(name, nearest(name, options)))
                .collect(Collectors.joining("; "));
    }

    private static String nearest(String word, Set<String> known) {
        int mostChanges = Math.max(1, word.length() / 3);
        Optional<String> nearest =
                known.stream()
                        .filter(candidate -> CHANGES.apply(word, candidate) <= mostChanges)
                        .min(Comparator.comparingInt(candidate -> CHANGES.apply(word, candidate)));
        return nearest.map(name -> ". Did you mean '%s'?".formatted(name)).orElse("");
    }
}
