package io.millrace.model.read;

import io.millrace.model.ModelException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Everything that is wrong with one directory, gathered so that a user hears of it all at once. */
final class Problems {
    /** What comes out of a file is quoted no longer than this. */
    private static final int MAX_LENGTH = 300;

    private static final int MAX_LINES = 100;
    private static final Pattern CONTROL = Pattern.compile("[\\p{Cntrl}\\p{Cs}]");

    private final Path directory;
    private final List<String> lines = new ArrayList<>();
    private final Set<String> settled = new HashSet<>();
    private final @Nullable Problems whole;
    private final String place;
    private int count;

    Problems(Path directory) {
        this(directory, null, "");
    }

    private Problems(Path directory, @Nullable Problems whole, String place) {
        this.directory = directory;
        this.whole = whole;
        this.place = place;
    }

    /** The same, for files in another place than the directory; its name goes before theirs. */
    Problems in(String otherPlace) {
        return new Problems(directory, this, otherPlace);
    }

    void add(String file, String expected, String found) {
        String line =
                "%s: expected %s, found %s"
                        .formatted(printable(file), printable(expected), printable(found));
        if (lines.contains(line)) {
            return; // a key that is read twice is wrong twice
        }
        if (whole != null) {
            whole.add(place + file, expected, found);
            return;
        }
        if (settled.contains(file)) {
            return;
        }
        count++;
        if (lines.size() < MAX_LINES) {
            lines.add(line);
        }
    }

    /** The one thing to say of a file: what else is said of it only follows from that. */
    void addOnly(String file, String expected, String found) {
        if (whole != null) {
            whole.addOnly(place + file, expected, found);
            return;
        }
        add(file, expected, found);
        settled.add(file);
    }

    int count() {
        return whole == null ? count : whole.count();
    }

    /** Names come out of files too: they can be long, and hold what a terminal would obey. */
    private static String printable(String text) {
        String cut = text.length() <= MAX_LENGTH ? text : text.substring(0, MAX_LENGTH) + "…";
        return CONTROL.matcher(cut).replaceAll("�");
    }

    void throwIfAny() {
        if (whole != null) {
            whole.throwIfAny();
        }
        if (!lines.isEmpty()) {
            if (count > lines.size()) {
                lines.add("and %d more".formatted(count - lines.size()));
            }
            throw new ModelException(directory, lines);
        }
    }
}
