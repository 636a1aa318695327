package io.millrace.kafka;

import io.millrace.flink.EncodeStream;
import io.millrace.flink.EncodedStream;
import io.millrace.flink.encode.EncoderSource;
import io.millrace.flink.encode.SharedEncoder;
import io.millrace.flink.options.EncodeOptions;
import io.millrace.flink.record.EmbeddingRecord;
import io.millrace.flink.record.RejectedRecord;
import io.millrace.flink.record.TextRecord;
import io.millrace.kafka.check.KafkaPreflight;
import io.millrace.kafka.check.TopicRules;
import io.millrace.kafka.decode.DecodeFunction;
import io.millrace.kafka.decode.KafkaSources;
import io.millrace.kafka.emit.DeadLetterFunction;
import io.millrace.kafka.emit.EmitFunction;
import io.millrace.kafka.emit.KafkaSinks;
import io.millrace.kafka.emit.OutputRecord;
import io.millrace.kafka.options.InputFormat;
import io.millrace.kafka.options.KafkaJobOptions;
import io.millrace.kafka.options.SinkRole;
import io.millrace.model.encode.EncoderOptions;
import io.millrace.model.fetch.ModelHub;
import io.millrace.model.fetch.PinnedModel;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.UnaryOperator;
import org.apache.flink.api.common.JobExecutionResult;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.client.program.ProgramParametrizationException;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.OutputTag;

/** The job: texts from Kafka, vectors to Kafka, what got none to the dead letters. */
public final class KafkaEncodeJob {
    private static final OutputTag<RejectedRecord> REJECTED =
            new OutputTag<>("rejected", Types.POJO(RejectedRecord.class));

    private KafkaEncodeJob() {}

    /**
     * What {@code flink run} calls. Never ends the process: this may be a JobManager that other
     * jobs live in.
     *
     * @throws ProgramParametrizationException when the arguments cannot be used; Flink shows its
     *     message without a stack trace
     */
    public static void main(String[] args) throws Exception {
        List<Callable<JobExecutionResult>> job = new ArrayList<>();
        StringWriter messages = new StringWriter();
        KafkaEncodeCommand.create(
                        "flink run millrace-job.jar",
                        (encode, kafka) -> {
                            // Here once, so that every TaskManager has the same commit.
                            PinnedModel model =
                                    ModelHub.ofEnvironment()
                                            .pin(
                                                    encode.model(),
                                                    Optional.ofNullable(
                                                            encode.encoder().adapter()));
                            KafkaPreflight.check(kafka);
                            job.add(
                                    () ->
                                            execute(
                                                    encode.withModel(model.name(), model.adapter()),
                                                    kafka));
                            return 0;
                        })
                .setOut(new PrintWriter(messages))
                .setErr(new PrintWriter(messages))
                .execute(args);
        if (job.isEmpty()) {
            throw new ProgramParametrizationException(messages.toString());
        }
        job.get(0).call();
    }

    private static JobExecutionResult execute(EncodeOptions encode, KafkaJobOptions kafka)
            throws Exception {
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        build(env, encode, kafka);
        return env.execute(name(encode, kafka));
    }

    /** Adds the job to this environment; its caller executes it. */
    public static void build(
            StreamExecutionEnvironment env, EncodeOptions encode, KafkaJobOptions kafka) {
        build(env, encode, kafka, UnaryOperator.identity());
    }

    /** As above; the vectors take this way on their way out. */
    public static void build(
            StreamExecutionEnvironment env,
            EncodeOptions encode,
            KafkaJobOptions kafka,
            UnaryOperator<DataStream<EmbeddingRecord>> tap) {
        String model = encode.model();
        EncoderOptions options = encode.encoder();
        build(env, encode, kafka, () -> SharedEncoder.open(model, options), tap);
    }

    /** As above, with encoders from elsewhere. */
    static void build(
            StreamExecutionEnvironment env,
            EncodeOptions encode,
            KafkaJobOptions kafka,
            EncoderSource encoders) {
        build(env, encode, kafka, encoders, UnaryOperator.identity());
    }

    private static void build(
            StreamExecutionEnvironment env,
            EncodeOptions encode,
            KafkaJobOptions kafka,
            EncoderSource encoders,
            UnaryOperator<DataStream<EmbeddingRecord>> tap) {
        configure(env, kafka);

        SingleOutputStreamOperator<TextRecord> texts =
                env.fromSource(
                                KafkaSources.source(kafka),
                                WatermarkStrategy.noWatermarks(),
                                "kafka-source")
                        .uid("kafka-source")
                        .process(new DecodeFunction(REJECTED), Types.POJO(TextRecord.class))
                        .name("decode")
                        .uid("decode");

        EncodedStream encoded = EncodeStream.encode(texts, encode, "millrace", encoders);

        SingleOutputStreamOperator<OutputRecord> vectors =
                tap.apply(encoded.embeddings())
                        .process(
                                new EmitFunction(
                                        kafka.outputFormat(),
                                        kafka.inputFormat() == InputFormat.JSON
                                                ? kafka.textField()
                                                : null,
                                        kafka.maxRecordBytes(),
                                        rules(kafka, kafka.outputTopic()),
                                        REJECTED),
                                Types.POJO(OutputRecord.class))
                        .name("emit")
                        .uid("emit");
        vectors.sinkTo(KafkaSinks.sink(kafka, kafka.outputTopic(), SinkRole.VECTORS))
                .name("vectors")
                .uid("vectors");

        DataStream<RejectedRecord> rejected =
                texts.getSideOutput(REJECTED)
                        .union(encoded.rejected(), vectors.getSideOutput(REJECTED));
        rejected.process(
                        new DeadLetterFunction(
                                kafka.groupId(),
                                kafka.maxRecordBytes(),
                                rules(kafka, kafka.deadLetterTopic())),
                        Types.POJO(OutputRecord.class))
                .name("dead-letters-emit")
                .uid("dead-letters-emit")
                .sinkTo(KafkaSinks.sink(kafka, kafka.deadLetterTopic(), SinkRole.DEAD_LETTERS))
                .name("dead-letters")
                .uid("dead-letters");
    }

    private static TopicRules.Source rules(KafkaJobOptions kafka, String topic) {
        return () -> TopicRules.read(kafka.adminConfig(), kafka.bootstrapServers(), topic);
    }

    /** What the job is called: its topics and its model. */
    public static String name(EncodeOptions encode, KafkaJobOptions kafka) {
        // Of a commit, the first digits say enough.
        String named = encode.model().replaceFirst("(@[0-9a-f]{8})[0-9a-f]{32}$", "$1");
        Path model = Path.of(named).getFileName();
        return "%s → %s (%s)"
                .formatted(
                        String.join(", ", kafka.inputTopics()),
                        kafka.outputTopic(),
                        model == null ? encode.model() : model);
    }

    private static void configure(StreamExecutionEnvironment env, KafkaJobOptions kafka) {
        Integer parallelism = kafka.parallelism();
        if (parallelism != null) {
            env.setParallelism(parallelism);
        }
        env.enableCheckpointing(kafka.checkpointInterval().toMillis());
        // Records are immutable from one end to the other: no operator needs a copy of its own.
        env.getConfig().enableObjectReuse();
    }
}
