package io.millrace.model.fetch;

import java.io.IOException;
import java.net.ProxySelector;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What the environment says about the Hub, in the variables of Python's {@code huggingface_hub}.
 *
 * @param endpoint where the Hub is, without a slash at its end
 * @param cache the folder of {@code models--org--name} folders
 * @param token who asks; empty: nobody in particular
 * @param offline whether nothing may be asked for
 * @param links whether files of a snapshot are links to blobs; otherwise they are files
 * @param timeout how long a server may be silent
 * @param proxies which way requests go
 */
record HubSettings(
        URI endpoint,
        Path cache,
        Optional<Token> token,
        boolean offline,
        boolean links,
        Duration timeout,
        ProxySelector proxies) {
    private static final String ENDPOINT = "HF_ENDPOINT";
    private static final String DEFAULT_ENDPOINT = "https://huggingface.co";
    private static final int DEFAULT_TIMEOUT_SECONDS = 30;
    private static final Set<String> TRUE = Set.of("1", "on", "yes", "true");

    static HubSettings of(Map<String, String> environment) {
        Variables variables = new Variables(environment);
        Path home =
                variables
                        .path("HF_HOME")
                        .orElseGet(
                                () ->
                                        variables
                                                .path("XDG_CACHE_HOME")
                                                .orElseGet(() -> userHome().resolve(".cache"))
                                                .resolve("huggingface"));
        Path cache =
                variables
                        .path("HF_HUB_CACHE")
                        .or(() -> variables.path("HUGGINGFACE_HUB_CACHE"))
                        .orElseGet(() -> home.resolve("hub"));
        boolean offline =
                variables
                        .get("HF_HUB_OFFLINE")
                        .or(() -> variables.get("TRANSFORMERS_OFFLINE"))
                        .map(HubSettings::isTrue)
                        .orElse(false);
        return new HubSettings(
                endpoint(variables),
                cache.toAbsolutePath().normalize(),
                offline ? Optional.empty() : token(variables, home),
                offline,
                !variables.flag("HF_HUB_DISABLE_SYMLINKS"),
                timeout(variables),
                EnvironmentProxies.of(environment));
    }

    private static URI endpoint(Variables variables) {
        String text = variables.get(ENDPOINT).orElse(DEFAULT_ENDPOINT).replaceAll("/+$", "");
        try {
            URI endpoint = new URI(text);
            boolean http =
                    "https".equals(endpoint.getScheme()) || "http".equals(endpoint.getScheme());
            if (http
                    && endpoint.getHost() != null
                    && endpoint.getRawUserInfo() == null
                    && endpoint.getRawQuery() == null
                    && endpoint.getRawFragment() == null) {
                return endpoint;
            }
        } catch (URISyntaxException e) {
            // Told below, without the value: it may hold a password.
        }
        throw HubException.lasting(
                ENDPOINT
                        + ": expected https://HOST, perhaps with a path, and no password; found"
                        + " something else");
    }

    private static Optional<Token> token(Variables variables, Path home) {
        if (variables.flag("HF_HUB_DISABLE_IMPLICIT_TOKEN")) {
            return Optional.empty();
        }
        Optional<Token> given =
                variables
                        .get("HF_TOKEN")
                        .or(() -> variables.get("HUGGING_FACE_HUB_TOKEN"))
                        .flatMap(value -> Token.of(value, "HF_TOKEN"));
        if (given.isPresent()) {
            return given;
        }
        Path file = variables.path("HF_TOKEN_PATH").orElseGet(() -> home.resolve("token"));
        try {
            return Token.of(Files.readString(file), file.toString());
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw HubException.lasting(
                    "%s: expected a readable file with a token, found %s"
                            .formatted(file, e.getClass().getSimpleName()));
        }
    }

    private static Duration timeout(Variables variables) {
        String name = "HF_HUB_DOWNLOAD_TIMEOUT";
        String seconds = variables.get(name).orElse(String.valueOf(DEFAULT_TIMEOUT_SECONDS));
        try {
            long count = Long.parseLong(seconds);
            if (count > 0 && count <= Integer.MAX_VALUE) {
                return Duration.ofSeconds(count);
            }
        } catch (NumberFormatException e) {
            // Told below.
        }
        throw HubException.lasting("%s: expected seconds, found %s".formatted(name, seconds));
    }

    private static boolean isTrue(String value) {
        return TRUE.contains(value.toLowerCase(Locale.ROOT));
    }

    private static Path userHome() {
        return Path.of(System.getProperty("user.home", ""));
    }

    /** The environment; an empty variable is none, as in Python's {@code or}. */
    private record Variables(Map<String, String> environment) {
        Optional<String> get(String name) {
            return Optional.ofNullable(environment.get(name)).filter(value -> !value.isEmpty());
        }

        boolean flag(String name) {
            return get(name).map(HubSettings::isTrue).orElse(false);
        }

        Optional<Path> path(String name) {
            return get(name)
                    .map(
                            value ->
                                    value.equals("~") || value.startsWith("~/")
                                            ? userHome().resolve(value.replaceFirst("~/?", ""))
                                            : Path.of(value));
        }
    }
}
