package io.millrace.cli.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * One tab of a Chromium of this machine, spoken to over its DevTools protocol. Remembers what the
 * page asked for and what it complained of.
 */
public final class Browser implements AutoCloseable {
    private static final List<String> NAMES = List.of("chromium", "chromium-browser");
    private static final String LISTENING = "DevTools listening on ws://";
    private static final long PATIENCE_SECONDS = 60;

    private final ObjectMapper json = new ObjectMapper();
    private final AtomicInteger calls = new AtomicInteger();
    private final Map<Integer, CompletableFuture<JsonNode>> answers = new ConcurrentHashMap<>();
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final List<String> complaints = new CopyOnWriteArrayList<>();
    private final Path profile;
    private final Process process;
    private final WebSocket socket;

    private Browser(Path profile, Process process, URI tab) {
        this.profile = profile;
        this.process = process;
        this.socket =
                HttpClient.newHttpClient()
                        .newWebSocketBuilder()
                        .buildAsync(tab, new Listener())
                        .join();
    }

    /** The Chromium on the path, if there is one. */
    public static Optional<Path> installed() {
        return Arrays.stream(System.getenv("PATH").split(":"))
                .flatMap(directory -> NAMES.stream().map(name -> Path.of(directory, name)))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** Starts it, with nothing to show. */
    public static Browser start(Path chromium) throws Exception {
        Path profile = Files.createTempDirectory("millrace-browser-");
        Process process =
                new ProcessBuilder(
                                chromium.toString(),
                                "--headless",
                                "--no-sandbox",
                                "--disable-gpu",
                                "--disable-quic",
                                "--no-first-run",
                                "--disable-background-networking",
                                "--disable-component-update",
                                "--disable-sync",
                                "--hide-scrollbars",
                                "--remote-debugging-port=0",
                                "--user-data-dir=" + profile,
                                "about:blank")
                        .redirectErrorStream(true)
                        .start();
        String address = address(process);
        HttpResponse<String> tabs =
                HttpClient.newHttpClient()
                        .send(
                                HttpRequest.newBuilder(URI.create(address + "/json/list")).build(),
                                HttpResponse.BodyHandlers.ofString());
        for (JsonNode tab : new ObjectMapper().readTree(tabs.body())) {
            if (tab.get("type").textValue().equals("page")) {
                URI socket = URI.create(tab.get("webSocketDebuggerUrl").textValue());
                Browser browser = new Browser(profile, process, socket);
                browser.call("Page.enable", Map.of());
                browser.call("Runtime.enable", Map.of());
                browser.call("Log.enable", Map.of());
                browser.call("Network.enable", Map.of());
                return browser;
            }
        }
        throw new IllegalStateException("expected a tab, found none: " + tabs.body());
    }

    private static String address(Process process) throws IOException {
        BufferedReader lines = process.inputReader(StandardCharsets.UTF_8);
        List<String> said = new ArrayList<>();
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (line.startsWith(LISTENING)) {
                // What it says from here on is not read; it is far less than a pipe holds.
                return "http://" + line.substring(LISTENING.length()).replaceFirst("/.*", "");
            }
            said.add(line);
        }
        throw new IllegalStateException("Chromium ended: " + said);
    }

    /** Goes to a page, in this window and these colours. */
    public void open(String url, int width, int height, boolean dark) {
        call(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", false));
        call(
                "Emulation.setEmulatedMedia",
                Map.of(
                        "features",
                        List.of(
                                Map.of(
                                        "name",
                                        "prefers-color-scheme",
                                        "value",
                                        dark ? "dark" : "light"))));
        call("Page.navigate", Map.of("url", url));
    }

    /** The value of an expression in the page. */
    public JsonNode value(String expression) {
        JsonNode answer =
                call("Runtime.evaluate", Map.of("expression", expression, "returnByValue", true));
        if (answer.has("exceptionDetails")) {
            throw new IllegalStateException(expression + ": " + answer.get("exceptionDetails"));
        }
        return answer.get("result").path("value");
    }

    /** Waits until an expression in the page is true; one that throws is not true yet. */
    public void await(String condition) {
        call(
                "Runtime.evaluate",
                Map.of(
                        "expression",
                        "new Promise(done => { const look = () => { let is = false;"
                                + " try { is = "
                                + condition
                                + "; } catch (e) { is = false; }"
                                + " is ? done() : setTimeout(look, 20); }; look(); })",
                        "awaitPromise",
                        true));
    }

    /** Waits until everything has come to its place. */
    public void awaitStillness() {
        await("document.getAnimations().every(each => !(each instanceof CSSTransition))");
    }

    /** Moves the mouse to the middle of an element. */
    public void pointAt(String selector) {
        JsonNode place =
                value(
                        "(() => { const r = document.querySelector('%s').getBoundingClientRect();"
                                        .formatted(selector)
                                + " return [r.x + r.width / 2, r.y + r.height / 2]; })()");
        call(
                "Input.dispatchMouseEvent",
                Map.of(
                        "type",
                        "mouseMoved",
                        "x",
                        place.get(0).doubleValue(),
                        "y",
                        place.get(1).doubleValue()));
    }

    /** Types into whatever has the focus. */
    public void type(String text) {
        call("Input.insertText", Map.of("text", text));
    }

    /** Presses a key, by its DOM name. */
    public void press(String key) {
        for (String type : List.of("keyDown", "keyUp")) {
            call("Input.dispatchKeyEvent", Map.of("type", type, "key", key, "code", key));
        }
    }

    /** Writes what is seen as PNG. */
    public void picture(Path file) throws IOException {
        JsonNode answer = call("Page.captureScreenshot", Map.of("format", "png"));
        Files.write(file, Base64.getDecoder().decode(answer.get("data").textValue()));
    }

    /** All addresses that pages asked for. */
    public List<String> requests() {
        return requests;
    }

    /** Errors that pages wrote to the console or did not catch. */
    public List<String> complaints() {
        return complaints;
    }

    private JsonNode call(String method, Map<String, ?> parameters) {
        int id = calls.incrementAndGet();
        CompletableFuture<JsonNode> answer = new CompletableFuture<>();
        answers.put(id, answer);
        ObjectNode message = json.createObjectNode().put("id", id).put("method", method);
        message.set("params", json.valueToTree(parameters));
        socket.sendText(message.toString(), true).join();
        return answer.orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join();
    }

    private void received(JsonNode message) {
        CompletableFuture<JsonNode> answer = answers.remove(message.path("id").asInt());
        if (answer != null && message.has("error")) {
            answer.completeExceptionally(new IllegalStateException(message.toString()));
        } else if (answer != null) {
            answer.complete(message.get("result"));
        }
        JsonNode parameters = message.path("params");
        switch (message.path("method").asText()) {
            case "Network.requestWillBeSent" ->
                    requests.add(parameters.at("/request/url").textValue());
            case "Runtime.exceptionThrown" -> complaints.add(parameters.toString());
            case "Runtime.consoleAPICalled" -> complain(parameters, "/type");
            case "Log.entryAdded" -> complain(parameters, "/entry/level");
            default -> {}
        }
    }

    private void complain(JsonNode parameters, String level) {
        if (parameters.at(level).asText().equals("error")) {
            complaints.add(parameters.toString());
        }
    }

    @Override
    public void close() throws Exception {
        socket.abort();
        // Chromium's own script is a process, and so is each of its parts.
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly().waitFor();
        try (Stream<Path> files = Files.walk(profile)) {
            files.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
        }
    }

    private final class Listener implements WebSocket.Listener {
        private final StringBuilder text = new StringBuilder();

        @Override
        public CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
            text.append(part);
            if (last) {
                try {
                    received(json.readTree(text.toString()));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                } finally {
                    text.setLength(0);
                }
            }
            from.request(1);
            return CompletableFuture.completedFuture(null);
        }
    }
}
