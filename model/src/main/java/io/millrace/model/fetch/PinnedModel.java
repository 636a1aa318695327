package io.millrace.model.fetch;

import java.util.Optional;

/**
 * What to call a model so that it is the same everywhere and for ever.
 *
 * @param name {@code org/name@commit}, or a path as it was given
 * @param adapter the same for a LoRA adapter for it: one that was asked for, or the model that was
 *     asked for, when it is an adapter whose base is this model of the Hub
 */
public record PinnedModel(String name, Optional<String> adapter) {}
