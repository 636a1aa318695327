package io.millrace.cli.shell;

import java.util.Comparator;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import picocli.CommandLine.UnmatchedArgumentException;

/** Says which words were not understood, and which were perhaps meant. */
final class Suggestions {
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
                        .filter(candidate -> changes(word, candidate) <= mostChanges)
                        .min(Comparator.comparingInt(candidate -> changes(word, candidate)));
        return nearest.map(name -> ". Did you mean '%s'?".formatted(name)).orElse("");
    }

    /** Levenshtein's distance: letters to add, drop or replace. */
    private static int changes(String from, String to) {
        int[] row = new int[to.length() + 1];
        for (int j = 0; j <= to.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= from.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= to.length(); j++) {
                int replaced = diagonal + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[to.length()];
    }
}
