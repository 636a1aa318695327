package io.millrace.model.fetch;

import java.nio.file.Path;

/**
 * Where a model is on this machine, and how any other machine gets the same one.
 *
 * @param directory a local directory, or the model's snapshot in the Hub's cache
 * @param name {@code org/name@commit} for a model of the Hub, otherwise the path as it was given
 */
public record ResolvedModel(Path directory, String name) {}
