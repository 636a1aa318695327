package io.millrace.model.fetch;

/** Which names may become paths. Slashes part them on every system. */
final class SafeNames {
    private SafeNames() {}

    /** Whether a name stays inside whatever it is resolved against. */
    static boolean isInside(String name) {
        for (String part : name.split("/", -1)) {
            if (part.isEmpty() || part.equals(".") || part.equals("..")) {
                return false;
            }
        }
        return name.chars().noneMatch(SafeNames::isForbidden);
    }

    /** Parts a path on Windows, names a drive or a stream there, or is no letter at all. */
    private static boolean isForbidden(int character) {
        return character == '\\' || character == ':' || Character.isISOControl(character);
    }
}
