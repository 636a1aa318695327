package io.millrace.model.fetch;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.model.fetch.CachedRepository.Content;
import io.millrace.model.fetch.HubClient.Listing;
import io.millrace.model.fetch.HubClient.Metadata;
import io.millrace.model.fetch.Selection.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The front door: what a user calls a model in, a directory out.
 *
 * <pre>{@code
 * ResolvedModel model =
 *         ModelHub.ofEnvironment().resolve("sentence-transformers/all-MiniLM-L6-v2", FetchListener.NONE);
 * try (Encoder encoder = Encoder.open(model.directory())) { ... }
 * }</pre>
 *
 * <p>A path that exists is always that path. Anything else of the form {@code org/name[@revision]}
 * is a model of the Hub: its revision becomes a commit, once, and every file is taken at that
 * commit, from the cache where it is there.
 */
public final class ModelHub {
    private static final Logger LOG = LoggerFactory.getLogger(ModelHub.class);

    private final Map<String, String> environment;
    private final Pause pause;

    ModelHub(Map<String, String> environment, Pause pause) {
        this.environment = Map.copyOf(environment);
        this.pause = pause;
    }

    /** The Hub, the cache and the token that this process's environment names. */
    public static ModelHub ofEnvironment() {
        return of(System.getenv());
    }

    /** The same with other variables. */
    public static ModelHub of(Map<String, String> environment) {
        return new ModelHub(environment, Thread::sleep);
    }

    /** As below, without an adapter of its own. */
    public ResolvedModel resolve(String model, FetchListener listener) throws InterruptedException {
        return resolve(model, Optional.empty(), listener);
    }

    /**
     * A model's directory on this machine. What is missing of a model of the Hub is fetched, and so
     * is the base of an adapter when it is a model of the Hub.
     *
     * @param model a path or {@code org/name[@revision]}; what can be neither is returned as a
     *     path, for the reader to refuse
     * @param adapter the same for a LoRA adapter that the model is the base of
     * @throws HubException when a model of the Hub cannot be had
     */
    public ResolvedModel resolve(String model, Optional<String> adapter, FetchListener listener)
            throws InterruptedException {
        ResolvedModel resolved = resolveOne(model, listener);
        if (adapter.isPresent()) {
            ResolvedModel other = resolveOne(adapter.get(), listener);
            return new ResolvedModel(resolved.directory(), resolved.name(), Optional.of(other));
        }
        Optional<HubReference> base = AdapterBase.in(resolved.directory());
        if (base.isEmpty()) {
            return resolved;
        }
        ResolvedModel found = baseOf(model, () -> resolveOne(base.get(), listener));
        return new ResolvedModel(found.directory(), found.name(), Optional.of(resolved));
    }

    private ResolvedModel resolveOne(String model, FetchListener listener)
            throws InterruptedException {
        Optional<HubReference> reference = reference(model);
        return reference.isEmpty()
                ? new ResolvedModel(Path.of(model), model)
                : resolveOne(reference.get(), listener);
    }

    private ResolvedModel resolveOne(HubReference reference, FetchListener listener)
            throws InterruptedException {
        Request request = new Request(reference);
        HubReference commit = request.bring(listener);
        return new ResolvedModel(request.cache.snapshot(commit.revision()), commit.full());
    }

    /**
     * What to call a model so that it is the same everywhere and for ever: {@code org/name@commit}.
     * That it has the files that are needed is checked; nothing is written. A commit is taken as it
     * is where the Hub cannot be asked.
     *
     * @param model a path, returned as it is, or {@code org/name[@revision]}
     * @param adapter the same for a LoRA adapter that the model is the base of
     * @throws HubException when there is no such model, or it has not what is needed
     */
    public PinnedModel pin(String model, Optional<String> adapter) throws InterruptedException {
        Optional<HubReference> reference = reference(model);
        Optional<HubReference> base = Optional.empty();
        String name = model;
        if (reference.isPresent()) {
            Found found = new Request(reference.get()).find();
            name = found.commit().full();
            base = found.base();
        } else {
            base = AdapterBase.in(Path.of(model));
        }
        if (adapter.isPresent()) {
            Optional<HubReference> other = reference(adapter.get());
            return new PinnedModel(
                    name,
                    Optional.of(
                            other.isPresent()
                                    ? new Request(other.get()).find().commit().full()
                                    : adapter.get()));
        }
        if (base.isEmpty()) {
            return new PinnedModel(name, Optional.empty());
        }
        HubReference trainedOn = base.get();
        Found found = baseOf(model, () -> new Request(trainedOn).find());
        return new PinnedModel(found.commit().full(), Optional.of(name));
    }

    /** As above, without an adapter of its own. */
    public PinnedModel pin(String model) throws InterruptedException {
        return pin(model, Optional.empty());
    }

    @FunctionalInterface
    private interface Search<T> {
        T run() throws InterruptedException;
    }

    /** A base that nobody typed: who hears of it must hear why it is wanted. */
    private static <T> T baseOf(String adapter, Search<T> search) throws InterruptedException {
        try {
            return search.run();
        } catch (HubException e) {
            throw e.because("the base of adapter " + adapter);
        }
    }

    private static Optional<HubReference> reference(String model) {
        try {
            return Files.exists(Path.of(model)) ? Optional.empty() : HubReference.parse(model);
        } catch (InvalidPathException e) {
            throw HubException.lasting(
                    "expected a model's directory or org/name, found what can be neither");
        }
    }

    /**
     * A model that is there to be fetched.
     *
     * @param base of the Hub, when it is an adapter
     */
    private record Found(HubReference commit, Optional<HubReference> base) {}

    /** One model that is asked for. */
    private final class Request {
        final HubReference reference;
        final HubSettings settings;
        final HubCache cache;

        Request(HubReference reference) {
            this.reference = reference;
            this.settings = HubSettings.of(environment);
            this.cache = new HubCache(settings.cache(), reference.id(), settings.links());
        }

        /** Makes everything be in the cache, and says at which commit. */
        HubReference bring(FetchListener listener) throws InterruptedException {
            Optional<HubReference> cached = cached(listener);
            if (cached.isPresent()) {
                return cached.get();
            }
            try {
                return new Fetch(this, listener).all();
            } catch (HubException e) {
                return fallBack(e, listener);
            }
        }

        /** Makes sure that everything could be fetched, and says at which commit. */
        Found find() throws InterruptedException {
            try {
                Optional<HubReference> cached = cached(FetchListener.NONE);
                return cached.isPresent()
                        ? inCache(cached.get())
                        : new Fetch(this, FetchListener.NONE).check();
            } catch (HubException e) {
                if (reference.isCommit() && (settings.offline() || e.isTemporary())) {
                    // Those that run it may have it, or reach the Hub.
                    return new Found(reference, Optional.empty());
                }
                return inCache(fallBack(e, FetchListener.NONE));
            }
        }

        private Found inCache(HubReference commit) {
            return new Found(commit, AdapterBase.in(cache.snapshot(commit.revision())));
        }

        /** The commit, where the cache has all of it and the Hub need not or must not be asked. */
        private Optional<HubReference> cached(FetchListener listener) throws InterruptedException {
            Optional<String> commit = cachedCommit();
            if (settings.offline()) {
                if (commit.isEmpty()) {
                    throw offline("it knows no such revision");
                }
                Content content = CachedRepository.look(cache, commit.get());
                if (!content.isUsable()) {
                    List<String> gaps = new ArrayList<>();
                    content.missing().forEach(file -> gaps.add("no " + file));
                    gaps.addAll(content.problems());
                    throw offline("of commit " + commit.get() + ": " + String.join("; ", gaps));
                }
                noteUnknown(content, listener);
                return commit.map(reference::at);
            }
            return reference.isCommit()
                            && CachedRepository.look(cache, reference.revision()).isComplete()
                    ? Optional.of(reference)
                    : Optional.empty();
        }

        private Optional<String> cachedCommit() {
            return reference.isCommit()
                    ? Optional.of(reference.revision())
                    : cache.commit(reference.revision());
        }

        private HubException offline(String missing) {
            return HubException.lasting(
                    "%s: no such directory here, and not all of it in the Hub's cache %s (%s). HF_HUB_OFFLINE or TRANSFORMERS_OFFLINE is set, so nothing was fetched; without it, what is missing is fetched"
                            .formatted(reference, settings.cache(), missing));
        }

        /** Without the Hub, what the cache had is better than nothing. */
        private HubReference fallBack(HubException failure, FetchListener listener)
                throws InterruptedException {
            Optional<String> commit = failure.isTemporary() ? cachedCommit() : Optional.empty();
            if (commit.isEmpty()) {
                throw failure;
            }
            Content content = CachedRepository.look(cache, commit.get());
            if (!content.isUsable()) {
                throw failure;
            }
            listener.note(
                    failure.getMessage()
                            + ". Using commit %s of the cache".formatted(commit.get()));
            noteUnknown(content, listener);
            return reference.at(commit.get());
        }

        private void noteUnknown(Content content, FetchListener listener) {
            if (content.unknown().contains("modules.json")) {
                listener.note(
                        "%s: the cache does not know whether it has a modules.json; taken to have none"
                                .formatted(reference));
            }
        }
    }

    /** Brings what a listing has. */
    private final class Fetch implements Selection.Repository {
        private final Request request;
        private final HubCache cache;
        private final HubClient client;
        private final Listing listing;
        private final HubReference commit;
        private final FetchListener listener;
        private final Set<String> absent = new TreeSet<>();
        private boolean onlyLooking;

        Fetch(Request request, FetchListener listener) throws InterruptedException {
            this.request = request;
            this.cache = request.cache;
            this.client = new HubClient(request.settings, pause);
            this.listing = client.listing(request.reference);
            this.commit = request.reference.at(listing.commit());
            this.listener = listener;
        }

        /** Writes nothing: where a job is submitted there need not be room for a model. */
        Found check() throws InterruptedException {
            onlyLooking = true;
            Optional<String> adapter =
                    select().files().stream()
                            .filter(file -> ("/" + file).endsWith("/" + AdapterBase.FILE))
                            .findFirst();
            Optional<JsonNode> config =
                    adapter.isPresent() ? json(adapter.get()) : Optional.empty();
            return new Found(commit, config.flatMap(AdapterBase::of));
        }

        HubReference all() throws InterruptedException {
            Result wanted = select();
            Map<String, Metadata> missing = new LinkedHashMap<>();
            for (String file : wanted.files()) {
                if (cache.find(commit.revision(), file).isEmpty()) {
                    missing.put(file, client.metadata(commit, file));
                }
            }
            try {
                if (!missing.isEmpty()) {
                    download(missing);
                }
            } catch (IOException e) {
                throw cannotWrite(e);
            }
            remember();
            return commit;
        }

        private Result select() throws InterruptedException {
            Result wanted = Selection.of(this);
            if (!wanted.problems().isEmpty()) {
                throw HubException.lasting(
                        "%s cannot be run, and was not fetched:%n  - %s"
                                .formatted(
                                        request.reference,
                                        String.join(
                                                System.lineSeparator() + "  - ",
                                                wanted.problems())));
            }
            return wanted;
        }

        private void download(Map<String, Metadata> missing)
                throws IOException, InterruptedException {
            cache.prepare();
            long bytes = 0;
            long here = 0;
            for (Metadata metadata : missing.values()) {
                bytes = saturatedSum(bytes, metadata.size().orElse(0));
                here = saturatedSum(here, alreadyHere(metadata));
            }
            requireSpace(bytes - Math.min(here, bytes));
            listener.begin(commit.id() + "@" + commit.revision(), missing.size(), bytes);
            try {
                long done = 0;
                for (Map.Entry<String, Metadata> entry : missing.entrySet()) {
                    long before = done;
                    download(entry.getKey(), entry.getValue(), at -> listener.at(before + at));
                    done += entry.getValue().size().orElse(0);
                }
            } finally {
                listener.end();
            }
        }

        private void download(String file, Metadata metadata, LongConsumer at)
                throws IOException, InterruptedException {
            new Download(client, cache, pause, commit, file, metadata, at).run();
        }

        private long alreadyHere(Metadata metadata) throws IOException {
            for (Path path :
                    List.of(cache.blob(metadata.etag()), cache.incomplete(metadata.etag()))) {
                if (Files.isRegularFile(path)) {
                    return Files.size(path);
                }
            }
            return 0;
        }

        private void requireSpace(long bytes) throws IOException {
            long free = Files.getFileStore(cache.folder()).getUsableSpace();
            if (bytes > free) {
                throw HubException.lasting(
                        "%s: expected %,d bytes of free space at %s, found %,d. HF_HUB_CACHE names another place"
                                .formatted(request.reference, bytes, cache.folder(), free));
            }
        }

        /**
         * What was learnt, for the next time; a cache that cannot be written is used all the same.
         */
        private void remember() {
            try {
                for (String file : absent) {
                    cache.putAbsent(commit.revision(), file);
                }
                cache.putCommit(request.reference.revision(), commit.revision());
            } catch (IOException e) {
                LOG.debug("The cache {} does not remember {}", cache.folder(), commit, e);
            }
        }

        private HubException cannotWrite(IOException e) {
            return HubException.lasting(
                    "%s: expected a cache that can be written at %s, found %s. HF_HUB_CACHE names another place"
                            .formatted(request.reference, cache.folder(), e));
        }

        @Override
        public boolean has(String file) {
            if (!listing.names().contains(file)) {
                absent.add(file);
                return false;
            }
            return true;
        }

        @Override
        public Optional<JsonNode> json(String file) throws InterruptedException {
            try {
                Optional<Path> path = cache.find(commit.revision(), file);
                if (path.isEmpty() && onlyLooking) {
                    return SmallJson.parse(client.peek(commit, file));
                }
                if (path.isEmpty()) {
                    cache.prepare();
                    download(file, client.metadata(commit, file), at -> {});
                    path = cache.find(commit.revision(), file);
                }
                Optional<JsonNode> json =
                        path.isEmpty() ? Optional.empty() : SmallJson.read(path.get());
                if (json.isEmpty()) {
                    throw HubException.lasting(
                            "%s, %s: expected JSON, found something else".formatted(commit, file));
                }
                return json;
            } catch (IOException e) {
                throw cannotWrite(e);
            }
        }
    }

    private static long saturatedSum(long left, long right) {
        long sum = left + right;
        return sum < 0 ? Long.MAX_VALUE : sum;
    }
}
