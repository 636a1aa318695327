package io.millrace.model.testing;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A small Hugging Face Hub: one repository at one commit, large files behind a redirect to another
 * host. Honest, except where a test makes it lie.
 */
public final class FakeHub implements AutoCloseable {
    public static final String ID = "acme/tiny-bert";
    public static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";

    static {
        // Or each answer waits 40 ms for the client to acknowledge its headers.
        System.setProperty("sun.net.httpserver.nodelay", "true");
    }

    private final HttpServer hub;
    private final HttpServer cdn;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Map<String, byte[]> files = new TreeMap<>();
    private final Map<String, Lie> lies = new ConcurrentHashMap<>();
    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private volatile Optional<String> token = Optional.empty();
    private volatile Optional<String> listing = Optional.empty();

    /** What came. */
    public record Request(
            String server, String method, String path, String authorization, String range) {
        /** Without what is secret or changes. */
        public String line() {
            return server + " " + method + " " + path + (range.isEmpty() ? "" : " " + range);
        }
    }

    /** An answer that is not the honest one. */
    @FunctionalInterface
    public interface Lie {
        /**
         * Answers, or not.
         *
         * @return whether it did; if not, the honest answer is given
         */
        boolean tell(HttpExchange exchange) throws IOException;
    }

    private FakeHub() throws IOException {
        this.hub = server("hub", this::hub);
        this.cdn = server("cdn", this::cdn);
    }

    /** An empty repository. */
    public static FakeHub start() throws IOException {
        FakeHub fake = new FakeHub();
        fake.hub.start();
        fake.cdn.start();
        return fake;
    }

    private HttpServer server(String name, Lie honest) throws IOException {
        HttpServer server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", exchange -> answer(name, honest, exchange));
        return server;
    }

    private void answer(String name, Lie honest, HttpExchange exchange) throws IOException {
        try (exchange) {
            Headers headers = exchange.getRequestHeaders();
            String path = exchange.getRequestURI().getPath();
            Request request =
                    new Request(
                            name,
                            exchange.getRequestMethod(),
                            path,
                            Optional.ofNullable(headers.getFirst("Authorization")).orElse(""),
                            Optional.ofNullable(headers.getFirst("Range")).orElse(""));
            requests.add(request);
            String file = path.substring(path.lastIndexOf('/') + 1);
            for (String key : List.of(request.method() + " " + file, name + " " + file)) {
                Lie lie = lies.get(key);
                if (lie != null && lie.tell(exchange)) {
                    return;
                }
            }
            honest.tell(exchange);
        }
    }

    public String endpoint() {
        return "http://localhost:" + hub.getAddress().getPort();
    }

    public String cdnEndpoint() {
        return "http://localhost:" + cdn.getAddress().getPort();
    }

    /** Adds a file. */
    public FakeHub put(String name, byte[] content) {
        files.put(name, content.clone());
        return this;
    }

    /** Adds a file. */
    public FakeHub put(String name, String content) {
        return put(name, content.getBytes(StandardCharsets.UTF_8));
    }

    /** Adds every file of a directory. */
    public FakeHub putAll(Path directory) throws IOException {
        try (Stream<Path> paths = Files.walk(directory)) {
            paths.filter(Files::isRegularFile)
                    .forEach(
                            path -> {
                                try {
                                    put(
                                            directory.relativize(path).toString(),
                                            Files.readAllBytes(path));
                                } catch (IOException e) {
                                    throw new UncheckedIOException(e);
                                }
                            });
        }
        return this;
    }

    public void remove(String name) {
        files.remove(name);
    }

    public byte[] content(String name) {
        return Objects.requireNonNull(files.get(name)).clone();
    }

    /** Asks for this token from now on. */
    public void requireToken(String value) {
        token = Optional.of(value);
    }

    /** Says this of the repository from now on. */
    public void listing(String json) {
        listing = Optional.of(json);
    }

    /**
     * Lies about a file from now on.
     *
     * @param key {@code GET FILE} or {@code HEAD FILE} for both hosts, {@code hub FILE} or {@code
     *     cdn FILE} for one; FILE is the last part of the path
     */
    public void lie(String key, Lie lie) {
        lies.put(key, lie);
    }

    /** Is honest again. */
    public void repent() {
        lies.clear();
    }

    public List<Request> requests() {
        return List.copyOf(requests);
    }

    public void forgetRequests() {
        requests.clear();
    }

    private boolean hub(HttpExchange exchange) throws IOException {
        if (token.isPresent()
                && !("Bearer " + token.get())
                        .equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
            return error(exchange, 401, "RepoNotFound");
        }
        String path = exchange.getRequestURI().getPath();
        String api = "/api/models/" + ID + "/revision/";
        String resolve = "/" + ID + "/resolve/" + COMMIT + "/";
        if (path.startsWith(api)) {
            String revision = path.substring(api.length());
            return List.of("main", "v1", "refs/pr/1", COMMIT).contains(revision)
                    ? send(exchange, 200, listing.orElseGet(this::honestListing))
                    : error(exchange, 404, "RevisionNotFound");
        }
        if (!path.startsWith(resolve)) {
            return error(exchange, 401, "RepoNotFound");
        }
        String name = path.substring(resolve.length());
        byte[] content = files.get(name);
        exchange.getResponseHeaders().set("X-Repo-Commit", COMMIT);
        if (content == null) {
            return error(exchange, 404, "EntryNotFound");
        }
        if (name.endsWith(".safetensors")) {
            Headers headers = exchange.getResponseHeaders();
            headers.set("X-Linked-Etag", "\"" + sha256(content) + "\"");
            headers.set("X-Linked-Size", String.valueOf(content.length));
            headers.set("Location", cdnEndpoint() + "/blob/" + name + "?signature=s3cret");
            return send(exchange, 302, "");
        }
        exchange.getResponseHeaders().set("ETag", "\"" + gitBlob(content) + "\"");
        return sendFile(exchange, content, true);
    }

    private boolean cdn(HttpExchange exchange) throws IOException {
        String name = exchange.getRequestURI().getPath().substring("/blob/".length());
        exchange.getResponseHeaders().set("ETag", "\"of-the-cdn\"");
        return sendFile(exchange, content(name), true);
    }

    private String honestListing() {
        return files.keySet().stream()
                .map(name -> "{\"rfilename\":\"" + name + "\"}")
                .collect(
                        Collectors.joining(
                                ",", "{\"sha\":\"" + COMMIT + "\",\"siblings\":[", "]}"));
    }

    /** Sends a file, or the rest of it where that is asked for and this server knows how. */
    public static boolean sendFile(HttpExchange exchange, byte[] content, boolean ranges)
            throws IOException {
        String range = exchange.getRequestHeaders().getFirst("Range");
        if (!ranges || range == null) {
            return send(exchange, 200, content);
        }
        int from = Integer.parseInt(range.replaceAll("\\D", ""));
        if (from >= content.length) {
            return send(exchange, 416, "");
        }
        exchange.getResponseHeaders()
                .set(
                        "Content-Range",
                        "bytes %d-%d/%d".formatted(from, content.length - 1, content.length));
        return send(exchange, 206, Arrays.copyOfRange(content, from, content.length));
    }

    /** Promises a whole file, sends the first bytes of what was asked for, and hangs up. */
    public static boolean cutOff(HttpExchange exchange, byte[] content, int bytes)
            throws IOException {
        String range = exchange.getRequestHeaders().getFirst("Range");
        int from = range == null ? 0 : Integer.parseInt(range.replaceAll("\\D", ""));
        if (from > 0) {
            exchange.getResponseHeaders()
                    .set(
                            "Content-Range",
                            "bytes %d-%d/%d".formatted(from, content.length - 1, content.length));
        }
        exchange.sendResponseHeaders(from == 0 ? 200 : 206, content.length - from);
        OutputStream body = exchange.getResponseBody();
        body.write(content, from, Math.min(bytes, content.length - from));
        body.flush();
        return true; // closing the exchange closes the connection, as bytes are missing
    }

    public static boolean error(HttpExchange exchange, int status, String code) throws IOException {
        exchange.getResponseHeaders().set("X-Error-Code", code);
        return send(exchange, status, "");
    }

    public static boolean send(HttpExchange exchange, int status, String body) throws IOException {
        return send(exchange, status, body.getBytes(StandardCharsets.UTF_8));
    }

    public static boolean send(HttpExchange exchange, int status, byte[] body) throws IOException {
        if (exchange.getRequestMethod().equals("HEAD")) {
            exchange.getResponseHeaders().set("Content-Length", String.valueOf(body.length));
            exchange.sendResponseHeaders(status, -1);
        } else {
            exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
            exchange.getResponseBody().write(body);
        }
        return true;
    }

    public static String sha256(byte[] content) {
        return HexFormat.of().formatHex(digest("SHA-256").digest(content));
    }

    /** What git calls this content. */
    public static String gitBlob(byte[] content) {
        MessageDigest digest = digest("SHA-1");
        digest.update(("blob " + content.length + "\0").getBytes(StandardCharsets.US_ASCII));
        return HexFormat.of().formatHex(digest.digest(content));
    }

    private static MessageDigest digest(String algorithm) {
        try {
            return MessageDigest.getInstance(algorithm);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        hub.stop(0);
        cdn.stop(0);
        threads.shutdownNow();
    }
}
