package io.millrace.model.read;

import io.millrace.model.arch.Weight;
import java.nio.file.Path;
import java.util.List;

/** A tensor of the directory: as it is stored, or as an adapter changes it. */
interface Tensor extends Weight.Values {
    /** What its numbers are stored as. */
    DataType type();

    List<Long> shape();

    /** Where it, or what was changed, is stored. */
    Path file();

    /** How many numbers it has. */
    long size();
}
