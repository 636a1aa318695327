package io.millrace.cli.preview;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves the page and, as server-sent events, what it is told twice a second. Listens on this
 * machine's own address only, and answers only to its own names: a page of another site whose name
 * was made to lead here learns nothing.
 */
final class PageServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PageServer.class);

    private static final Map<String, String> TYPES =
            Map.of(
                    "index.html", "text/html; charset=utf-8",
                    "page.css", "text/css; charset=utf-8",
                    "page.js", "text/javascript; charset=utf-8",
                    "charts.js", "text/javascript; charset=utf-8",
                    "map.js", "text/javascript; charset=utf-8",
                    "texts.js", "text/javascript; charset=utf-8",
                    "icon.svg", "image/svg+xml");

    private static final Set<String> OWN_NAMES = Set.of("localhost", "127.0.0.1", "[::1]");
    private static final int OPEN_PAGES = 16;
    private static final int LONGEST_QUERY = 4_000;
    private static final long MILLIS_BETWEEN_EVENTS = 500;
    private static final long LAST_WORDS_MILLIS = 1_000;

    private final HttpServer server;
    private final Function<String, Supplier<Live>> watches;
    private final ObjectMapper json = new ObjectMapper();
    private final ExecutorService threads = Executors.newCachedThreadPool(PageServer::daemon);
    private final Semaphore places = new Semaphore(OPEN_PAGES);
    private final CountDownLatch closing = new CountDownLatch(1);

    private PageServer(HttpServer server, Function<String, Supplier<Live>> watches) {
        this.server = server;
        this.watches = watches;
    }

    private static Thread daemon(Runnable task) {
        Thread thread = new Thread(task, "preview-page");
        thread.setDaemon(true);
        return thread;
    }

    /**
     * Listens.
     *
     * @param watches begins to watch with what a page asks, and tells it something each time
     */
    static PageServer start(int port, Function<String, Supplier<Live>> watches) throws IOException {
        InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        PageServer page = new PageServer(HttpServer.create(address, 0), watches);
        page.server.createContext("/", page::handle);
        page.server.setExecutor(page.threads);
        page.server.start();
        return page;
    }

    String url() {
        return "http://localhost:" + server.getAddress().getPort() + "/";
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            Headers headers = exchange.getResponseHeaders();
            headers.set(
                    "Content-Security-Policy",
                    "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors"
                            + " 'none'");
            headers.set("X-Content-Type-Options", "nosniff");
            headers.set("Cross-Origin-Resource-Policy", "same-origin");
            headers.set("Referrer-Policy", "no-referrer");
            headers.set("Cache-Control", "no-store");
            String host = String.valueOf(exchange.getRequestHeaders().getFirst("Host"));
            String path = exchange.getRequestURI().getPath();
            String file = path.equals("/") ? "index.html" : path.substring(1);
            if (!OWN_NAMES.contains(host.replaceFirst(":\\d+$", ""))) {
                exchange.sendResponseHeaders(403, -1);
            } else if (!exchange.getRequestMethod().equals("GET")) {
                exchange.sendResponseHeaders(405, -1);
            } else if (path.equals("/events")) {
                events(exchange);
            } else if (TYPES.containsKey(file)) {
                send(exchange, file);
            } else {
                exchange.sendResponseHeaders(404, -1);
            }
        }
    }

    private static void send(HttpExchange exchange, String file) throws IOException {
        try (InputStream in = PageServer.class.getResourceAsStream(file)) {
            if (in == null) {
                throw new IOException("expected " + file + " on the class path, found none");
            }
            byte[] bytes = in.readAllBytes();
            exchange.getResponseHeaders().set("Content-Type", TYPES.getOrDefault(file, ""));
            exchange.sendResponseHeaders(200, bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }

    private void events(HttpExchange exchange) throws IOException {
        String query = query(exchange.getRequestURI().getQuery());
        if (query.length() > LONGEST_QUERY) {
            exchange.sendResponseHeaders(414, -1);
        } else if (!places.tryAcquire()) {
            exchange.sendResponseHeaders(503, -1);
        } else {
            try {
                tell(exchange, watches.apply(query));
            } finally {
                places.release();
            }
        }
    }

    private void tell(HttpExchange exchange, Supplier<Live> watch) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
        exchange.sendResponseHeaders(200, 0);
        OutputStream out = exchange.getResponseBody();
        out.write("retry: 1000\n\n".getBytes(UTF_8));
        try {
            do {
                write(out, watch.get());
            } while (!closing.await(MILLIS_BETWEEN_EVENTS, TimeUnit.MILLISECONDS));
            write(out, watch.get());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            LOG.debug("A page has gone", e);
        }
    }

    /** One event: JSON is written without line breaks. */
    private void write(OutputStream out, Live live) throws IOException {
        out.write(("data: " + json.writeValueAsString(live) + "\n\n").getBytes(UTF_8));
        out.flush();
    }

    /** What comes after {@code q=}, the only parameter there is. */
    private static String query(@Nullable String parameters) {
        return parameters == null || !parameters.startsWith("q=") ? "" : parameters.substring(2);
    }

    /** Tells open pages for the last time, and stops. */
    @Override
    public void close() throws InterruptedException {
        closing.countDown();
        threads.shutdown();
        boolean unused = threads.awaitTermination(LAST_WORDS_MILLIS, TimeUnit.MILLISECONDS);
        server.stop(0);
    }
}
