package io.millrace.flink.encode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.flink.testing.ControlledEncoder;
import io.millrace.model.ModelException;
import io.millrace.model.encode.Encoder;
import io.millrace.model.encode.EncoderOptions;
import io.millrace.model.encode.ModelInfo;
import io.millrace.model.encode.Precision;
import io.millrace.model.encode.TokenBatch;
import io.millrace.model.tokenize.Tokenizer;
import io.millrace.model.tokenize.Truncation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class SharedEncoderTest {
    @TempDir private Path directory;

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<ControlledEncoder> loaded = new ArrayList<>();
    private final SharedEncoder.Loader loader = (path, options) -> load();

    @BeforeEach
    void writeModel() throws Exception {
        Files.writeString(directory.resolve("config.json"), "{}");
    }

    @AfterEach
    void stopThreads() {
        threads.shutdownNow();
    }

    @Test
    void oneModelServesAllAndIsFreedWithTheLast() throws Exception {
        SharedEncoder one = open();
        SharedEncoder two = open();
        assertThat(loaded).hasSize(1);
        one.close();
        one.close();
        assertThat(loaded.get(0).closes()).isZero();
        assertThat(two.encode(batch())).hasNumberOfRows(1);
        two.close();
        assertThat(loaded.get(0).closes()).isEqualTo(1);
    }

    @Test
    void afterTheLastItIsLoadedAnew() throws Exception {
        open().close();
        open().close();
        assertThat(loaded).hasSize(2).allMatch(encoder -> encoder.closes() == 1);
    }

    @Test
    void whoComesDuringALoadWaitsForIt() throws Exception {
        CountDownLatch loading = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        Future<SharedEncoder> first =
                threads.submit(
                        () ->
                                SharedEncoder.open(
                                        directory,
                                        EncoderOptions.DEFAULT,
                                        (path, options) -> {
                                            loading.countDown();
                                            await(go);
                                            return load();
                                        }));
        loading.await();
        CompletableFuture<Thread> waiting = new CompletableFuture<>();
        Future<SharedEncoder> second =
                threads.submit(
                        () -> {
                            waiting.complete(Thread.currentThread());
                            return open();
                        });
        awaitBlocked(waiting.get());
        go.countDown();
        first.get().close();
        assertThat(loaded).hasSize(1);
        assertThat(loaded.get(0).closes()).isZero();
        second.get().close();
        assertThat(loaded.get(0).closes()).isEqualTo(1);
    }

    @Test
    void whoWaitsCanBeCancelled() throws Exception {
        CountDownLatch loading = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        Future<SharedEncoder> first =
                threads.submit(
                        () ->
                                SharedEncoder.open(
                                        directory,
                                        EncoderOptions.DEFAULT,
                                        (path, options) -> {
                                            loading.countDown();
                                            await(go);
                                            return load();
                                        }));
        loading.await();
        Thread.currentThread().interrupt();
        assertThatThrownBy(this::open).isInstanceOf(InterruptedException.class);
        go.countDown();
        first.get().close();
        assertThat(loaded.get(0).closes()).isEqualTo(1);
    }

    @Test
    void aFailedLoadIsForgotten() throws Exception {
        assertThatThrownBy(
                        () ->
                                SharedEncoder.open(
                                        directory,
                                        EncoderOptions.DEFAULT,
                                        (path, options) -> {
                                            throw new ModelException(path, List.of("half there"));
                                        }))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("half there");
        open().close();
        assertThat(loaded).hasSize(1);
    }

    /** Never two copies: a model that is being freed is waited for. */
    @Test
    void whoComesWhileItIsFreedWaitsForThat() throws Exception {
        CountDownLatch freeing = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        ControlledEncoder slow = new ControlledEncoder(8);
        SharedEncoder first =
                SharedEncoder.open(
                        directory,
                        EncoderOptions.DEFAULT,
                        (path, options) -> new SlowToClose(slow, freeing, go));
        Future<?> closing = threads.submit(first::close);
        freeing.await();
        CompletableFuture<Thread> waiting = new CompletableFuture<>();
        Future<SharedEncoder> second =
                threads.submit(
                        () -> {
                            waiting.complete(Thread.currentThread());
                            return open();
                        });
        awaitBlocked(waiting.get());
        assertThat(loaded).isEmpty();
        go.countDown();
        closing.get();
        second.get().close();
        assertThat(slow.closes()).isEqualTo(1);
        assertThat(loaded).hasSize(1);
    }

    @Test
    void otherOptionsAreAnotherModel() throws Exception {
        try (SharedEncoder one = open();
                SharedEncoder other =
                        SharedEncoder.open(
                                directory,
                                EncoderOptions.DEFAULT
                                        .withMaxTokens(16)
                                        .withTruncation(Truncation.LEFT),
                                loader)) {
            assertThat(one).isNotSameAs(other);
            assertThat(loaded).hasSize(2);
        }
    }

    @Test
    void anotherPrecisionIsAnotherModel() throws Exception {
        try (SharedEncoder one = open();
                SharedEncoder other =
                        SharedEncoder.open(
                                directory,
                                EncoderOptions.DEFAULT.withPrecision(Precision.BF16),
                                loader)) {
            assertThat(one).isNotSameAs(other);
            assertThat(loaded).hasSize(2);
        }
    }

    @Test
    void replacedFilesAreAnotherModel() throws Exception {
        try (SharedEncoder one = open()) {
            Path file = directory.resolve("config.json");
            Files.delete(file);
            Files.writeString(file, "{ }");
            try (SharedEncoder other = open()) {
                assertThat(one).isNotSameAs(other);
                assertThat(loaded).hasSize(2);
            }
        }
    }

    @Test
    void everyWayToADirectoryIsTheSameModel() throws Exception {
        Path link = directory.resolveSibling(directory.getFileName() + "-link");
        Files.createSymbolicLink(link, directory);
        try (SharedEncoder one = open();
                SharedEncoder other =
                        SharedEncoder.open(link.resolve("."), EncoderOptions.DEFAULT, loader)) {
            assertThat(one).isNotSameAs(other);
            assertThat(loaded).hasSize(1);
        } finally {
            Files.delete(link);
        }
    }

    @Test
    void aLinkThatLeadsNowhereIsNotOurs() throws Exception {
        Files.createSymbolicLink(directory.resolve("old"), directory.resolve("gone"));
        open().close();
        assertThat(loaded).hasSize(1);
    }

    @Test
    void noDirectoryNoModel() {
        Path missing = directory.resolve("missing");
        assertThatThrownBy(() -> SharedEncoder.open(missing, EncoderOptions.DEFAULT, loader))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining(
                        "expected a readable directory, found java.nio.file.NoSuchFileException");
    }

    private SharedEncoder open() throws InterruptedException {
        return SharedEncoder.open(directory, EncoderOptions.DEFAULT, loader);
    }

    private synchronized Encoder load() {
        ControlledEncoder encoder = new ControlledEncoder(8);
        loaded.add(encoder);
        return encoder;
    }

    private static TokenBatch batch() {
        return TokenBatch.pad(List.of(new int[] {1, 2}), 8, 0);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void awaitBlocked(Thread thread) {
        while (thread.getState() == Thread.State.RUNNABLE) {
            Thread.onSpinWait();
        }
    }

    /** Says when it is being closed and waits until it may. */
    private record SlowToClose(Encoder delegate, CountDownLatch freeing, CountDownLatch go)
            implements Encoder {
        @Override
        public ModelInfo info() {
            return delegate.info();
        }

        @Override
        public Tokenizer tokenizer() {
            return delegate.tokenizer();
        }

        @Override
        public float[][] encode(TokenBatch batch) {
            return delegate.encode(batch);
        }

        @Override
        public void close() {
            freeing.countDown();
            await(go);
            delegate.close();
        }
    }
}
