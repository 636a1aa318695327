package io.millrace.model.fetch;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the Hub. Redirects are followed here and not by the HTTP client, because the token is for
 * the Hub's own host and nobody else, and because what the Hub says of a file is in the redirect.
 *
 * <p>Messages show hosts, never whole addresses: those of a content network hold signatures.
 */
final class HubClient {
    private static final Logger LOG = LoggerFactory.getLogger(HubClient.class);

    private static final int REDIRECTS_MAX = 10;
    private static final int LISTING_BYTES_MAX = 32 << 20;
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);
    private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);
    private static final Set<Integer> BUSY = Set.of(408, 429, 500, 502, 503, 504);
    private static final int OK = 200;
    private static final int PARTIAL = 206;
    private static final int RANGE_NOT_SATISFIABLE = 416;

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final HubSettings settings;
    private final Pause pause;
    private final HttpClient http;

    HubClient(HubSettings settings, Pause pause) {
        this.settings = settings;
        this.pause = pause;
        // Over HTTP/1.1 a body that was cut off is told from one that ended.
        this.http =
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .followRedirects(HttpClient.Redirect.NEVER)
                        .connectTimeout(CONNECT_TIMEOUT)
                        .proxy(settings.proxies())
                        .build();
    }

    /**
     * A repository at one commit.
     *
     * @param commit 40 hex digits
     * @param names what files it has, as the server calls them: not to be used as paths
     */
    record Listing(String commit, Set<String> names) {}

    /**
     * What the Hub says of one file.
     *
     * @param etag hash of its content
     * @param size in bytes; empty: not told
     */
    record Metadata(ContentHash etag, OptionalLong size) {}

    /**
     * A file's content on its way; to be closed.
     *
     * @param from position of its first byte in the file
     */
    record Body(InputStream stream, long from) implements AutoCloseable {
        @Override
        public void close() throws IOException {
            stream.close();
        }
    }

    /** Which commit a revision is, and its files. */
    Listing listing(HubReference reference) throws InterruptedException {
        URI uri =
                uri("/api/models/" + reference.id() + "/revision/" + encoded(reference.revision()));
        Attempts attempts = attempts(reference.toString());
        while (true) {
            try {
                HttpResponse<InputStream> response = follow("GET", uri, 0);
                try (InputStream body = response.body();
                        StallGuard guard = new StallGuard(body, settings.timeout())) {
                    requireStatus(reference, Optional.empty(), response, OK);
                    return parse(reference, guard.readAll(LISTING_BYTES_MAX));
                }
            } catch (IOException e) {
                attempts.failed(e);
            }
        }
    }

    private static Listing parse(HubReference reference, byte[] bytes) {
        JsonNode answer;
        try {
            answer = JSON.readTree(bytes);
        } catch (JsonProcessingException e) {
            throw unexpected(reference, "a JSON object about the model", "something else");
        } catch (IOException e) {
            throw new IllegalStateException("the bytes are in memory", e);
        }
        String commit = answer.path("sha").asText().toLowerCase(Locale.ROOT);
        if (!HubReference.isCommit(commit)) {
            throw unexpected(reference, "a commit of 40 hex digits", "another 'sha'");
        }
        if (reference.isCommit() && !commit.equals(reference.revision())) {
            throw unexpected(reference, "that commit", "commit " + commit);
        }
        Set<String> names = new HashSet<>();
        for (JsonNode sibling : answer.path("siblings")) {
            names.add(sibling.path("rfilename").asText());
        }
        return new Listing(commit, names);
    }

    /** What a file at a commit is. */
    Metadata metadata(HubReference reference, String file) throws InterruptedException {
        Attempts attempts = attempts(reference + ", " + file);
        while (true) {
            try {
                HttpResponse<InputStream> response = follow("HEAD", file(reference, file), 0);
                response.body().close();
                if (!REDIRECTS.contains(response.statusCode())) {
                    requireStatus(reference, Optional.of(file), response, OK);
                }
                HttpHeaders headers = response.headers();
                String commit = headers.firstValue("X-Repo-Commit").orElse("none");
                if (!commit.equals(reference.revision())) {
                    throw unexpected(
                            reference,
                            file + " with X-Repo-Commit " + reference.revision(),
                            HubReference.isCommit(commit) ? commit : "another or none");
                }
                return new Metadata(
                        etag(headers)
                                .orElseThrow(
                                        () ->
                                                unexpected(
                                                        reference,
                                                        file
                                                                + " with a SHA-256 or a git blob id as"
                                                                + " its ETag",
                                                        "another or none")),
                        size(headers, response.statusCode()));
            } catch (IOException e) {
                attempts.failed(e);
            }
        }
    }

    /**
     * A file's content.
     *
     * @param from position to begin at; a server may begin at 0 all the same
     * @return empty when the server has nothing from there on
     * @throws IOException when another attempt may help
     */
    Optional<Body> open(HubReference reference, String file, Metadata metadata, long from)
            throws IOException, InterruptedException {
        HttpResponse<InputStream> response = follow("GET", file(reference, file), from, metadata);
        boolean taken = false;
        try {
            if (response.statusCode() == RANGE_NOT_SATISFIABLE) {
                return Optional.empty();
            }
            requireStatus(reference, Optional.of(file), response, OK, PARTIAL);
            if (response.statusCode() == OK) {
                taken = true;
                return Optional.of(new Body(response.body(), 0));
            }
            String range = response.headers().firstValue("Content-Range").orElse("");
            if (!range.startsWith("bytes " + from + "-")) {
                return Optional.empty();
            }
            taken = true;
            return Optional.of(new Body(response.body(), from));
        } finally {
            if (!taken) {
                response.body().close();
            }
        }
    }

    /** A small file's content, not verified: to look into, not to keep. */
    byte[] peek(HubReference reference, String file) throws InterruptedException {
        Attempts attempts = attempts(reference + ", " + file);
        while (true) {
            try {
                HttpResponse<InputStream> response = follow("GET", file(reference, file), 0);
                try (InputStream body = response.body();
                        StallGuard guard = new StallGuard(body, settings.timeout())) {
                    requireStatus(reference, Optional.of(file), response, OK);
                    return guard.readAll(LISTING_BYTES_MAX);
                }
            } catch (IOException e) {
                attempts.failed(e);
            }
        }
    }

    Attempts attempts(String what) {
        return new Attempts(
                "%s cannot be fetched from %s".formatted(what, settings.endpoint().getHost()),
                pause);
    }

    Duration timeout() {
        return settings.timeout();
    }

    /** Follows redirects to an answer that says something; of a HEAD, that may be a redirect. */
    private HttpResponse<InputStream> follow(String method, URI start, long from)
            throws IOException, InterruptedException {
        return follow(method, start, from, null);
    }

    private HttpResponse<InputStream> follow(
            String method, URI start, long from, @Nullable Metadata expected)
            throws IOException, InterruptedException {
        URI uri = start;
        for (int i = 0; i <= REDIRECTS_MAX; i++) {
            HttpResponse<InputStream> response = send(method, uri, from);
            HttpHeaders headers = response.headers();
            if (expected != null && isHub(uri)) {
                Optional<ContentHash> etag = etag(headers);
                if (etag.isPresent() && !etag.get().equals(expected.etag())) {
                    response.body().close();
                    throw HubException.lasting(
                            "%s: a file changed while it was fetched, which cannot be at one commit"
                                    .formatted(start.getPath()));
                }
            }
            boolean redirect = REDIRECTS.contains(response.statusCode());
            boolean told = method.equals("HEAD") && headers.firstValue("X-Linked-Etag").isPresent();
            if (!redirect || told) {
                return response;
            }
            response.body().close();
            uri = target(uri, headers.firstValue("Location").orElse(""));
        }
        throw HubException.lasting(
                "%s: expected a file, found more than %d redirects"
                        .formatted(settings.endpoint().getHost(), REDIRECTS_MAX));
    }

    private HttpResponse<InputStream> send(String method, URI uri, long from)
            throws IOException, InterruptedException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(uri)
                        .method(method, BodyPublishers.noBody())
                        .timeout(settings.timeout())
                        .header("User-Agent", "millrace")
                        .header("Accept-Encoding", "identity");
        if (from > 0) {
            request.header("Range", "bytes=" + from + "-");
        }
        if (isHub(uri)) {
            settings.token()
                    .ifPresent(token -> request.header("Authorization", token.authorization()));
        }
        HttpResponse<InputStream> response =
                http.send(request.build(), BodyHandlers.ofInputStream());
        LOG.debug("{} {} {}: {}", method, uri.getHost(), uri.getPath(), response.statusCode());
        return response;
    }

    private URI target(URI from, String location) {
        URI to;
        try {
            to = from.resolve(location);
        } catch (IllegalArgumentException e) {
            throw HubException.lasting(
                    from.getHost() + ": expected an address to be redirected to, found none");
        }
        boolean secure = "https".equals(to.getScheme());
        // Unencrypted only where the user's own endpoint is.
        boolean allowed =
                secure
                        || ("http".equals(to.getScheme())
                                && "http".equals(settings.endpoint().getScheme()));
        if (location.isEmpty() || to.getHost() == null || !allowed) {
            throw HubException.lasting(
                    from.getHost() + ": expected a redirect to an https address, found another");
        }
        return to;
    }

    private boolean isHub(URI uri) {
        URI hub = settings.endpoint();
        return hub.getScheme().equals(uri.getScheme())
                && hub.getHost().equalsIgnoreCase(uri.getHost())
                && port(hub) == port(uri);
    }

    private static int port(URI uri) {
        int usual = "https".equals(uri.getScheme()) ? 443 : 80;
        return uri.getPort() < 0 ? usual : uri.getPort();
    }

    private static Optional<ContentHash> etag(HttpHeaders headers) {
        return headers.firstValue("X-Linked-Etag")
                .or(() -> headers.firstValue("ETag"))
                .flatMap(ContentHash::ofEtag);
    }

    private static OptionalLong size(HttpHeaders headers, int status) {
        Optional<String> text =
                headers.firstValue("X-Linked-Size")
                        .or(
                                () ->
                                        status == OK
                                                ? headers.firstValue("Content-Length")
                                                : Optional.empty());
        try {
            long size = Long.parseLong(text.orElse(""));
            return size < 0 ? OptionalLong.empty() : OptionalLong.of(size);
        } catch (NumberFormatException e) {
            return OptionalLong.empty();
        }
    }

    private void requireStatus(
            HubReference reference,
            Optional<String> file,
            HttpResponse<?> response,
            int... expected)
            throws IOException {
        int status = response.statusCode();
        if (Arrays.stream(expected).anyMatch(good -> good == status)) {
            return;
        }
        if (BUSY.contains(status)) {
            throw new Attempts.Busy("HTTP status " + status, retryAfterMillis(response.headers()));
        }
        throw HubException.lasting(explain(reference, file, status, response.headers()));
    }

    private static OptionalLong retryAfterMillis(HttpHeaders headers) {
        try {
            int seconds = Integer.parseInt(headers.firstValue("Retry-After").orElse(""));
            return OptionalLong.of(Duration.ofSeconds(seconds).toMillis());
        } catch (NumberFormatException e) {
            return OptionalLong.empty();
        }
    }

    private String explain(
            HubReference reference, Optional<String> file, int status, HttpHeaders headers) {
        String id = reference.id();
        boolean token = settings.token().isPresent();
        String page = settings.endpoint() + "/" + id;
        return switch (headers.firstValue("X-Error-Code").orElse("")) {
            case "GatedRepo" ->
                    token
                            ? "%s is gated, and the account of this token may not read it: ask for access at %s"
                                    .formatted(id, page)
                            : "%s is gated: accept its terms at %s, then set HF_TOKEN to a token of that account"
                                    .formatted(id, page);
            case "RevisionNotFound" ->
                    "%s has no branch, tag or commit '%s'".formatted(id, reference.revision());
            case "EntryNotFound" ->
                    "%s has no file %s at %s".formatted(id, file.orElse(""), reference.revision());
            default ->
                    switch (status) {
                        case 401, 403, 404 ->
                                "%s: no such directory here, and at %s no such model%s (HTTP status %d). Check the spelling; %s"
                                        .formatted(
                                                reference,
                                                settings.endpoint().getHost(),
                                                token ? " that this token may read" : "",
                                                status,
                                                token
                                                        ? "a private model needs a valid token of an account that may read it"
                                                        : "for a private model, set HF_TOKEN");
                        default ->
                                "%s%s: expected an answer from %s, found HTTP status %d"
                                        .formatted(
                                                reference,
                                                file.map(name -> ", " + name).orElse(""),
                                                settings.endpoint().getHost(),
                                                status);
                    };
        };
    }

    private static HubException unexpected(HubReference reference, String expected, String found) {
        return HubException.lasting(
                "%s: expected %s, found %s. Is HF_ENDPOINT that of a Hub?"
                        .formatted(reference, expected, found));
    }

    private URI file(HubReference reference, String file) {
        String path =
                Arrays.stream(file.split("/"))
                        .map(HubClient::encoded)
                        .collect(Collectors.joining("/"));
        return uri("/%s/resolve/%s/%s".formatted(reference.id(), reference.revision(), path));
    }

    private URI uri(String path) {
        return URI.create(settings.endpoint() + path);
    }

    private static String encoded(String part) {
        return URLEncoder.encode(part, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
