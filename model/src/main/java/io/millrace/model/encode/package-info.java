/**
 * Padded token ids to vectors: the batch, the session, the front door {@link
 * io.millrace.model.encode.Encoder}.
 */
@NullMarked
package io.millrace.model.encode;

import org.jspecify.annotations.NullMarked;
