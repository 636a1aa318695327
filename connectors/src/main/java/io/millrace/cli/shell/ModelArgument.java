package io.millrace.cli.shell;

import io.millrace.model.fetch.ModelHub;
import io.millrace.model.fetch.ResolvedModel;
import java.io.PrintWriter;
import java.nio.file.Files;

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
        FetchProgress progress = new FetchProgress(err, Terminal.onStandardError());
        ResolvedModel resolved = ModelHub.ofEnvironment().resolve(model, progress);
        if (!model.contains("/") && !Files.exists(resolved.directory())) {
            throw new UnusableException(
                    "--model: no such directory: '%s'. A model of the Hugging Face Hub is written org/name, such as sentence-transformers/all-MiniLM-L6-v2"
                            .formatted(model));
        }
        return resolved;
    }
}
