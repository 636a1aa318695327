package io.millrace.flink.encode;

import io.millrace.model.ModelException;
import io.millrace.model.encode.Encoder;
import io.millrace.model.encode.EncoderOptions;
import io.millrace.model.encode.ModelInfo;
import io.millrace.model.encode.TokenBatch;
import io.millrace.model.fetch.HubException;
import io.millrace.model.fetch.ModelHub;
import io.millrace.model.fetch.ResolvedModel;
import io.millrace.model.tokenize.Tokenizer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One user's share of a model that is loaded once in this JVM for each directory, its contents and
 * the options: the subtasks of a TaskManager have one copy of the weights between them.
 *
 * <p>The first user loads while the others wait; a load that fails is forgotten, so the next user
 * tries again. The last user to close frees the model, after the calls that still run; whoever asks
 * for it meanwhile waits and loads it anew. There are never two copies.
 */
public final class SharedEncoder implements Encoder {
    // Owned by this class: an entry lives as long as it has users. Guarded by itself.
    private static final Map<Key, Loaded> LOADED = new HashMap<>();

    private final Key key;
    private final Loaded loaded;
    private final Encoder encoder;
    private final AtomicBoolean closed = new AtomicBoolean();

    private SharedEncoder(Key key, Loaded loaded, Encoder encoder) {
        this.key = key;
        this.loaded = loaded;
        this.encoder = encoder;
    }

    /**
     * A share of this directory's model, loaded by this call if nobody has it open.
     *
     * @throws ModelException when the directory cannot be run
     * @throws InterruptedException when the caller was interrupted while another one was loading
     */
    public static SharedEncoder open(Path directory, EncoderOptions options)
            throws InterruptedException {
        return open(directory, options, Encoder::open);
    }

    /**
     * A share of a model by its path or its name on the Hub, fetched by this call if this machine
     * has it not; so with the options' adapter, and with the base of an adapter.
     *
     * @throws HubException when it cannot be had
     * @throws ModelException when the directory cannot be run
     * @throws InterruptedException when the caller was interrupted while it waited
     */
    public static SharedEncoder open(String model, EncoderOptions options)
            throws InterruptedException {
        return open(model, options, ModelHub.ofEnvironment());
    }

    static SharedEncoder open(String model, EncoderOptions options, ModelHub hub)
            throws InterruptedException {
        ResolvedModel resolved =
                hub.resolve(model, Optional.ofNullable(options.adapter()), LoggedFetch.INSTANCE);
        return open(resolved.directory(), options.withAdapter(resolved.adapterDirectory()));
    }

    static SharedEncoder open(Path directory, EncoderOptions options, Loader loader)
            throws InterruptedException {
        ModelFingerprint files = ModelFingerprint.of(directory);
        Key key = new Key(files, options.adapterDirectory().map(ModelFingerprint::of), options);
        Loaded loaded;
        synchronized (LOADED) {
            loaded = LOADED.computeIfAbsent(key, any -> new Loaded());
            loaded.users++;
        }
        boolean opened = false;
        try {
            Encoder encoder = loaded.get(() -> loader.load(files.directory(), options));
            opened = true;
            return new SharedEncoder(key, loaded, encoder);
        } finally {
            if (!opened) {
                release(key, loaded);
            }
        }
    }

    @Override
    public ModelInfo info() {
        return encoder.info();
    }

    @Override
    public Tokenizer tokenizer() {
        return encoder.tokenizer();
    }

    @Override
    public float[][] encode(TokenBatch batch) {
        return encoder.encode(batch);
    }

    /** Gives this share back; the last one waits for running calls and frees the model. */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            release(key, loaded);
        }
    }

    private static void release(Key key, Loaded loaded) {
        synchronized (LOADED) {
            loaded.users--;
            if (loaded.users > 0) {
                return;
            }
        }
        loaded.lock.lock();
        try {
            synchronized (LOADED) {
                if (loaded.users > 0) {
                    return; // somebody came between the two locks and has it now
                }
            }
            // Still in the map: who asks for it from here on waits for the lock and loads it anew.
            loaded.free();
        } finally {
            synchronized (LOADED) {
                if (loaded.users == 0) {
                    LOADED.remove(key, loaded);
                }
            }
            loaded.lock.unlock();
        }
    }

    /** Opens a directory. */
    @FunctionalInterface
    interface Loader {
        Encoder load(Path directory, EncoderOptions options);
    }

    private record Key(
            ModelFingerprint files, Optional<ModelFingerprint> adapter, EncoderOptions options) {}

    /** One model and how many have a share of it. */
    private static final class Loaded {
        /** Held while the model is loaded or freed. */
        final ReentrantLock lock = new ReentrantLock();

        /** Shares given out or asked for; guarded by {@link #LOADED}. */
        int users;

        private @Nullable Encoder encoder;

        Encoder get(Supplier<Encoder> loader) throws InterruptedException {
            lock.lockInterruptibly();
            try {
                if (encoder == null) {
                    encoder = loader.get();
                }
                return encoder;
            } finally {
                lock.unlock();
            }
        }

        void free() {
            if (encoder != null) {
                Encoder last = encoder;
                encoder = null;
                last.close();
            }
        }
    }
}
