package io.millrace.cli.local;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.flink.api.common.JobID;
import org.apache.flink.client.deployment.executors.PipelineExecutorUtils;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.runtime.minicluster.MiniClusterJobClient;
import org.apache.flink.runtime.minicluster.MiniClusterJobClient.JobFinalizationBehavior;
import org.apache.flink.runtime.scheduler.exceptionhistory.RootExceptionHistoryEntry;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.graph.StreamGraph;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A Flink of one task manager in this process, with one job. As Flink's own local executor, but it
 * stays when the job has ended, so that it can be asked why, and it can be asked whether its task
 * manager lives.
 */
final class LocalFlink implements JobWatch.Watched, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LocalFlink.class);
    private static final String ANY_PORT = "0";
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final MiniCluster cluster;
    private final JobID job;

    private LocalFlink(MiniCluster cluster, JobID job) {
        this.cluster = cluster;
        this.job = job;
    }

    /** Starts one and on it this environment's job. */
    static LocalFlink start(
            StreamExecutionEnvironment env, String jobName, Configuration configuration)
            throws Exception {
        StreamGraph graph = env.getStreamGraph();
        graph.setJobName(jobName);
        StreamGraph executable = PipelineExecutorUtils.getStreamGraph(graph, configuration);
        executable.serializeUserDefinedInstances();
        Configuration flink = new Configuration(configuration);
        if (!flink.contains(RestOptions.BIND_PORT)) {
            flink.set(RestOptions.BIND_PORT, ANY_PORT);
        }
        MiniCluster cluster =
                new MiniCluster(
                        new MiniClusterConfiguration.Builder()
                                .setConfiguration(flink)
                                .setNumTaskManagers(1)
                                .setNumSlotsPerTaskManager(executable.getMaximumParallelism())
                                .build());
        try {
            cluster.start();
            return new LocalFlink(cluster, cluster.submitJob(executable).get().getJobID());
        } catch (Exception e) {
            close(cluster);
            throw e;
        }
    }

    JobClient client() {
        return new MiniClusterJobClient(
                job,
                cluster,
                Thread.currentThread().getContextClassLoader(),
                JobFinalizationBehavior.NOTHING);
    }

    @Override
    public CompletableFuture<Integer> taskManagers() {
        return cluster.requestClusterOverview()
                .thenApply(overview -> overview.getNumTaskManagersConnected());
    }

    @Override
    public CompletableFuture<Iterable<RootExceptionHistoryEntry>> failures() {
        return cluster.getExecutionGraphInfo(job).thenApply(info -> info.getExceptionHistory());
    }

    @Override
    public void close() throws InterruptedException {
        close(cluster);
    }

    private static void close(MiniCluster cluster) throws InterruptedException {
        try {
            cluster.closeAsync().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            LOG.debug("Flink did not end in order", e);
        }
    }
}
