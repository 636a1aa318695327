package io.millrace.flink.encode;

import io.millrace.model.encode.Encoder;
import java.io.Serializable;

/**
 * Where a task gets its encoder from; travels with the job to the TaskManagers.
 *
 * <p>The encoder belongs to the caller, who closes it: what that frees is the source's business.
 */
@FunctionalInterface
public interface EncoderSource extends Serializable {
    /**
     * An encoder that is ready to run; waits for as long as loading takes.
     *
     * @throws io.millrace.model.ModelException when the model directory cannot be run
     * @throws InterruptedException when the task was cancelled while it waited
     */
    Encoder open() throws InterruptedException;
}
