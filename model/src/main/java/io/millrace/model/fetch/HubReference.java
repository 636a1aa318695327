package io.millrace.model.fetch;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A model of the Hub as a user names it: {@code org/name[@revision]}.
 *
 * @param id {@code org/name}
 * @param revision a branch, a tag or a commit
 */
record HubReference(String id, String revision) {
    private static final String DEFAULT_REVISION = "main";
    private static final int REVISION_LENGTH_MAX = 255;
    private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}");

    // As huggingface_hub has it: letters, digits, "-", "_", "."; beginning and ending with \w.
    private static final String NAME = "\\b[\\w.-]{1,96}\\b";
    private static final Pattern REFERENCE =
            Pattern.compile("(?<id>" + NAME + "/" + NAME + ")(@(?<revision>.*))?");
    private static final Pattern REVISION = Pattern.compile("[\\w.+=#%@/-]+");

    /**
     * What a user wrote, if it can be a model of the Hub.
     *
     * @throws HubException when it can, but its revision cannot be one
     */
    static Optional<HubReference> parse(String model) {
        Matcher matcher = REFERENCE.matcher(model);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        String id = matcher.group("id");
        if (id.contains("--") || id.contains("..") || id.endsWith(".git")) {
            return Optional.empty();
        }
        String revision = matcher.group("revision");
        if (revision == null) {
            return Optional.of(new HubReference(id, DEFAULT_REVISION));
        }
        if (!isRevision(revision)) {
            throw HubException.lasting(
                    "%s: expected a branch, a tag or a commit after the @".formatted(model));
        }
        String lower = revision.toLowerCase(Locale.ROOT);
        return Optional.of(new HubReference(id, isCommit(lower) ? lower : revision));
    }

    /** The revision becomes a file's name below {@code refs}, so it must be one. */
    private static boolean isRevision(String revision) {
        return revision.length() <= REVISION_LENGTH_MAX
                && REVISION.matcher(revision).matches()
                && SafeNames.isInside(revision);
    }

    static boolean isCommit(String revision) {
        return COMMIT.matcher(revision).matches();
    }

    /** Whether the revision is a commit, which can never mean anything else later. */
    boolean isCommit() {
        return isCommit(revision);
    }

    /** The same model at this commit. */
    HubReference at(String commit) {
        return new HubReference(id, commit);
    }

    /** With its revision, whatever that is. */
    String full() {
        return id + "@" + revision;
    }

    @Override
    public String toString() {
        return revision.equals(DEFAULT_REVISION) ? id : id + "@" + revision;
    }
}
