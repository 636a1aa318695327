/**
 * Model directories made here: weights drawn from a seed, for a model of one's own to begin with.
 */
@NullMarked
package io.millrace.model.write;

import org.jspecify.annotations.NullMarked;
