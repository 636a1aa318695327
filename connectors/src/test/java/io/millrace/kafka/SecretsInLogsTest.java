package io.millrace.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.flink.options.EncodeOptions;
import io.millrace.kafka.broker.EmbeddedBroker;
import io.millrace.kafka.check.KafkaPreflight;
import io.millrace.kafka.options.KafkaJobOptions;
import io.millrace.kafka.testing.Topics;
import io.millrace.model.testing.FakeEncoder;
import java.io.StringWriter;
import java.util.List;
import java.util.Map;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.appender.WriterAppender;
import org.apache.logging.log4j.core.config.Configurator;
import org.apache.logging.log4j.core.config.builder.api.ConfigurationBuilderFactory;
import org.apache.logging.log4j.core.layout.PatternLayout;
import org.junit.jupiter.api.Test;

/** A whole run with everything logged that Flink and Kafka have to say. */
final class SecretsInLogsTest {
    private static final String CANARY = "canary-7431";

    @Test
    void secretsReachNoLogAndNoRecord() throws Exception {
        StringWriter log = new StringWriter();
        try {
            logEverything(log);
            runTheJob();
        } finally {
            LoggerContext.getContext(false).reconfigure();
        }
        assertThat(log.toString())
                .contains("io.millrace", "ProducerConfig values", "security.protocol")
                .doesNotContain(CANARY);
    }

    private static void logEverything(StringWriter log) {
        var builder = ConfigurationBuilderFactory.newConfigurationBuilder();
        Configurator.reconfigure(builder.add(builder.newRootLogger(Level.DEBUG)).build());
        WriterAppender appender =
                WriterAppender.newBuilder()
                        .setName("canary")
                        .setTarget(log)
                        .setLayout(
                                PatternLayout.newBuilder().withPattern("%c %m%n%throwable").build())
                        .build();
        appender.start();
        LoggerContext context = LoggerContext.getContext(false);
        context.getConfiguration().getRootLogger().addAppender(appender, Level.DEBUG, null);
        context.updateLoggers();
    }

    private static void runTheJob() throws Exception {
        try (EmbeddedBroker broker = EmbeddedBroker.start()) {
            Topics topics = new Topics(broker.bootstrapServers());
            topics.create(1, "in");
            topics.write(
                    List.of(
                            new ProducerRecord<>("in", "text".getBytes(UTF_8)),
                            new ProducerRecord<>("in", new byte[] {(byte) 0xff})));
            Configuration config = new Configuration();
            config.setString("bootstrap-servers", broker.bootstrapServers());
            config.setString("input-topic", "in");
            config.setString("output-topic", "out");
            config.setString("bounded", "true");
            config.setString("create-topics", "true");
            config.set(
                    KafkaJobOptions.PROPERTY,
                    Map.of(
                            "sasl.jaas.config",
                            "org.example.Module required password=\"" + CANARY + "\";",
                            "ssl.keystore.key",
                            CANARY,
                            "ssl.key.password",
                            CANARY));
            KafkaJobOptions options = KafkaJobOptions.from(config);
            KafkaPreflight.check(options);
            StreamExecutionEnvironment env =
                    StreamExecutionEnvironment.getExecutionEnvironment(new Configuration());
            env.setParallelism(1);
            KafkaEncodeJob.build(env, EncodeOptions.of("fake"), options, () -> new FakeEncoder(64));
            assertThat(env.getStreamGraph(false).getStreamingPlanAsJSON()).doesNotContain(CANARY);
            env.execute();

            assertThat(topics.read("out")).hasSize(1);
            assertThat(topics.read("out.dead-letters"))
                    .hasSize(1)
                    .allSatisfy(
                            letter ->
                                    assertThat(letter.headers().toString()).doesNotContain(CANARY));
        }
    }
}
