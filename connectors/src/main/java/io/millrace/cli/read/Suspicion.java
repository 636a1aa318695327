package io.millrace.cli.read;

import java.util.Optional;
import java.util.regex.Pattern;

/** Whether an input looks like something else than it is read as. */
final class Suspicion {
    private static final Pattern ARRAY = Pattern.compile("(?s)\\s*\\[\\s*[{\"].*");
    private static final Pattern OBJECT = Pattern.compile("(?s)\\s*\\{\\s*(\".*)?");

    private Suspicion() {}

    /**
     * In words, with what to do.
     *
     * @param firstLine what comes before the first line's end
     * @param beginning that and what follows
     */
    static Optional<String> of(LineFormat format, LineReader.Line firstLine, String beginning) {
        if (ARRAY.matcher(beginning).matches()) {
            return Optional.of(
                    "this looks like a JSON array, and each line is read by itself; objects with a"
                            + " 'text', one a line, are expected (jq -c '.[]' makes them)");
        }
        if (format == LineFormat.JSONL || !OBJECT.matcher(beginning).matches()) {
            return Optional.empty();
        }
        InputRecord record = new LineParser(LineFormat.JSONL).parse(firstLine);
        return record != null && record.error() == null
                ? Optional.of(
                        "each line is taken as plain text, braces and all, but looks like JSON with"
                                + " a 'text'; --input-format jsonl reads that")
                : Optional.empty();
    }
}
