package io.millrace.flink.encode;

import io.millrace.model.ModelException;
import io.millrace.model.encode.Encoder;
import io.millrace.model.fetch.HubException;
import java.io.Serializable;
import org.apache.flink.runtime.execution.SuppressRestartsException;

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
     * @throws ModelException when the model directory cannot be run
     * @throws HubException when a model of the Hub cannot be had
     * @throws InterruptedException when the task was cancelled while it waited
     */
    Encoder open() throws InterruptedException;

    /** The encoder; a model that cannot be had or run fails the job for good, with its reason. */
    default Encoder openInTask() throws InterruptedException {
        try {
            return open();
        } catch (ModelException e) {
            throw forGood(e);
        } catch (HubException e) {
            // What may pass is left to Flink's restart strategy.
            throw e.isTemporary() ? e : forGood(e);
        }
    }

    private static SuppressRestartsException forGood(RuntimeException e) {
        // The JobManager has to read this exception, and may not have our classes.
        IllegalArgumentException reason = new IllegalArgumentException(e.getMessage());
        reason.setStackTrace(e.getStackTrace());
        return new SuppressRestartsException(reason);
    }
}
