package io.millrace.model.read;

import io.millrace.model.ModelException;
import io.millrace.model.arch.Architecture;
import io.millrace.model.arch.EncoderConfig;
import io.millrace.model.pool.Pipeline;
import io.millrace.model.tokenize.Prompts;
import io.millrace.model.tokenize.TokenizerSettings;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.function.Function;

/**
 * A Hugging Face or sentence-transformers directory, read and found fit to run; no weight is loaded
 * yet.
 *
 * @param path where it is
 * @param id its name, or the Hub's {@code org/name} in the Hub's cache
 * @param contents what names them
 * @param architecture the encoder, its weights found but not loaded
 * @param pipeline what makes one vector of hidden states
 * @param tokenizer what makes token ids of text
 * @param prompts what may go before every text
 * @param files the files that decide the vectors, and their sizes in bytes
 * @param parameters how many numbers the encoder and its pipeline have
 * @param weightTypes the types that they are stored in
 * @param remarks what may not be expected of it
 */
public record ModelDirectory(
        Path path,
        String id,
        Revision contents,
        Architecture architecture,
        Pipeline pipeline,
        TokenizerSettings tokenizer,
        Prompts prompts,
        SortedMap<String, Long> files,
        long parameters,
        List<String> weightTypes,
        Remarks remarks) {
    /**
     * Reads a directory.
     *
     * @throws ModelException with everything that is wrong with it
     */
    public static ModelDirectory open(Path path) {
        return open(path, base -> Optional.empty());
    }

    /**
     * Reads a directory. When it is that of a LoRA adapter, its base is looked for inside the
     * directory, then by the function; the adapter is merged into the weights while they are
     * loaded.
     *
     * @param bases the directory of a model that an adapter was trained on, if it is at hand
     * @throws ModelException with everything that is wrong with it
     */
    public static ModelDirectory open(Path path, Function<String, Optional<Path>> bases) {
        return new DirectoryReader(path).read(bases);
    }

    /**
     * Reads a directory and a LoRA adapter for it, which is merged into the weights while they are
     * loaded. When the adapter's directory has a {@code modules.json}, its pipeline and its
     * tokenizer are taken; when the adapter has a table of words of its own, its tokenizer.
     *
     * @throws ModelException with everything that is wrong with either
     */
    public static ModelDirectory open(Path path, Path adapter) {
        return new DirectoryReader(path).read(adapter);
    }

    /**
     * The Hub's commit, or a hash over the files that decide the vectors, which is taken by the
     * first call.
     *
     * @throws ModelException when a file cannot be read any more
     */
    public String revision() {
        return contents.name();
    }

    /** Takes that hash beside what the caller does next, if it is needed. */
    public void beginRevision() {
        contents.begin();
    }

    /** What the encoder is like. */
    public EncoderConfig config() {
        return architecture.config();
    }

    /** How many bytes the files are. */
    public long bytes() {
        return files.values().stream().mapToLong(Long::longValue).sum();
    }

    /** How many bytes of native memory the weights take once they are loaded, as float32. */
    public long weightBytes() {
        return Math.multiplyExact(parameters, Float.BYTES);
    }
}
