package io.millrace.cli.read;

import java.util.Locale;

/** What a line of the input is. */
public enum LineFormat {
    /** A JSON object with a text, and perhaps an id and other fields. */
    JSONL,
    /** The text itself. */
    LINES;

    /** What a file of this name holds, perhaps compressed. */
    public static LineFormat ofFileName(String name) {
        String lowerCase = name.toLowerCase(Locale.ROOT).replaceFirst("\\.(gz|zst)$", "");
        return lowerCase.endsWith(".jsonl") || lowerCase.endsWith(".ndjson") ? JSONL : LINES;
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
