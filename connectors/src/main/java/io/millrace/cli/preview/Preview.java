package io.millrace.cli.preview;

import io.millrace.cli.local.LocalJob;
import io.millrace.cli.shell.Failures;
import io.millrace.cli.shell.UnusableException;
import io.millrace.flink.options.EncodeOptions;
import io.millrace.flink.record.EmbeddingRecord;
import io.millrace.kafka.options.KafkaJobOptions;
import java.io.IOException;
import java.util.function.UnaryOperator;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.datastream.DataStream;

/**
 * Shows one job of this process on a page of this machine. Open it before the job, {@link #follow}
 * the job, and close it after the job, so that the page is told of the end.
 */
public final class Preview implements AutoCloseable {
    /** Where the page is, unless its user says. */
    public static final int USUAL_PORT = 8090;

    private static final String NAME = "preview";

    private final JobView view;
    private final PageServer server;

    private Preview(JobView view, PageServer server) {
        this.view = view;
        this.server = server;
    }

    /** Serves the page on this port; it says that nothing has come yet. */
    public static Preview open(int port, EncodeOptions encode, KafkaJobOptions kafka)
            throws InterruptedException {
        JobView view = new JobView(encode, kafka);
        try {
            return new Preview(view, PageServer.start(port, view::watch));
        } catch (IOException e) {
            view.close();
            throw new UnusableException(
                    "preview: expected port %d to be free: %s".formatted(port, Failures.message(e)),
                    e);
        }
    }

    /** Takes a job's vectors past the preview. */
    public UnaryOperator<DataStream<EmbeddingRecord>> tap() {
        TapFunction function = new TapFunction(view.tapId());
        return vectors ->
                vectors.process(function, Types.POJO(EmbeddingRecord.class)).name(NAME).uid(NAME);
    }

    /** Shows what this job does. */
    public void follow(LocalJob job) {
        view.follow(job);
    }

    /** Where the page is. */
    public String url() {
        return server.url();
    }

    /** Tells open pages of the end and ends; the job is no longer shown. */
    @Override
    public void close() throws InterruptedException {
        view.end();
        server.close();
        view.close();
    }
}
