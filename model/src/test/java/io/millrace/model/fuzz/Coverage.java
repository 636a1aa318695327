package io.millrace.model.fuzz;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jacoco.core.data.SessionInfoStore;
import org.jacoco.core.instr.Instrumenter;
import org.jacoco.core.runtime.IRuntime;
import org.jacoco.core.runtime.LoggerRuntime;
import org.jacoco.core.runtime.RuntimeData;

/**
 * Loads a target, and the code of Millrace that it calls, a second time with JaCoCo's probes in it:
 * so that a fuzzer sees which inputs reach code that no input reached before.
 */
final class Coverage implements AutoCloseable {
    private static final String INSTRUMENTED = "io.millrace.model.";

    private final IRuntime runtime = new LoggerRuntime();
    private final RuntimeData data = new RuntimeData();
    private final ClassLoader loader = new InstrumentingLoader(runtime);
    private final Map<Long, BitSet> reached = new HashMap<>();

    Coverage() {
        try {
            runtime.startup(data);
        } catch (Exception e) {
            throw new IllegalStateException("no probes can be set", e);
        }
    }

    /** A target of this class, made anew in the instrumented world by its only constructor. */
    @SuppressWarnings("unchecked") // a consumer is of the JDK, the same in both worlds
    Consumer<byte[]> load(Class<? extends Consumer<byte[]>> target, Object... arguments) {
        try {
            return (Consumer<byte[]>)
                    Class.forName(target.getName(), true, loader)
                            .getDeclaredConstructors()[0]
                            .newInstance(arguments);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(target.getName(), e);
        }
    }

    /** Whether code was reached since the last call that was never reached before. */
    boolean reachedMore() {
        AtomicBoolean more = new AtomicBoolean();
        data.collect(
                type -> {
                    if (add(type.getId(), type.getProbes())) {
                        more.set(true);
                    }
                },
                new SessionInfoStore(),
                true);
        return more.get();
    }

    private boolean add(long type, boolean[] probes) {
        BitSet known = reached.computeIfAbsent(type, id -> new BitSet());
        boolean more = false;
        for (int i = 0; i < probes.length; i++) {
            if (probes[i] && !known.get(i)) {
                known.set(i);
                more = true;
            }
        }
        return more;
    }

    /** How many probes were reached in all. */
    int size() {
        return reached.values().stream().mapToInt(BitSet::cardinality).sum();
    }

    @Override
    public void close() {
        runtime.shutdown();
    }

    private static final class InstrumentingLoader extends ClassLoader {
        private final Instrumenter instrumenter;

        InstrumentingLoader(IRuntime runtime) {
            super(Coverage.class.getClassLoader());
            this.instrumenter = new Instrumenter(runtime);
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (!name.startsWith(INSTRUMENTED)) {
                return super.loadClass(name, resolve);
            }
            synchronized (getClassLoadingLock(name)) {
                Class<?> loaded = findLoadedClass(name);
                return loaded == null ? define(name) : loaded;
            }
        }

        private Class<?> define(String name) throws ClassNotFoundException {
            String file = name.replace('.', '/') + ".class";
            try (InputStream stream = getParent().getResourceAsStream(file)) {
                if (stream == null) {
                    throw new ClassNotFoundException(name);
                }
                byte[] bytes = instrumenter.instrument(stream, name);
                return defineClass(name, bytes, 0, bytes.length);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
