package io.millrace.flink.encode;

import io.millrace.model.fetch.FetchListener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs that a model is fetched, as nobody watches a task. */
final class LoggedFetch implements FetchListener {
    static final LoggedFetch INSTANCE = new LoggedFetch();

    private static final Logger LOG = LoggerFactory.getLogger(LoggedFetch.class);

    private LoggedFetch() {}

    @Override
    public void note(String message) {
        LOG.warn("{}", message);
    }

    @Override
    public void begin(String model, int files, long bytes) {
        LOG.info("Fetching {}: {} files, {} bytes", model, files, bytes);
    }
}
