package io.millrace.model.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.model.testing.FakeHub;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A Hub that fails and lies. Whatever it does, no wrong byte gets a name in the cache. */
class LyingHubTest extends HubTest {
    private void assertNothingCameOf(String file) throws Exception {
        assertThat(snapshot().resolve(file)).doesNotExist();
        assertThat(blob(file)).doesNotExist();
        assertThat(incomplete(file)).doesNotExist();
    }

    private void assertAllCame() throws Exception {
        assertThat(files(snapshot())).isEqualTo(WANTED);
        for (String file : WANTED) {
            assertThat(snapshot().resolve(file)).hasBinaryContent(hub.content(file));
        }
        assertThat(files(folder().resolve("blobs"))).noneMatch(name -> name.contains("."));
    }

    @Test
    void connectionThatBreaksIsTakenUpWhereItBroke() throws Exception {
        byte[] content = hub.content(WEIGHTS);
        AtomicInteger left = new AtomicInteger(3);
        hub.lie(
                "cdn " + WEIGHTS,
                exchange ->
                        left.getAndDecrement() > 0 && FakeHub.cutOff(exchange, content, 20_000));

        resolve(FakeHub.ID);

        assertAllCame();
        List<String> ranges =
                hub.requests().stream()
                        .filter(request -> request.server().equals("cdn"))
                        .map(FakeHub.Request::range)
                        .toList();
        assertThat(ranges.get(0)).isEmpty();
        assertThat(ranges).last().asString().matches("bytes=[1-9]\\d*-");
        assertThat(pauses).hasSize(3).allMatch(millis -> millis == 1000);
        assertThat(progress).isSorted();
    }

    @Test
    void laterProcessTakesUpWhereAnEarlierOneWasCut() throws Exception {
        byte[] content = hub.content(WEIGHTS);
        Files.createDirectories(folder().resolve("blobs"));
        Files.write(incomplete(WEIGHTS), Arrays.copyOf(content, 1000));

        resolve(FakeHub.ID);

        assertAllCame();
        assertThat(requestLines())
                .contains("cdn GET /blob/model.safetensors bytes=1000-")
                .doesNotContain("cdn GET /blob/model.safetensors");
    }

    @Test
    void wrongBytesOfAnEarlierProcessAreFetchedOnceMore() throws Exception {
        Files.createDirectories(folder().resolve("blobs"));
        Files.write(incomplete(WEIGHTS), new byte[1000]);

        resolve(FakeHub.ID);

        assertAllCame();
    }

    @Test
    void tooManyBytesOfAnEarlierProcessAreThrownAway() throws Exception {
        Files.createDirectories(folder().resolve("blobs"));
        Files.write(incomplete(WEIGHTS), new byte[1 << 20]);

        resolve(FakeHub.ID);

        assertAllCame();
    }

    @Test
    void serverThatIgnoresRangesSendsAllAgain() throws Exception {
        byte[] content = hub.content(WEIGHTS);
        AtomicInteger left = new AtomicInteger(1);
        hub.lie(
                "cdn " + WEIGHTS,
                exchange ->
                        left.getAndDecrement() > 0
                                ? FakeHub.cutOff(exchange, content, 20_000)
                                : FakeHub.sendFile(exchange, content, false));

        resolve(FakeHub.ID);

        assertAllCame();
    }

    @Test
    void serverThatSendsAnotherRangeIsNotBelieved() throws Exception {
        byte[] content = hub.content(WEIGHTS);
        Files.createDirectories(folder().resolve("blobs"));
        Files.write(incomplete(WEIGHTS), Arrays.copyOf(content, 1000));
        hub.lie(
                "cdn " + WEIGHTS,
                exchange -> {
                    if (exchange.getRequestHeaders().getFirst("Range") == null) {
                        return false;
                    }
                    exchange.getResponseHeaders()
                            .set("Content-Range", "bytes 0-9/" + content.length);
                    return FakeHub.send(exchange, 206, Arrays.copyOf(content, 10));
                });

        resolve(FakeHub.ID);

        assertAllCame();
    }

    @Test
    void serverThatAlwaysHangsUpIsGivenUp() throws Exception {
        hub.lie("cdn " + WEIGHTS, exchange -> FakeHub.cutOff(exchange, hub.content(WEIGHTS), 0));

        HubException refused = refusal(FakeHub.ID);

        assertThat(refused.isTemporary()).isTrue();
        assertThat(refused)
                .hasMessageStartingWith(
                        "acme/tiny-bert@%s, model.safetensors cannot be fetched from localhost: "
                                .formatted(FakeHub.COMMIT))
                .hasMessageEndingWith("(attempt 5)")
                .hasMessageNotContaining("s3cret");
        assertThat(pauses).containsExactly(1000L, 2000L, 4000L, 8000L);
        assertThat(snapshot().resolve(WEIGHTS)).doesNotExist();
    }

    @Test
    void serverThatSendsAByteAtATimeIsGivenUpInTheEnd() throws Exception {
        hub.lie("cdn " + WEIGHTS, exchange -> FakeHub.cutOff(exchange, hub.content(WEIGHTS), 1));

        assertThat(refusal(FakeHub.ID)).hasMessageEndingWith("(attempt 100)");
    }

    @Test
    void serverThatStopsInTheMiddleIsLeft() throws Exception {
        environment.put("HF_HUB_DOWNLOAD_TIMEOUT", "1");
        CountDownLatch end = new CountDownLatch(1);
        AtomicInteger left = new AtomicInteger(1);
        hub.lie(
                "cdn " + WEIGHTS,
                exchange -> {
                    if (left.getAndDecrement() <= 0) {
                        return false;
                    }
                    byte[] content = hub.content(WEIGHTS);
                    FakeHub.cutOff(exchange, content, 1000);
                    try {
                        end.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                    return true;
                });

        resolve(FakeHub.ID);
        end.countDown();

        assertAllCame();
        assertThat(requestLines()).contains("cdn GET /blob/model.safetensors bytes=1000-");
    }

    @ParameterizedTest
    @ValueSource(ints = {408, 429, 500, 502, 503, 504})
    void busyServerIsAskedAgain(int status) throws Exception {
        for (String key :
                List.of(
                        "GET main",
                        "HEAD tokenizer.json",
                        "GET tokenizer.json",
                        "cdn " + WEIGHTS)) {
            AtomicInteger left = new AtomicInteger(2);
            hub.lie(
                    key,
                    exchange ->
                            left.getAndDecrement() > 0 && FakeHub.send(exchange, status, "busy"));
        }

        resolve(FakeHub.ID);

        assertAllCame();
        assertThat(pauses).hasSize(8).containsOnly(1000L, 2000L);
    }

    @Test
    void serverSaysHowLongToWait() throws Exception {
        AtomicInteger left = new AtomicInteger(3);
        hub.lie(
                "GET main",
                exchange -> {
                    int seconds = List.of(9999, 7, -5, 0).get(Math.max(0, left.decrementAndGet()));
                    exchange.getResponseHeaders().set("Retry-After", String.valueOf(seconds));
                    return left.get() >= 0 && FakeHub.send(exchange, 429, "");
                });

        resolve(FakeHub.ID);

        assertThat(pauses).containsExactly(0L, 7000L, 60_000L);
    }

    @Test
    void serverThatStaysBusyIsGivenUp() {
        hub.lie("GET main", exchange -> FakeHub.send(exchange, 503, ""));

        HubException refused = refusal(FakeHub.ID);

        assertThat(refused.isTemporary()).isTrue();
        assertThat(refused)
                .hasMessage(
                        "acme/tiny-bert cannot be fetched from localhost: HTTP status 503 (attempt"
                                + " 5)");
    }

    @Test
    void wrongContentIsThrownAway() throws Exception {
        byte[] wrong = hub.content(WEIGHTS);
        wrong[wrong.length - 1] ^= 1;
        hub.lie("cdn " + WEIGHTS, exchange -> FakeHub.sendFile(exchange, wrong, true));

        HubException refused = refusal(FakeHub.ID);

        assertThat(refused.isTemporary()).isFalse();
        assertThat(refused)
                .hasMessage(
                        "acme/tiny-bert@%s, model.safetensors: expected content with the hash %s, found another. What came was thrown away"
                                .formatted(FakeHub.COMMIT, FakeHub.sha256(hub.content(WEIGHTS))));
        assertNothingCameOf(WEIGHTS);
    }

    @Test
    void wrongContentOfASmallFileIsThrownAway() throws Exception {
        byte[] right = hub.content("config.json");
        byte[] wrong =
                new String(right, StandardCharsets.UTF_8)
                        .replace("gelu", "relu")
                        .getBytes(StandardCharsets.UTF_8);
        hub.lie(
                "GET config.json",
                exchange -> {
                    exchange.getResponseHeaders().set("ETag", FakeHub.gitBlob(right));
                    return FakeHub.send(exchange, 200, wrong);
                });

        assertThat(refusal(FakeHub.ID))
                .hasMessageContaining("config.json: expected content with the hash");
        assertThat(snapshot().resolve("config.json")).doesNotExist();
        assertThat(files(folder().resolve("blobs"))).noneMatch(name -> name.contains("."));
    }

    @Test
    void moreThanWasPromisedIsThrownAway() throws Exception {
        byte[] more = Arrays.copyOf(hub.content(WEIGHTS), hub.content(WEIGHTS).length + 1);
        hub.lie("cdn " + WEIGHTS, exchange -> FakeHub.sendFile(exchange, more, true));

        assertThat(refusal(FakeHub.ID)).hasMessageContaining("bytes, found more");
        assertNothingCameOf(WEIGHTS);
    }

    @Test
    void lessThanWasPromisedIsNotEnough() throws Exception {
        byte[] content = hub.content(WEIGHTS);
        byte[] less = Arrays.copyOf(content, content.length - 1);
        hub.lie("cdn " + WEIGHTS, exchange -> FakeHub.send(exchange, 200, less));

        assertThat(refusal(FakeHub.ID))
                .hasMessageContaining(
                        "expected %d bytes, found %d".formatted(content.length, less.length));
        assertThat(blob(WEIGHTS)).doesNotExist();
    }

    @Test
    void moreThanThereIsRoomForIsNotBegun() throws Exception {
        hub.lie(
                "HEAD " + WEIGHTS,
                exchange -> {
                    exchange.getResponseHeaders().set("X-Repo-Commit", FakeHub.COMMIT);
                    exchange.getResponseHeaders()
                            .set("X-Linked-Etag", FakeHub.sha256(hub.content(WEIGHTS)));
                    exchange.getResponseHeaders()
                            .set("X-Linked-Size", String.valueOf(Long.MAX_VALUE));
                    return FakeHub.send(exchange, 302, "");
                });

        assertThat(refusal(FakeHub.ID))
                .hasMessageContaining("expected 9,223,372,036,854,775,807 bytes of free space");
        assertThat(requestLines()).noneMatch(line -> line.startsWith("cdn"));
    }

    @Test
    void fileOfUnknownSizeIsVerifiedAllTheSame() throws Exception {
        hub.lie(
                "HEAD tokenizer.json",
                exchange -> {
                    exchange.getResponseHeaders().set("X-Repo-Commit", FakeHub.COMMIT);
                    exchange.getResponseHeaders()
                            .set("ETag", FakeHub.gitBlob(hub.content("tokenizer.json")));
                    exchange.sendResponseHeaders(200, -1);
                    return true;
                });

        resolve(FakeHub.ID);

        assertAllCame();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../../evil",
                "/etc",
                "a/../../b",
                "..",
                "a\\\\..\\\\b",
                "C:/x",
                "a\\u0000b",
                "./a",
                "a//b"
            })
    void modulesOutsideTheRepositoryAreRefused(String path) throws Exception {
        hub.put("modules.json", "[{\"path\":\"\"},{\"path\":\"%s\"}]".formatted(path));
        hub.put("../../evil/config.json", "{}").put("/etc/config.json", "{}");

        assertThat(refusal(FakeHub.ID))
                .hasMessageContaining("modules.json: expected paths inside the repository, found");
        assertThat(files(directory)).allMatch(name -> name.startsWith("cache/"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../evil.safetensors",
                "/evil.safetensors",
                "a/b.safetensors",
                "evil.bin",
                ""
            })
    void shardsElsewhereAreRefused(String shard) throws Exception {
        hub.remove(WEIGHTS);
        hub.put("model.safetensors.index.json", "{\"weight_map\":{\"a\":\"%s\"}}".formatted(shard));
        hub.put(shard, "evil");

        assertThat(refusal(FakeHub.ID))
                .hasMessageContaining("expected shards (*.safetensors) beside it, found");
        assertThat(requestLines()).noneMatch(line -> line.contains("evil"));
    }

    @Test
    void namesInTheListingAreNeverPaths() throws Exception {
        hub.put("../../../escaped.json", "{}").put("/absolute.json", "{}");

        resolve(FakeHub.ID);

        assertAllCame();
        assertThat(requestLines()).noneMatch(line -> line.matches(".*(escaped|absolute).*"));
    }

    @Test
    void tooManyShardsAreRefused() throws Exception {
        hub.remove(WEIGHTS);
        StringBuilder map = new StringBuilder();
        for (int i = 0; i < 1001; i++) {
            String shard = "s" + i + ".safetensors";
            hub.put(shard, "x");
            map.append(i == 0 ? "" : ",").append("\"t%d\":\"%s\"".formatted(i, shard));
        }
        hub.put("model.safetensors.index.json", "{\"weight_map\":{%s}}".formatted(map));

        assertThat(refusal(FakeHub.ID)).hasMessageContaining("at most 1000 files, found more");
        assertThat(requestLines()).noneMatch(line -> line.startsWith("cdn"));
    }

    @Test
    void shardThatIsNotThereIsTold() {
        hub.remove(WEIGHTS);
        hub.put("model.safetensors.index.json", "{\"weight_map\":{\"a\":\"s.safetensors\"}}");

        assertThat(refusal(FakeHub.ID)).hasMessageContaining("- no s.safetensors");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "<html>",
                "[]",
                "{}",
                "{\"sha\":\"main\"}",
                "{\"sha\":\"../../../../../../../../../../../../etc\"}",
                "{\"sha\":null}",
                "{\"sha\":\"0123456789abcdef0123456789abcdef0123456\"}"
            })
    void listingThatIsNoneIsRefused(String listing) {
        hub.listing(listing);

        assertThat(refusal(FakeHub.ID)).hasMessageEndingWith("Is HF_ENDPOINT that of a Hub?");
        assertThat(cache).doesNotExist();
    }

    @Test
    void anotherCommitThanWasAskedForIsRefused() {
        hub.listing("{\"sha\":\"%s\"}".formatted("f".repeat(40)));

        assertThat(refusal(FakeHub.ID + "@" + FakeHub.COMMIT))
                .hasMessageContaining("expected that commit, found commit ffff");
    }

    @Test
    void listingWithoutEndIsRefused() {
        hub.listing("{\"sha\":\"" + "x".repeat(33 << 20));

        assertThat(refusal(FakeHub.ID)).hasMessageContaining("an answer of at most");
    }

    @Test
    void fileOfAnotherCommitIsRefused() {
        hub.lie(
                "HEAD config.json",
                exchange -> {
                    exchange.getResponseHeaders().set("X-Repo-Commit", "f".repeat(40));
                    exchange.getResponseHeaders().set("ETag", "0".repeat(40));
                    return FakeHub.send(exchange, 200, "");
                });

        assertThat(refusal(FakeHub.ID)).hasMessageContaining("config.json with X-Repo-Commit 0123");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"../../evil\"", "\"abc-12\"", "", "0123"})
    void etagThatIsNoHashIsRefused(String etag) throws Exception {
        hub.lie(
                "HEAD config.json",
                exchange -> {
                    exchange.getResponseHeaders().set("X-Repo-Commit", FakeHub.COMMIT);
                    exchange.getResponseHeaders().set("ETag", etag);
                    return FakeHub.send(exchange, 200, "");
                });

        assertThat(refusal(FakeHub.ID)).hasMessageContaining("a git blob id as its ETag");
        assertThat(files(directory)).allMatch(name -> name.startsWith("cache/"));
    }

    @Test
    void fileThatChangesBetweenAttemptsIsRefused() throws Exception {
        byte[] content = hub.content(WEIGHTS);
        byte[] other = new byte[content.length];
        AtomicInteger left = new AtomicInteger(1);
        hub.lie(
                "cdn " + WEIGHTS,
                exchange -> {
                    hub.put(WEIGHTS, other);
                    return left.getAndDecrement() > 0 && FakeHub.cutOff(exchange, content, 20_000);
                });

        assertThat(refusal(FakeHub.ID)).hasMessageContaining("a file changed while it was fetched");
        hub.put(WEIGHTS, content);
        assertNothingCameOf(WEIGHTS);
    }

    @Test
    void contentThatChangesBetweenAttemptsIsThrownAway() throws Exception {
        byte[] content = hub.content(WEIGHTS);
        AtomicInteger left = new AtomicInteger(1);
        hub.lie(
                "cdn " + WEIGHTS,
                exchange ->
                        left.getAndDecrement() > 0
                                ? FakeHub.cutOff(exchange, content, 20_000)
                                : FakeHub.sendFile(exchange, new byte[content.length], true));

        assertThat(refusal(FakeHub.ID)).hasMessageContaining("expected content with the hash");
        assertNothingCameOf(WEIGHTS);
    }

    @Test
    void redirectsInACircleEnd() {
        hub.lie(
                "GET main",
                exchange -> {
                    exchange.getResponseHeaders()
                            .set("Location", exchange.getRequestURI().toString());
                    return FakeHub.send(exchange, 307, "");
                });

        assertThat(refusal(FakeHub.ID)).hasMessageContaining("found more than 10 redirects");
    }

    @Test
    void renamedModelIsFollowedOnTheSameHost() throws Exception {
        hub.requireToken("hf_s3cret");
        environment.put("HF_TOKEN", "hf_s3cret");
        hub.lie(
                "GET old",
                exchange -> {
                    exchange.getResponseHeaders()
                            .set("Location", "/api/models/acme/tiny-bert/revision/main");
                    return FakeHub.send(exchange, 307, "");
                });

        assertThat(resolve(FakeHub.ID + "@old")).isEqualTo(snapshot());
    }

    @Test
    void redirectToAnotherHostGetsNoToken() {
        environment.put("HF_TOKEN", "hf_s3cret");
        hub.lie(
                "GET main",
                exchange -> {
                    exchange.getResponseHeaders().set("Location", hub.cdnEndpoint() + "/blob/x");
                    return FakeHub.send(exchange, 307, "");
                });
        hub.lie("cdn x", exchange -> FakeHub.send(exchange, 404, ""));

        refusal(FakeHub.ID);

        assertThat(hub.requests())
                .filteredOn(request -> request.server().equals("cdn"))
                .isNotEmpty()
                .allMatch(request -> request.authorization().isEmpty());
    }

    @ParameterizedTest
    @ValueSource(strings = {"file:///etc/passwd", "ftp://localhost/x", "", "http://", "ht tp://x"})
    void redirectToNowhereIsRefused(String location) {
        hub.lie(
                "GET main",
                exchange -> {
                    exchange.getResponseHeaders().set("Location", location);
                    return FakeHub.send(exchange, 302, "");
                });

        assertThat(refusal(FakeHub.ID).getMessage())
                .matches("localhost: expected (a redirect|an address) to .*");
    }

    @Test
    void fileThatIsListedAndNotThereIsTold() {
        hub.lie("HEAD config.json", exchange -> FakeHub.error(exchange, 404, "EntryNotFound"));

        assertThat(refusal(FakeHub.ID))
                .hasMessage("acme/tiny-bert has no file config.json at " + FakeHub.COMMIT);
    }

    @Test
    void modulesThatAreNoJsonAreTold() throws Exception {
        hub.put("modules.json", "not json");

        assertThat(refusal(FakeHub.ID)).hasMessageContaining("modules.json: expected JSON");
    }

    @Test
    void partOfAnInterruptedFetchStays() throws Exception {
        byte[] content = hub.content(WEIGHTS);
        AtomicInteger left = new AtomicInteger(1);
        hub.lie(
                "cdn " + WEIGHTS,
                exchange ->
                        left.getAndDecrement() > 0
                                ? FakeHub.cutOff(exchange, content, 20_000)
                                : FakeHub.send(exchange, 503, ""));

        assertThat(refusal(FakeHub.ID).isTemporary()).isTrue();

        Path part = incomplete(WEIGHTS);
        assertThat(part).exists();
        assertThat(Files.readAllBytes(part)).isEqualTo(Arrays.copyOf(content, 20_000));
        hub.repent();
        resolve(FakeHub.ID);
        assertAllCame();
        assertThat(requestLines()).contains("cdn GET /blob/model.safetensors bytes=20000-");
    }
}
