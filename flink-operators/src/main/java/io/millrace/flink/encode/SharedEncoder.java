package io.millrace.flink.encode;

import io.millrace.model.ModelException;
import io.millrace.model.encode.Encoder;
import io.millrace.model.encode.EncoderOptions;
import java.nio.file.Path;
import java.util.List;

/** One loaded model per TaskManager, directory and options. */
public final class SharedEncoder {
    private SharedEncoder() {}

    /** The encoder of this directory. */
    @SuppressWarnings("DoNotCallSuggester") // until the model module opens directories
    public static Encoder open(Path directory, EncoderOptions options) {
        throw new ModelException(
                directory, List.of("this build has no encoder to run it with, for " + options));
    }
}
