package io.millrace.kafka.options;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Which client properties must never be shown. */
final class Secrets {
    static final String HIDDEN = "******";

    /** Parts of names of properties whose values are, or may hold, a secret. */
    private static final List<String> MARKS =
            List.of(
                    "password",
                    "secret",
                    "token",
                    "jaas",
                    "credential",
                    "authorization",
                    "assertion",
                    "private",
                    "basic.auth",
                    "user.info",
                    "keystore",
                    "truststore",
                    "apikey",
                    "api.key",
                    "api-key",
                    "access.key",
                    "access-key");

    private Secrets() {}

    static boolean isSecret(String property) {
        String name = property.toLowerCase(Locale.ROOT);
        return MARKS.stream().anyMatch(name::contains);
    }

    /** The names, sorted, with each value that may be a secret hidden. */
    static Map<String, String> redact(Map<String, String> properties) {
        Map<String, String> shown = new TreeMap<>();
        properties.forEach((name, value) -> shown.put(name, isSecret(name) ? HIDDEN : value));
        return shown;
    }
}
