package io.millrace.flink.encode;

import static io.millrace.flink.testing.TestRecords.options;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.flink.EncodeStream;
import io.millrace.flink.record.TextRecord;
import io.millrace.flink.testing.ControlledEncoder;
import io.millrace.flink.testing.PerCheckpoint;
import io.millrace.flink.testing.TestRecords;
import io.millrace.model.encode.Encoder;
import io.millrace.model.encode.EncoderOptions;
import java.io.Serializable;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Jobs of one TaskManager share a model and give it back. */
@Timeout(120)
class SharedEncoderJobTest {
    private static final int PARALLELISM = 2;

    @RegisterExtension
    static final MiniClusterExtension CLUSTER =
            new MiniClusterExtension(
                    new MiniClusterResourceConfiguration.Builder()
                            .setNumberTaskManagers(1)
                            .setNumberSlotsPerTaskManager(PARALLELISM)
                            .build());

    // Filled by the tasks of the running test's job, in this JVM.
    private static final List<ControlledEncoder> LOADED = new CopyOnWriteArrayList<>();

    @TempDir private Path directory;

    @BeforeEach
    void forget() {
        LOADED.clear();
    }

    @Test
    void eachRunOfAJobLoadsOnceAndFreesOnce() throws Exception {
        for (int run = 1; run <= 2; run++) {
            StreamExecutionEnvironment env = job(400, SharedEncoderJobTest::load);
            env.execute();
            assertThat(LOADED).hasSize(run).allMatch(encoder -> encoder.closes() == 1);
        }
    }

    /** A call that runs while its job is cancelled is waited for, and the job ends. */
    @Test
    void aCancelledJobEndsAndFreesItsModel() throws Exception {
        StreamExecutionEnvironment env = job(Long.MAX_VALUE / 2, SharedEncoderJobTest::loadHeld);
        JobClient client = env.executeAsync();
        while (LOADED.isEmpty()) {
            Thread.onSpinWait();
        }
        ControlledEncoder encoder = LOADED.get(0);
        encoder.awaitStarted(PARALLELISM);
        client.cancel().get();
        encoder.releaseAll();
        while (client.getJobStatus().get() != JobStatus.CANCELED) {
            Thread.onSpinWait();
        }
        assertThat(LOADED).hasSize(1);
        assertThat(encoder.closes()).isEqualTo(1);
        assertThat(encoder.runningAtClose()).isZero();
    }

    private StreamExecutionEnvironment job(long records, SerializableLoader loader) {
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        env.setParallelism(PARALLELISM);
        // The last checkpoint needs all tasks, so none ends before all have opened their encoder.
        env.enableCheckpointing(50);
        String model = directory.toString();
        EncodeStream.encode(
                        env.fromSource(
                                new DataGeneratorSource<>(
                                        number -> TestRecords.text(number, "text " + number),
                                        records,
                                        new PerCheckpoint(50),
                                        Types.POJO(TextRecord.class)),
                                WatermarkStrategy.noWatermarks(),
                                "texts"),
                        options(64, 8, Duration.ofMillis(1)),
                        "shared",
                        () -> SharedEncoder.open(Path.of(model), EncoderOptions.DEFAULT, loader))
                .embeddings()
                .sinkTo(new DiscardingSink<>());
        return env;
    }

    private static Encoder load(Path directory, EncoderOptions options) {
        ControlledEncoder encoder = new ControlledEncoder(64);
        LOADED.add(encoder);
        return encoder;
    }

    private static Encoder loadHeld(Path directory, EncoderOptions options) {
        ControlledEncoder encoder = new ControlledEncoder(64);
        encoder.hold();
        LOADED.add(encoder);
        return encoder;
    }

    private interface SerializableLoader extends SharedEncoder.Loader, Serializable {}
}
