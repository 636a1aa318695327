package io.millrace.model.encode;

import com.sun.jna.Function;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Platform;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.LongByReference;
import com.sun.jna.ptr.PointerByReference;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tensorflow.Graph;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.op.Ops;
import org.tensorflow.proto.ConfigProto;

/**
 * Two notes that TensorFlow writes to standard error once in a process, when its first graph runs,
 * whatever its log level: the logging library that writes them is a copy inside {@code
 * libtensorflow_cc} that cannot be reached. So a graph of one constant runs first, and meanwhile
 * C's {@code stderr}, a variable of the C library, is a stream in memory; whatever else is in there
 * is written to standard error after it. Java does not write through that variable, and neither
 * does anything that writes to the file descriptor itself.
 */
final class NativeLog {
    private static final Logger LOG = LoggerFactory.getLogger(NativeLog.class);

    private static final List<String> NOTES =
            List.of(
                    "WARNING: All log messages before absl::InitializeLog() is called are written"
                            + " to STDERR",
                    "] MLIR V1 optimization pass is not enabled");

    private static boolean dropped;

    private NativeLog() {}

    /** Runs the first graph; to be called when a session has been open already. */
    static void dropNotes(ConfigProto config) {
        // One lock in a process, however many class loaders have this class: there is one stderr.
        synchronized (Runtime.getRuntime()) {
            if (dropped || !Platform.isLinux()) {
                return;
            }
            dropped = true;
            try {
                dropNotes(NativeLibrary.getProcess(), config);
            } catch (LinkageError e) {
                LOG.debug("TensorFlow's notes on its first graph are not dropped", e);
            }
        }
    }

    private static void dropNotes(NativeLibrary c, ConfigProto config) {
        Function flush = c.getFunction("fflush");
        Function write = c.getFunction("fwrite");
        Pointer variable = c.getGlobalVariableAddress("stderr");
        Pointer standardError = variable.getPointer(0);
        PointerByReference written = new PointerByReference();
        LongByReference bytes = new LongByReference();
        Pointer memory =
                c.getFunction("open_memstream").invokePointer(new Object[] {written, bytes});
        if (memory == null) {
            return;
        }
        variable.setPointer(0, memory);
        try {
            runOneConstant(config);
        } finally {
            variable.setPointer(0, standardError);
            // Never closed: another thread may have read the variable and be about to write.
            flush.invokeInt(new Object[] {memory});
            byte[] others =
                    withoutNotes(written.getValue().getByteArray(0, (int) bytes.getValue()));
            write.invokeLong(new Object[] {others, 1L, (long) others.length, standardError});
        }
    }

    private static void runOneConstant(ConfigProto config) {
        try (Graph graph = new Graph()) {
            var constant = Ops.create(graph).constant(0);
            try (Session session = new Session(graph, config);
                    Result result = session.runner().fetch(constant).run()) {
                LOG.debug("the first graph ran: {}", result.size());
            }
        }
    }

    static byte[] withoutNotes(byte[] written) {
        return new String(written, StandardCharsets.ISO_8859_1)
                .lines()
                .filter(line -> NOTES.stream().noneMatch(line::endsWith))
                .map(line -> line + "\n")
                .collect(Collectors.joining())
                .getBytes(StandardCharsets.ISO_8859_1);
    }
}
