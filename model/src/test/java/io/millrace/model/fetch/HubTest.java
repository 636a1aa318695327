package io.millrace.model.fetch;

import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.millrace.model.testing.FakeHub;
import io.millrace.model.testing.Golden;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A Hub on this machine, with a real model, and an empty cache. No pause is real. */
abstract class HubTest {
    static final String WEIGHTS = "model.safetensors";

    /** Everything that a reader of the model looks at. */
    static final List<String> WANTED =
            List.of(
                    "1_Pooling/config.json",
                    "2_Normalize/config.json",
                    "config.json",
                    "config_sentence_transformers.json",
                    WEIGHTS,
                    "modules.json",
                    "sentence_bert_config.json",
                    "tokenizer.json",
                    "tokenizer_config.json");

    @TempDir Path directory;

    final Map<String, String> environment = new HashMap<>();
    final List<Long> pauses = new ArrayList<>();
    final List<String> notes = new ArrayList<>();
    final List<Long> progress = new ArrayList<>();
    FakeHub hub;
    Path cache;

    final FetchListener listener =
            new FetchListener() {
                @Override
                public void note(String message) {
                    notes.add(message);
                }

                @Override
                public void begin(String model, int files, long bytes) {
                    notes.add("begin %s %d %d".formatted(model, files, bytes));
                }

                @Override
                public void at(long bytes) {
                    progress.add(bytes);
                }

                @Override
                public void end() {
                    notes.add("end");
                }
            };

    @BeforeEach
    @SuppressWarnings("NullAway.Init") // JUnit calls it before each test
    void startHub() throws IOException {
        hub = FakeHub.start().putAll(Golden.of("bert-mean").directory());
        hub.remove("expected.json");
        hub.put("pytorch_model.bin", "pickle").put("evil.py", "import os").put("README.md", "#");
        hub.put("onnx/model.onnx", "onnx").put("onnx/config.json", "{}");
        cache = directory.resolve("cache");
        environment.put("HF_ENDPOINT", hub.endpoint());
        environment.put("HF_HUB_CACHE", cache.toString());
    }

    @AfterEach
    void stopHub() {
        hub.close();
    }

    ModelHub modelHub() {
        return new ModelHub(environment, pauses::add);
    }

    Path resolve(String model) throws InterruptedException {
        return modelHub().resolve(model, listener).directory();
    }

    /** What a model that cannot be had is refused with. */
    HubException refusal(String model) {
        HubException refused =
                catchThrowableOfType(
                        HubException.class, () -> modelHub().resolve(model, FetchListener.NONE));
        if (refused == null) {
            throw new AssertionError("not refused");
        }
        return refused;
    }

    Path folder() {
        return cache.resolve("models--acme--tiny-bert");
    }

    Path snapshot() {
        return folder().resolve("snapshots").resolve(FakeHub.COMMIT);
    }

    Path blob(String file) {
        return folder().resolve("blobs").resolve(FakeHub.sha256(hub.content(file)));
    }

    Path incomplete(String file) {
        return folder().resolve("blobs").resolve(FakeHub.sha256(hub.content(file)) + ".incomplete");
    }

    /** Files and links below a directory, sorted. */
    static List<String> files(Path root) throws IOException {
        if (!Files.exists(root)) {
            return List.of();
        }
        try (Stream<Path> paths = Files.walk(root)) {
            return paths.filter(path -> !Files.isDirectory(path))
                    .map(path -> root.relativize(path).toString())
                    .sorted()
                    .toList();
        }
    }

    List<String> requestLines() {
        return hub.requests().stream().map(FakeHub.Request::line).toList();
    }
}
