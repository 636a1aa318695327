package io.millrace.model.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.model.ModelException;
import io.millrace.model.encode.Encoder;
import io.millrace.model.read.ModelDirectory;
import io.millrace.model.testing.FakeHub;
import io.millrace.model.testing.Golden;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What an honest Hub gives, and what the cache makes of it. */
class ModelHubTest extends HubTest {
    @Test
    void existingPathIsAlwaysThatPath() throws Exception {
        Path local = Files.createDirectories(directory.resolve("acme/tiny-bert"));

        assertThat(modelHub().resolve(local.toString(), listener))
                .isEqualTo(new ResolvedModel(local, local.toString()));
        assertThat(hub.requests()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/no/such",
                "./acme/tiny-bert",
                "../acme/tiny-bert",
                "tiny-bert",
                "a/b/c",
                "acme/",
                "/tiny",
                "acme//tiny",
                "acme/tiny--bert",
                "acme/ti..ny",
                "acme/tiny.git",
                "-acme/tiny",
                "acme/tiny bert"
            })
    void whatCannotBeOnTheHubIsAPath(String model) throws Exception {
        assertThat(resolve(model)).isEqualTo(Path.of(model));
        assertThat(hub.requests()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "../../x", "a/../b", "/etc", "a//b", "a\\b", "a b", "a:b", "x/"})
    void revisionMustBeOne(String revision) {
        assertThat(refusal("acme/tiny-bert@" + revision))
                .hasMessage(
                        "acme/tiny-bert@%s: expected a branch, a tag or a commit after the @"
                                .formatted(revision));
        assertThat(hub.requests()).isEmpty();
    }

    @Test
    void onlyWhatAReaderLooksAtIsFetched() throws Exception {
        Path found = resolve(FakeHub.ID);

        assertThat(found).isEqualTo(snapshot());
        assertThat(files(found)).isEqualTo(WANTED);
        assertThat(requestLines())
                .noneMatch(line -> line.matches(".*(pickle|\\.bin|\\.py|onnx|README).*"));
    }

    @Test
    void vectorsAreThoseOfTheReference() throws Exception {
        Golden.Expected expected = Golden.of("bert-mean").expected();

        try (Encoder encoder = Encoder.open(resolve(FakeHub.ID))) {
            assertThat(encoder.info().id()).isEqualTo(FakeHub.ID);
            assertThat(encoder.info().revision()).isEqualTo(FakeHub.COMMIT);
            float[][] vectors = encoder.encode(expected.texts());
            for (int i = 0; i < vectors.length; i++) {
                assertThat(vectors[i])
                        .containsExactly(
                                expected.embeddings()[i],
                                org.assertj.core.data.Offset.offset(1e-5f));
            }
        }
    }

    /** Golden: exactly what huggingface_hub 1.33 makes of the same, see the RATIONALE. */
    @Test
    void cacheIsLaidOutAsByThePythonLibrary() throws Exception {
        resolve(FakeHub.ID);

        Path config = snapshot().resolve("1_Pooling/config.json");
        String hash = FakeHub.gitBlob(hub.content("1_Pooling/config.json"));
        assertThat(Files.readSymbolicLink(config)).isEqualTo(Path.of("../../../blobs/" + hash));
        assertThat(Files.readSymbolicLink(snapshot().resolve(WEIGHTS)))
                .isEqualTo(Path.of("../../blobs/" + FakeHub.sha256(hub.content(WEIGHTS))));
        assertThat(folder().resolve("refs/main")).hasContent(FakeHub.COMMIT);
        assertThat(cache.resolve("CACHEDIR.TAG")).content().startsWith("Signature: 8a477f597d28d");
        assertThat(cache.resolve(".locks/models--acme--tiny-bert/" + hash + ".lock")).exists();
        assertThat(folder().resolve(".no_exist/" + FakeHub.COMMIT + "/adapter_config.json"))
                .isEmptyFile();
        try (Stream<Path> blobs = Files.list(folder().resolve("blobs"))) {
            Set<String> hashes = new HashSet<>();
            for (String file : WANTED) {
                byte[] content = hub.content(file);
                hashes.add(
                        file.equals(WEIGHTS) ? FakeHub.sha256(content) : FakeHub.gitBlob(content));
            }
            assertThat(blobs.map(path -> path.getFileName().toString()))
                    .containsExactlyInAnyOrderElementsOf(hashes);
        }
    }

    @Test
    void branchIsAskedForOnceAndTheRestIsThere() throws Exception {
        resolve(FakeHub.ID);
        hub.forgetRequests();

        assertThat(resolve(FakeHub.ID)).isEqualTo(snapshot());
        assertThat(requestLines())
                .containsExactly("hub GET /api/models/acme/tiny-bert/revision/main");
    }

    @Test
    void commitInTheCacheNeedsNoNetwork() throws Exception {
        resolve(FakeHub.ID);
        hub.forgetRequests();

        assertThat(resolve(FakeHub.ID + "@" + FakeHub.COMMIT.toUpperCase(java.util.Locale.ROOT)))
                .isEqualTo(snapshot());
        assertThat(hub.requests()).isEmpty();
    }

    @Test
    void everythingIsFetchedAtOneCommit() throws Exception {
        resolve(FakeHub.ID + "@v1");

        assertThat(folder().resolve("refs/v1")).hasContent(FakeHub.COMMIT);
        assertThat(requestLines())
                .filteredOn(line -> line.contains("/resolve/"))
                .isNotEmpty()
                .allMatch(line -> line.contains("/resolve/" + FakeHub.COMMIT + "/"));
    }

    @Test
    void revisionMayHaveSlashes() throws Exception {
        assertThat(resolve(FakeHub.ID + "@refs/pr/1")).isEqualTo(snapshot());
        assertThat(folder().resolve("refs/refs/pr/1")).hasContent(FakeHub.COMMIT);
    }

    @Test
    void onlyTheMissingFileIsFetched() throws Exception {
        resolve(FakeHub.ID);
        Files.delete(snapshot().resolve("config.json"));
        Files.delete(
                folder().resolve("blobs").resolve(FakeHub.gitBlob(hub.content("config.json"))));
        hub.forgetRequests();

        resolve(FakeHub.ID + "@" + FakeHub.COMMIT);

        assertThat(files(snapshot())).isEqualTo(WANTED);
        String file = "/acme/tiny-bert/resolve/" + FakeHub.COMMIT + "/config.json";
        assertThat(requestLines())
                .containsExactly(
                        "hub GET /api/models/acme/tiny-bert/revision/" + FakeHub.COMMIT,
                        "hub HEAD " + file,
                        "hub GET " + file);
    }

    @Test
    void blobThatIsThereIsOnlyLinked() throws Exception {
        resolve(FakeHub.ID);
        Files.delete(snapshot().resolve(WEIGHTS));
        hub.forgetRequests();

        resolve(FakeHub.ID);

        assertThat(snapshot().resolve(WEIGHTS)).hasBinaryContent(hub.content(WEIGHTS));
        assertThat(requestLines()).noneMatch(line -> line.startsWith("cdn"));
    }

    @Test
    void linkToABlobThatIsNoMoreIsRepaired() throws Exception {
        resolve(FakeHub.ID);
        Files.delete(blob(WEIGHTS));

        resolve(FakeHub.ID);

        assertThat(snapshot().resolve(WEIGHTS)).hasBinaryContent(hub.content(WEIGHTS));
    }

    @Test
    void blobThatWasCutIsFetchedAgain() throws Exception {
        resolve(FakeHub.ID);
        Files.write(blob(WEIGHTS), new byte[10]);
        Files.delete(snapshot().resolve(WEIGHTS));

        resolve(FakeHub.ID);

        assertThat(snapshot().resolve(WEIGHTS)).hasBinaryContent(hub.content(WEIGHTS));
    }

    @Test
    void withoutLinksFilesAreCopies() throws Exception {
        environment.put("HF_HUB_DISABLE_SYMLINKS", "1");

        resolve(FakeHub.ID);

        assertThat(files(snapshot())).isEqualTo(WANTED);
        assertThat(snapshot().resolve(WEIGHTS))
                .hasBinaryContent(hub.content(WEIGHTS))
                .matches(path -> !Files.isSymbolicLink(path));
    }

    @Test
    void shardsOfTheIndexAreFetchedAndNoOthers() throws Exception {
        byte[] weights = hub.content(WEIGHTS);
        hub.remove(WEIGHTS);
        hub.put("model-1.safetensors", weights).put("model-2.safetensors", "2");
        hub.put("other.safetensors", "no").put("model.fp16.safetensors", "no");
        hub.put(
                "model.safetensors.index.json",
                """
                {"weight_map": {"a": "model-1.safetensors", "b": "model-2.safetensors",
                                "c": "model-1.safetensors"}}""");

        assertThat(files(resolve(FakeHub.ID)))
                .contains("model-1.safetensors", "model-2.safetensors")
                .contains("model.safetensors.index.json")
                .hasSize(WANTED.size() + 2);
    }

    @Test
    void oneFileOfWeightsIsPreferredToShardsAsTheReaderDoes() throws Exception {
        hub.put("model.safetensors.index.json", "{\"weight_map\": {\"a\": \"s.safetensors\"}}");
        hub.put("s.safetensors", "s");

        assertThat(files(resolve(FakeHub.ID))).isEqualTo(WANTED);
    }

    @Test
    void adapterNeedsOnlyItsOwnFiles() throws Exception {
        WANTED.forEach(hub::remove);
        hub.put("adapter_config.json", "{}").put("adapter_model.safetensors", "a");

        assertThat(files(resolve(FakeHub.ID)))
                .containsExactly("adapter_config.json", "adapter_model.safetensors");
    }

    @Test
    void vocabularyIsFetchedOnlyWithoutATokenizer() throws Exception {
        hub.put("vocab.txt", "a").put("merges.txt", "a b").put("vocab.json", "{}");

        assertThat(files(resolve(FakeHub.ID))).isEqualTo(WANTED);
    }

    @Test
    void withoutATokenizerItsVocabularyIsFetched() throws Exception {
        hub.remove("tokenizer.json");
        hub.put("merges.txt", "a b").put("vocab.json", "{}");

        assertThat(files(resolve(FakeHub.ID))).contains("merges.txt", "vocab.json");
    }

    @Test
    void pickleAloneIsRefusedBeforeAnythingIsFetched() throws Exception {
        hub.remove(WEIGHTS);

        assertThat(refusal(FakeHub.ID))
                .hasMessageContaining("acme/tiny-bert cannot be run, and was not fetched")
                .hasMessageContaining("pytorch_model.bin, a pickle");
        assertThat(files(folder().resolve("snapshots"))).allMatch(f -> f.endsWith("modules.json"));
    }

    @Test
    void everythingThatIsMissingIsTold() {
        hub.remove("config.json");
        hub.remove("tokenizer.json");

        assertThat(refusal(FakeHub.ID))
                .hasMessageContaining("- no config.json")
                .hasMessageContaining("- no tokenizer.json");
    }

    @Test
    void progressIsInBytesOfAll() throws Exception {
        resolve(FakeHub.ID);

        int bytes = 0;
        for (String file : WANTED) {
            bytes += file.equals("modules.json") ? 0 : hub.content(file).length;
        }
        assertThat(notes)
                .containsExactly(
                        "begin %s@%s %d %d"
                                .formatted(FakeHub.ID, FakeHub.COMMIT, WANTED.size() - 1, bytes),
                        "end");
        assertThat(progress).isSorted().last().isEqualTo((long) bytes);
    }

    @Test
    void offlineTakesTheCache() throws Exception {
        resolve(FakeHub.ID);
        hub.forgetRequests();
        environment.put("TRANSFORMERS_OFFLINE", "1");

        assertThat(resolve(FakeHub.ID)).isEqualTo(snapshot());
        assertThat(hub.requests()).isEmpty();
    }

    @Test
    void offlineWithAPartOfTheCacheSaysWhatIsMissing() throws Exception {
        resolve(FakeHub.ID);
        Files.delete(snapshot().resolve("1_Pooling/config.json"));
        Files.delete(snapshot().resolve(WEIGHTS));
        hub.forgetRequests();
        environment.put("HF_HUB_OFFLINE", "yes");

        assertThat(refusal(FakeHub.ID))
                .hasMessageContaining("not all of it in the Hub's cache " + cache)
                .hasMessageContaining("no model.safetensors")
                .hasMessageContaining("HF_HUB_OFFLINE");
        assertThat(hub.requests()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"modules.json", "tokenizer_config.json", "1_Pooling/config.json"})
    void offlineALinkToABlobThatIsNoMoreIsAMissingFile(String file) throws Exception {
        resolve(FakeHub.ID);
        Files.delete(snapshot().resolve(file).toRealPath());
        environment.put("HF_HUB_OFFLINE", "1");

        assertThat(refusal(FakeHub.ID))
                .hasMessageContaining("(of commit %s: no %s)".formatted(FakeHub.COMMIT, file))
                .hasMessageContaining("without it, what is missing is fetched");
    }

    @Test
    void offlineWithNoCacheSaysSo() {
        environment.put("HF_HUB_OFFLINE", "ON");

        assertThat(refusal(FakeHub.ID)).hasMessageContaining("it knows no such revision");
        assertThat(hub.requests()).isEmpty();
    }

    @Test
    void withoutTheHubTheCacheIsUsedAndSaidToBe() throws Exception {
        resolve(FakeHub.ID);
        notes.clear();
        hub.close();

        assertThat(resolve(FakeHub.ID)).isEqualTo(snapshot());
        assertThat(notes)
                .singleElement()
                .asString()
                .contains("no connection", "Using commit " + FakeHub.COMMIT + " of the cache");
    }

    @Test
    void withoutTheHubAndWithoutACacheThatIsTheError() {
        hub.close();

        HubException refused = refusal(FakeHub.ID);

        assertThat(refused.isTemporary()).isTrue();
        assertThat(refused)
                .hasMessage(
                        "acme/tiny-bert cannot be fetched from localhost: no connection (attempt"
                                + " 1)");
    }

    /** Without modules.json a model that takes the CLS token would silently get the mean. */
    @Test
    void cacheThatDoesNotKnowOfModulesAsks() throws Exception {
        resolve(FakeHub.ID);
        Files.delete(snapshot().resolve("modules.json"));
        hub.forgetRequests();

        resolve(FakeHub.ID + "@" + FakeHub.COMMIT);

        assertThat(files(snapshot())).isEqualTo(WANTED);
        assertThat(hub.requests()).isNotEmpty();
    }

    @Test
    void offlineACacheThatDoesNotKnowOfModulesIsTakenAndSaidToBe() throws Exception {
        resolve(FakeHub.ID);
        Files.delete(snapshot().resolve("modules.json"));
        notes.clear();
        environment.put("HF_HUB_OFFLINE", "1");

        assertThat(resolve(FakeHub.ID)).isEqualTo(snapshot());
        assertThat(notes).singleElement().asString().contains("modules.json");
    }

    @Test
    void cacheThatCannotBeWrittenServesWhatItHas() throws Exception {
        resolve(FakeHub.ID);
        Files.delete(folder().resolve("refs/main"));
        Files.delete(folder().resolve("refs"));
        Files.createFile(folder().resolve("refs")); // root may write anywhere, but not below a file

        assertThat(resolve(FakeHub.ID)).isEqualTo(snapshot());
    }

    @Test
    void cacheThatCannotBeWrittenSaysSo() throws Exception {
        Files.createFile(cache);

        assertThat(refusal(FakeHub.ID))
                .hasMessageContaining("expected a cache that can be written at " + folder())
                .hasMessageContaining("HF_HUB_CACHE");
    }

    @Test
    void twoAtOnceFetchOnce() throws Exception {
        int users = 4;
        CyclicBarrier together = new CyclicBarrier(users);
        ExecutorService threads = Executors.newFixedThreadPool(users);
        try {
            List<Future<ResolvedModel>> models = new ArrayList<>();
            for (int i = 0; i < users; i++) {
                Callable<ResolvedModel> resolve =
                        () -> {
                            together.await();
                            return modelHub().resolve(FakeHub.ID, FetchListener.NONE);
                        };
                models.add(threads.submit(resolve));
            }
            for (Future<ResolvedModel> model : models) {
                assertThat(model.get().directory()).isEqualTo(snapshot());
            }
        } finally {
            threads.shutdownNow();
        }

        assertThat(files(snapshot())).isEqualTo(WANTED);
        assertThat(requestLines()).filteredOn(line -> line.startsWith("cdn")).hasSize(1);
        assertThat(files(folder().resolve("blobs"))).noneMatch(name -> name.contains("."));
    }

    @Test
    void tokenGoesToTheHubAndNowhereElse() throws Exception {
        hub.requireToken("hf_s3cret");
        environment.put("HF_TOKEN", " hf_s3cret\n");

        resolve(FakeHub.ID);

        assertThat(hub.requests())
                .allSatisfy(
                        request ->
                                assertThat(request.authorization())
                                        .isEqualTo(
                                                request.server().equals("hub")
                                                        ? "Bearer hf_s3cret"
                                                        : ""))
                .anyMatch(request -> request.server().equals("cdn"));
    }

    @Test
    void tokenMayBeInAFile() throws Exception {
        hub.requireToken("hf_s3cret");
        Path home = Files.createDirectories(directory.resolve("home"));
        Files.writeString(home.resolve("token"), "hf_s3cret\n");
        environment.put("HF_HOME", home.toString());

        assertThat(resolve(FakeHub.ID)).isEqualTo(snapshot());
    }

    @Test
    void unusableTokenIsNotShown() {
        environment.put("HF_TOKEN", "hf_s3cret\nX-Other: header");

        assertThat(refusal(FakeHub.ID))
                .hasMessage(
                        "HF_TOKEN: expected a token of printable ASCII, found other characters");
    }

    @Test
    void whoeverMayNotReadIsToldWhatToDo() {
        hub.requireToken("hf_right");

        assertThat(refusal(FakeHub.ID))
                .hasMessage(
                        "acme/tiny-bert: no such directory here, and at localhost no such model"
                                + " (HTTP status 401). Check the spelling; for a private model, set"
                                + " HF_TOKEN");

        environment.put("HF_TOKEN", "hf_s3cret");
        assertThat(refusal(FakeHub.ID))
                .hasMessageContaining("no such model that this token may read")
                .hasMessageNotContaining("s3cret");
    }

    @Test
    void misspeltModelOrRevisionIsTold() {
        assertThat(refusal("acme/tiny-brt")).hasMessageContaining("Check the spelling");
        assertThat(refusal(FakeHub.ID + "@v2"))
                .hasMessage("acme/tiny-bert has no branch, tag or commit 'v2'");
    }

    @Test
    void gatedModelSaysWhereToAsk() {
        hub.lie("GET main", exchange -> FakeHub.error(exchange, 403, "GatedRepo"));

        assertThat(refusal(FakeHub.ID))
                .hasMessage(
                        "acme/tiny-bert is gated: accept its terms at %s/acme/tiny-bert, then set HF_TOKEN to a token of that account"
                                .formatted(hub.endpoint()));
    }

    @Test
    void pinnedNameIsTheCommitAndNothingIsWritten() throws Exception {
        String name = FakeHub.ID + "@" + FakeHub.COMMIT;

        assertThat(modelHub().pin(FakeHub.ID).name()).isEqualTo(name);
        assertThat(modelHub().pin("/models/x").name()).isEqualTo("/models/x");
        assertThat(cache).doesNotExist();
        assertThat(modelHub().resolve(FakeHub.ID, listener).name()).isEqualTo(name);
    }

    /** A job may be submitted where neither the Hub nor its cache is. */
    @Test
    void pinnedCommitStaysAsItIsWithoutTheHub() throws Exception {
        String name = FakeHub.ID + "@" + FakeHub.COMMIT;
        hub.close();

        assertThat(modelHub().pin(name).name()).isEqualTo(name);
        environment.put("HF_HUB_OFFLINE", "1");
        assertThat(modelHub().pin(name).name()).isEqualTo(name);
        assertThatThrownBy(() -> modelHub().pin(FakeHub.ID)).hasMessageContaining("no such rev");
    }

    @Test
    void pinRefusesWhatCannotBeRun() {
        hub.remove(WEIGHTS);

        assertThatThrownBy(() -> modelHub().pin(FakeHub.ID)).hasMessageContaining("a pickle");
    }

    @Test
    void proxyOfTheEnvironmentIsUsed() throws Exception {
        // What asks this "proxy" for any host gets the Hub's answer.
        environment.put("HTTP_PROXY", hub.endpoint());
        environment.put("HF_ENDPOINT", "http://hub.invalid");

        assertThatThrownBy(() -> resolve("acme/other")).hasMessageContaining("HTTP status 401");
        assertThat(requestLines()).containsExactly("hub GET /api/models/acme/other/revision/main");
    }

    /** Newer versions of huggingface_hub keep a blob once for all models. */
    @Test
    void blobsSharedBetweenModelsAreRead() throws Exception {
        resolve(FakeHub.ID);
        Path shared = Files.createDirectories(cache.resolve("blobs/ab")).resolve("abc");
        Files.move(blob(WEIGHTS), shared);
        Files.createSymbolicLink(blob(WEIGHTS), Path.of("../../blobs/ab/abc"));
        hub.forgetRequests();

        assertThat(resolve(FakeHub.ID + "@" + FakeHub.COMMIT)).isEqualTo(snapshot());
        assertThat(hub.requests()).isEmpty();
    }

    @Test
    void linkOutOfTheCacheIsNotFollowed() throws Exception {
        resolve(FakeHub.ID);
        Path outside = Files.writeString(directory.resolve("outside"), "{}");
        Files.delete(snapshot().resolve("config.json"));
        Files.createSymbolicLink(snapshot().resolve("config.json"), outside);

        assertThat(refusal(FakeHub.ID)).hasMessageContaining("leads out of it");
    }

    @Test
    void folderThatLeadsOutOfTheCacheIsNotWrittenTo() throws Exception {
        Path outside = Files.createDirectories(directory.resolve("outside"));
        Files.createDirectories(snapshot());
        Files.createSymbolicLink(snapshot().resolve("1_Pooling"), outside);

        assertThat(refusal(FakeHub.ID)).hasMessageContaining("leads out of it");
        assertThat(outside).isEmptyDirectory();
    }

    @Test
    void whatCameIsReadAsAnyDirectory() throws Exception {
        hub.put("config.json", "{}");

        Path found = resolve(FakeHub.ID);

        assertThatThrownBy(() -> ModelDirectory.open(found)).isInstanceOf(ModelException.class);
    }
}
