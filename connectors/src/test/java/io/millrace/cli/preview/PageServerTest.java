package io.millrace.cli.preview;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.net.URI;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
@SuppressWarnings("NullAway.Init") // JUnit sets what is set before each test
class PageServerTest {
    private volatile String asked = "";
    private volatile Live.State state = Live.State.RUNNING;
    private PageServer server;
    private int port;

    @BeforeEach
    void start() throws IOException {
        server = PageServer.start(0, this::watch);
        port = URI.create(server.url()).getPort();
    }

    @AfterEach
    void stop() throws InterruptedException {
        server.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "127.0.0.1", "[::1]"})
    void answersToItsOwnNames(String name) throws IOException {
        assertThat(get(name + ":" + port, "/")).startsWith("HTTP/1.1 200").contains("<title>");
        assertThat(get(name, "/page.js")).contains("text/javascript").contains("EventSource");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"evil.example", "localhost.evil.example", "evil.example:80", "10.0.0.1"})
    void answersToNoOtherName(String name) throws IOException {
        assertThat(get(name, "/")).startsWith("HTTP/1.1 403").doesNotContain("<title>");
        assertThat(get(name, "/events")).startsWith("HTTP/1.1 403").doesNotContain("data:");
    }

    @Test
    void pageMayLoadFromHereOnlyAndNobodyElseMayReadIt() throws IOException {
        assertThat(get("localhost", "/"))
                .containsIgnoringCase("Content-Security-Policy: default-src 'self';")
                .containsIgnoringCase("X-Content-Type-Options: nosniff")
                .containsIgnoringCase("Cross-Origin-Resource-Policy: same-origin")
                .doesNotContainIgnoringCase("Access-Control");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/nothing", "/../demo/messages.jsonl", "/PageServer.class", "/index.html/"})
    void hasNothingButThePage(String path) throws IOException {
        assertThat(get("localhost", path)).startsWith("HTTP/1.1 404");
    }

    @Test
    void onlyReads() throws IOException {
        assertThat(request("POST", "localhost", "/")).startsWith("HTTP/1.1 405");
    }

    @Test
    void listensOnNoOtherAddressOfThisMachine() throws IOException {
        List<InetAddress> others =
                NetworkInterface.networkInterfaces()
                        .flatMap(NetworkInterface::inetAddresses)
                        .filter(address -> !address.isLoopbackAddress())
                        .toList();
        for (InetAddress other : others) {
            assertThatThrownBy(() -> new Socket(other, port).close())
                    .isInstanceOf(ConnectException.class);
        }
    }

    @Test
    void pageIsToldAgainAndAgainAndOfTheEnd() throws Exception {
        try (Socket socket = new Socket("localhost", port)) {
            send(socket, "GET", "localhost", "/events?q=%3Cb%3E%20%26%20x%2By");
            BufferedReader lines = lines(socket);

            assertThat(event(lines).at("/job/state").textValue()).isEqualTo("RUNNING");
            assertThat(event(lines).at("/job/state").textValue()).isEqualTo("RUNNING");
            assertThat(asked).isEqualTo("<b> & x+y");
            state = Live.State.FAILED;
            server.close();

            JsonNode last = event(lines);
            while (!last.at("/job/state").textValue().equals("FAILED")) {
                last = event(lines);
            }
            assertThat(lines.lines()).noneMatch(line -> line.startsWith("data:"));
        }
    }

    private Supplier<Live> watch(String query) {
        asked = query;
        return () ->
                new Live(
                        "run",
                        new Live.Job(state, null, "a → b", List.of("a"), "b", null),
                        new Live.Totals(0, 0, 0, 0, 0, 0),
                        List.of(),
                        List.of(),
                        null,
                        null);
    }

    private static JsonNode event(BufferedReader lines) throws IOException {
        String line = lines.readLine();
        while (!line.startsWith("data: ")) {
            line = lines.readLine();
        }
        return new ObjectMapper().readTree(line.substring("data: ".length()));
    }

    private String get(String host, String path) throws IOException {
        return request("GET", host, path);
    }

    private String request(String method, String host, String path) throws IOException {
        try (Socket socket = new Socket("localhost", port)) {
            send(socket, method, host, path);
            return new String(socket.getInputStream().readAllBytes(), UTF_8);
        }
    }

    private static void send(Socket socket, String method, String host, String path)
            throws IOException {
        socket.getOutputStream()
                .write(
                        "%s %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n"
                                .formatted(method, path, host)
                                .getBytes(UTF_8));
    }

    private static BufferedReader lines(Socket socket) throws IOException {
        return new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8));
    }
}
