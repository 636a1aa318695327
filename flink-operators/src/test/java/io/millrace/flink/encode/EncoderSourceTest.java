package io.millrace.flink.encode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.model.encode.EncoderOptions;
import io.millrace.model.fetch.FetchListener;
import io.millrace.model.fetch.HubException;
import io.millrace.model.fetch.ModelHub;
import io.millrace.model.testing.FakeHub;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.flink.runtime.execution.SuppressRestartsException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a task does with a model of the Hub. */
class EncoderSourceTest {
    private static final Path GOLDEN = Path.of("../model/target/test-classes/golden/bert-mean");

    private static final Path ADAPTER =
            Path.of("../model/target/test-classes/golden-lora/query-value");

    @TempDir Path cache;

    @Test
    void everySubtaskSharesTheModel() throws Exception {
        try (FakeHub fake = FakeHub.start().putAll(GOLDEN)) {
            ModelHub hub = hub(fake);
            String pinned = hub.pin(FakeHub.ID).name();
            Path first = hub.resolve(pinned, FetchListener.NONE).directory();
            fake.close();
            Path second = hub.resolve(pinned, FetchListener.NONE).directory();

            try (SharedEncoder one = SharedEncoder.open(first, EncoderOptions.DEFAULT);
                    SharedEncoder two = SharedEncoder.open(second, EncoderOptions.DEFAULT)) {
                assertThat(one.tokenizer()).isSameAs(two.tokenizer());
                assertThat(one.info().id()).isEqualTo(FakeHub.ID);
                assertThat(one.info().revision()).isEqualTo(FakeHub.COMMIT);
            }
        }
    }

    @Test
    void anAdapterComesWithItsBase() throws Exception {
        Path adapter = cache.resolve("adapter");
        Files.createDirectories(adapter);
        for (String file : List.of("adapter_config.json", "adapter_model.safetensors")) {
            Files.copy(ADAPTER.resolve(file), adapter.resolve(file));
        }
        Path config = adapter.resolve("adapter_config.json");
        Files.writeString(config, Files.readString(config).replace("millrace/tiny", FakeHub.ID));
        try (FakeHub fake = FakeHub.start().putAll(GOLDEN);
                SharedEncoder alone =
                        SharedEncoder.open(adapter.toString(), EncoderOptions.DEFAULT, hub(fake));
                SharedEncoder both =
                        SharedEncoder.open(
                                GOLDEN, EncoderOptions.DEFAULT.withAdapter(ADAPTER.toString()));
                SharedEncoder base = SharedEncoder.open(GOLDEN, EncoderOptions.DEFAULT)) {
            List<String> texts = List.of("The river turns the wheel.");
            assertThat(alone.encode(texts)).isDeepEqualTo(both.encode(texts));
            assertThat(Arrays.deepEquals(alone.encode(texts), base.encode(texts))).isFalse();
        }
    }

    @Test
    void modelThatDoesNotExistFailsTheJobForGood() throws Exception {
        try (FakeHub fake = FakeHub.start()) {
            ModelHub hub = hub(fake);
            EncoderSource source = () -> open(hub, "acme/none");

            assertThatThrownBy(source::openInTask)
                    .isInstanceOf(SuppressRestartsException.class)
                    .hasStackTraceContaining("acme/none: no such directory here");
        }
    }

    @Test
    void hubThatDoesNotAnswerIsTriedAgainByFlink() throws Exception {
        FakeHub fake = FakeHub.start();
        ModelHub hub = hub(fake);
        fake.close();
        EncoderSource source = () -> open(hub, FakeHub.ID);

        assertThatThrownBy(source::openInTask)
                .isInstanceOf(HubException.class)
                .hasMessageContaining("no connection");
    }

    private static SharedEncoder open(ModelHub hub, String model) throws InterruptedException {
        return SharedEncoder.open(
                hub.resolve(model, FetchListener.NONE).directory(), EncoderOptions.DEFAULT);
    }

    private ModelHub hub(FakeHub fake) {
        return ModelHub.of(
                Map.of("HF_ENDPOINT", fake.endpoint(), "HF_HUB_CACHE", cache.toString()));
    }
}
