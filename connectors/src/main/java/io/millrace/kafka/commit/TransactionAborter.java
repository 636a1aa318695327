package io.millrace.kafka.commit;

import java.time.Duration;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Aborts the open transaction of a transactional id, if it has one. */
final class TransactionAborter implements Consumer<String> {
    private static final Logger LOG = LoggerFactory.getLogger(TransactionAborter.class);
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Properties adminConfig;

    TransactionAborter(Properties adminConfig) {
        this.adminConfig = adminConfig;
    }

    @Override
    public void accept(String transactionalId) {
        try (Admin admin = Admin.create(adminConfig)) {
            admin.fenceProducers(List.of(transactionalId))
                    .all()
                    .get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            LOG.warn(
                    "Cannot abort what an earlier run may have left open under {}; until the broker does at the"
                            + " transaction's timeout, consumers of committed records may wait.",
                    transactionalId,
                    e);
        }
    }
}
