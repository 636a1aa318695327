package io.millrace.model.write;

import io.millrace.model.ModelException;
import io.millrace.model.arch.InitialWeights;
import io.millrace.model.arch.Weight;
import io.millrace.model.read.ConfigText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Makes the directory of a model of one's own, {@code model_type: "transformer"}, with weights that
 * are drawn from a seed; to be trained elsewhere, or to try things with.
 */
public final class ModelInitializer {
    private ModelInitializer() {}

    /**
     * Writes {@code config.json} and {@code model.safetensors} into a directory, which is made if
     * it is missing. The same configuration and seed give the same bytes. To be run it needs a
     * {@code tokenizer.json} besides.
     *
     * @param configJson the configuration; how weights are drawn says its key {@code initializer},
     *     see {@link InitialWeights}
     * @throws ModelException with everything that is wrong with the configuration; nothing has been
     *     written then
     * @throws java.nio.file.FileAlreadyExistsException if there are weights already, which stay
     */
    public static void write(String configJson, long seed, Path directory) throws IOException {
        List<Weight> weights =
                ConfigText.read(directory, configJson, keys -> InitialWeights.of(keys, seed));
        Files.createDirectories(directory);
        SafetensorsWriter.write(directory.resolve("model.safetensors"), weights);
        Files.writeString(directory.resolve("config.json"), configJson);
    }
}
