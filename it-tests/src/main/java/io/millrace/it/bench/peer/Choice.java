package io.millrace.it.bench.peer;

/**
 * What a peer runs with.
 *
 * @param file the model's form, by its file's name
 * @param callers threads that call the session, each with a batch of its own
 * @param threads of the library, for each call
 * @param rows of one batch
 */
record Choice(String file, int callers, int threads, int rows) {
    private static final String SEPARATOR = ",";

    static Choice parse(String text) {
        String[] parts = text.split(SEPARATOR, 4);
        return new Choice(
                parts[3],
                Integer.parseInt(parts[0]),
                Integer.parseInt(parts[1]),
                Integer.parseInt(parts[2]));
    }

    /** The same with batches of so many texts. */
    Choice withRows(int texts) {
        return new Choice(file, callers, threads, texts);
    }

    /** Whether both need the same session. */
    boolean sharesSession(Choice other) {
        return withRows(other.rows()).equals(other);
    }

    @Override
    public String toString() {
        return String.join(
                SEPARATOR,
                Integer.toString(callers),
                Integer.toString(threads),
                Integer.toString(rows),
                file);
    }

    /** For people. */
    String describe() {
        return "%s; %d %s with %d %s each; %d texts a batch, sorted by length"
                .formatted(
                        file,
                        callers,
                        callers == 1 ? "caller" : "callers",
                        threads,
                        threads == 1 ? "thread" : "threads",
                        rows);
    }
}
