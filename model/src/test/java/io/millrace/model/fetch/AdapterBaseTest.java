package io.millrace.model.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.model.read.ModelDirectory;
import io.millrace.model.testing.FakeHub;
import io.millrace.model.testing.Golden;
import io.millrace.model.testing.ModelCopy;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An adapter is opened, and its base comes from the Hub. */
class AdapterBaseTest extends HubTest {
    private static final String COMMIT = FakeHub.ID + "@" + FakeHub.COMMIT;
    private static final String CONFIG = AdapterBase.FILE;

    @ParameterizedTest
    @ValueSource(strings = {"", "v1", FakeHub.COMMIT})
    void theBaseIsFetchedAtItsRevision(String revision) throws Exception {
        Path adapter = adapter("one-layer", FakeHub.ID, revision);

        ResolvedModel model = modelHub().resolve(adapter.toString(), listener);

        assertThat(model.name()).isEqualTo(COMMIT);
        assertThat(model.directory()).isEqualTo(snapshot());
        assertThat(model.adapter()).contains(new ResolvedModel(adapter, adapter.toString()));
        assertThat(ModelDirectory.open(model.directory(), adapter).files())
                .containsKeys(WEIGHTS, "adapter/adapter_model.safetensors");
        assertThat(modelHub().pin(adapter.toString()))
                .isEqualTo(new PinnedModel(COMMIT, Optional.of(adapter.toString())));
    }

    @Test
    void anotherRevisionThanTheHubHasIsRefused() {
        Path adapter = adapter("one-layer", FakeHub.ID, "v2");

        assertThat(refusal(adapter.toString()))
                .hasMessageStartingWith(
                        "the base of adapter " + adapter + ": acme/tiny-bert has no branch");
        assertThatThrownBy(() -> modelHub().pin(adapter.toString()))
                .hasMessageStartingWith("the base of adapter ");
    }

    @Test
    void offlineNothingIsAsked() throws Exception {
        Path adapter = adapter("sentence-transformers", FakeHub.ID, "");
        environment.put("HF_HUB_OFFLINE", "1");

        assertThat(refusal(adapter.toString())).hasMessageContaining("nothing was fetched");
        assertThat(hub.requests()).isEmpty();

        environment.remove("HF_HUB_OFFLINE");
        modelHub().resolve(FakeHub.ID, FetchListener.NONE);
        environment.put("HF_HUB_OFFLINE", "1");
        assertThat(modelHub().resolve(adapter.toString(), listener).name()).isEqualTo(COMMIT);
    }

    @Test
    void anAdapterOfTheHubIsFetchedAndItsBaseToo() throws Exception {
        putAdapter("acme/none");

        assertThat(refusal(FakeHub.ID))
                .hasMessageStartingWith("the base of adapter acme/tiny-bert: acme/none");
        assertThatThrownBy(() -> modelHub().pin(FakeHub.ID + "@v1"))
                .hasMessageStartingWith("the base of adapter acme/tiny-bert@v1: acme/none");
        assertThat(files(snapshot())).contains(CONFIG, "adapter_model.safetensors");
    }

    @Test
    void anAdapterThatWasAskedForMayBeOneOfTheHub() throws Exception {
        putAdapter("acme/none");
        Path base = Golden.of("bert-mean").directory();

        ResolvedModel model =
                modelHub().resolve(base.toString(), Optional.of(FakeHub.ID), listener);

        assertThat(model.directory()).isEqualTo(base);
        assertThat(model.adapter()).contains(new ResolvedModel(snapshot(), COMMIT));
        assertThat(modelHub().pin("/models/x", Optional.of(FakeHub.ID)))
                .isEqualTo(new PinnedModel("/models/x", Optional.of(COMMIT)));
    }

    /** The reader refuses them, or finds the base inside. */
    @ParameterizedTest
    @ValueSource(strings = {"", "../outside", "/etc", "bert", "org/name@v1", "in/side"})
    void whatIsNoModelOfTheHubIsLeftToTheReader(String base) throws Exception {
        Path adapter = adapter("one-layer", base, "");
        ModelCopy.of("bert-mean", adapter.resolve("in/side"));

        assertThat(modelHub().resolve(adapter.toString(), listener))
                .isEqualTo(new ResolvedModel(adapter, adapter.toString()));
        assertThat(hub.requests()).isEmpty();
    }

    private void putAdapter(String base) throws Exception {
        WANTED.forEach(hub::remove);
        hub.putAll(adapter("one-layer", base, ""));
    }

    private Path adapter(String name, String base, String revision) {
        return ModelCopy.of(Golden.adapter(name), directory.resolve("adapter"))
                .edit(
                        CONFIG,
                        config -> {
                            config.put("base_model_name_or_path", base);
                            config.put("revision", revision.isEmpty() ? null : revision);
                        })
                .directory();
    }
}
