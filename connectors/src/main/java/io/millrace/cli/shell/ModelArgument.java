package io.millrace.cli.shell;

import io.millrace.model.fetch.ModelHub;
import io.millrace.model.fetch.ResolvedModel;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What {@code --model} takes: a directory, or a model of the Hugging Face Hub. */
public final class ModelArgument {
    public static final String LABEL = "DIR|ORG/NAME";
    public static final String DESCRIPTION =
            "Hugging Face or sentence-transformers directory, or a model of the Hugging Face Hub,"
                    + " org/name[@revision], which is fetched where its cache has it not.";

    private ModelArgument() {}

    /**
     * The model's directory on this machine; shows how far it has come where it must be fetched.
     *
     * @throws UnusableException when it is neither a path nor a model's name
     */
    public static ResolvedModel resolve(String model, PrintWriter err) throws InterruptedException {
        return resolve(model, null, err);
    }

    /**
     * The same with a LoRA adapter.
     *
     * @param adapter a path or a model's name, or null when none was asked for
     * @throws UnusableException when one of them is neither a path nor a model's name
     */
    public static ResolvedModel resolve(String model, @Nullable String adapter, PrintWriter err)
            throws InterruptedException {
        FetchProgress progress = new FetchProgress(err, Terminal.onStandardError());
        ResolvedModel resolved =
                ModelHub.ofEnvironment().resolve(model, Optional.ofNullable(adapter), progress);
        requireDirectory("--model", model);
        if (adapter != null) {
            requireDirectory("--adapter", adapter);
        }
        return resolved;
    }

    private static void requireDirectory(String option, String model) {
        if (!model.contains("/") && !Files.exists(Path.of(model))) {
            throw new UnusableException(
                    "%s: no such directory: '%s'. A model of the Hugging Face Hub is written org/name, such as sentence-transformers/all-MiniLM-L6-v2"
                            .formatted(option, model));
        }
    }
}
