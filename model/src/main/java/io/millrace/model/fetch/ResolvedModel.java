package io.millrace.model.fetch;

import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where a model is on this machine, and how any other machine gets the same one.
 *
 * @param directory a local directory, or the model's snapshot in the Hub's cache
 * @param name {@code org/name@commit} for a model of the Hub, otherwise the path as it was given
 * @param adapter a LoRA adapter for it: one that was asked for, or the model that was asked for,
 *     when it is an adapter whose base is this model of the Hub
 */
public record ResolvedModel(Path directory, String name, Optional<ResolvedModel> adapter) {
    /** A model without an adapter. */
    public ResolvedModel(Path directory, String name) {
        this(directory, name, Optional.empty());
    }

    /** Where the adapter is, if there is one, as an encoder's options have it. */
    public @Nullable String adapterDirectory() {
        return adapter.map(other -> other.directory().toString()).orElse(null);
    }
}
