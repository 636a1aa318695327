/**
 * Brings a model of the Hugging Face Hub onto this machine: {@code org/name[@revision]} in, a
 * directory out. Front door: {@link io.millrace.model.fetch.ModelHub}.
 *
 * <p>The cache is the one of Python's {@code huggingface_hub}, name for name, so each reads what
 * the other wrote. In reading order: {@code HubReference} (what was asked for), {@code HubSettings}
 * (the environment's variables), {@code Selection} (which files a reader would use), {@code
 * HubClient} (what the Hub says of them), {@code Download} (one file, resumed and verified), {@code
 * HubCache} (where it goes).
 */
@NullMarked
package io.millrace.model.fetch;

import org.jspecify.annotations.NullMarked;
