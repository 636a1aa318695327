package io.millrace.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.flink.options.EncodeOptions;
import io.millrace.flink.options.OutputMode;
import io.millrace.kafka.options.ClientProperties;
import io.millrace.kafka.options.Delivery;
import io.millrace.kafka.options.InputFormat;
import io.millrace.kafka.options.KafkaJobOptions;
import io.millrace.kafka.options.NullValues;
import io.millrace.kafka.options.OutputFormat;
import io.millrace.kafka.options.StartOffsets;
import io.millrace.model.encode.EncoderOptions;
import io.millrace.model.encode.Precision;
import io.millrace.model.fetch.ModelHub;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class KafkaEncodeCommandTest {
    private static final String CANARY = "canary-7431";
    private static final List<String> REQUIRED =
            List.of(
                    "--bootstrap-servers=b:1",
                    "--input-topic=in",
                    "--output-topic=out",
                    "--model=m");

    private final List<EncodeOptions> encode = new ArrayList<>();
    private final List<KafkaJobOptions> kafka = new ArrayList<>();
    private final StringWriter said = new StringWriter();

    @Test
    void defaults() {
        assertThat(run()).isZero();
        assertThat(kafka)
                .containsExactly(
                        new KafkaJobOptions(
                                "b:1",
                                List.of("in"),
                                "out",
                                "out.dead-letters",
                                "millrace-out",
                                StartOffsets.COMMITTED,
                                false,
                                InputFormat.TEXT,
                                "/text",
                                NullValues.TOMBSTONE,
                                OutputFormat.JSON,
                                1024 * 1024,
                                Delivery.AT_LEAST_ONCE,
                                "millrace-out",
                                Duration.ofMinutes(15),
                                Duration.ofSeconds(10),
                                null,
                                false,
                                ClientProperties.NONE));
        assertThat(encode)
                .containsExactly(EncodeOptions.from(Configuration.fromMap(Map.of("model", "m"))));
    }

    @Test
    void everyOptionIsUnderstood() {
        int status =
                run(
                        "--input-topic=a,b",
                        "--dead-letter-topic=dead",
                        "--group-id=group",
                        "--start=latest",
                        "--bounded",
                        "--input-format=token-ids",
                        "--text-field=title",
                        "--null-values=dead-letter",
                        "--output-format=float32",
                        "--max-record-bytes=20000",
                        "--delivery=exactly-once",
                        "--transactional-id-prefix=prefix",
                        "--transaction-timeout=1min",
                        "--checkpoint-interval=500ms",
                        "--parallelism=3",
                        "--create-topics=true",
                        "--output-mode=ALLOW_UNORDERED",
                        "--precision=bf16",
                        "--linger=5 ms");

        assertThat(status).isZero();
        assertThat(kafka)
                .containsExactly(
                        new KafkaJobOptions(
                                "b:1",
                                List.of("in", "a", "b"),
                                "out",
                                "dead",
                                "group",
                                StartOffsets.LATEST,
                                true,
                                InputFormat.TOKEN_IDS,
                                "/title",
                                NullValues.DEAD_LETTER,
                                OutputFormat.FLOAT32,
                                20000,
                                Delivery.EXACTLY_ONCE,
                                "prefix",
                                Duration.ofMinutes(1),
                                Duration.ofMillis(500),
                                3,
                                true,
                                ClientProperties.NONE));
        assertThat(encode.get(0).outputMode()).isEqualTo(OutputMode.ALLOW_UNORDERED);
        assertThat(encode.get(0).linger()).isEqualTo(Duration.ofMillis(5));
        assertThat(encode.get(0).encoder())
                .isEqualTo(EncoderOptions.DEFAULT.withPrecision(Precision.BF16));
    }

    @Test
    void clientPropertiesComeFromAFileAndFromArguments(@TempDir Path directory) throws Exception {
        Path file = directory.resolve("client.properties");
        Files.writeString(file, "a=file\nb=file\n");

        run(
                "--properties-file=" + file,
                "--property=b=common=1",
                "--consumer-property=c=consumer",
                "--producer-property=b=producer");

        ClientProperties clients = kafka.get(0).clients();
        assertThat(clients.forConsumer())
                .isEqualTo(Map.of("a", "file", "b", "common=1", "c", "consumer"));
        assertThat(clients.forProducer()).isEqualTo(Map.of("a", "file", "b", "producer"));
        assertThat(clients.forAdmin()).isEqualTo(Map.of("a", "file", "b", "common=1"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "--delivery=maybe | '--delivery': expected at-least-once|exactly-once, found maybe",
                "--linger=soon | '--linger': expected a time such as 10ms, 5s or 2min, found soon",
                "--parallelism=two | '--parallelism': expected a whole number, found two",
                "--parallelism=0 | Option 'parallelism': expected at least 1, found 0",
                "--bounded=maybe | '--bounded': expected true or false, found maybe",
                "--batch-rows=0 | Option 'batch-rows': expected at least 1, found 0",
                "--max-record-bytes=100 | Option 'max-record-bytes': expected at least 16384, found 100",
                "--text-field= | Option 'text-field': expected a field's name or a JSON Pointer, found nothing",
                "--dead-letter-topic=out | Option 'dead-letter-topic': expected a topic that is neither read nor the output, found out",
                "--dead-letter-topic=in | Option 'dead-letter-topic': expected a topic that is neither read nor the output, found in",
                "--input-topic=out | Option 'output-topic': expected a topic that is not read, found out",
                "--transaction-timeout=0ms | Option 'transaction-timeout': expected 1 ms to 2147483647 ms, found PT0S",
                "--property=group.id=g | Client property 'group.id' cannot be set: use --group-id",
                "--properties-file=/none | Option 'properties-file': expected a readable properties file, found /none (NoSuchFileException)",
                "--precision=f16 | '--precision': expected f32|bf16, found f16",
                "--output=x | Unknown option: '--output'",
                "word | Expected options only, found 1 other arguments",
            })
    void anArgumentThatCannotBeUsedIsNamed(String argument, String message) {
        assertThat(run(argument)).isEqualTo(2);
        assertThat(said.toString())
                .contains(message)
                .contains("See 'test --help'.")
                .doesNotContain("\tat ");
        assertThat(kafka).isEmpty();
    }

    @Test
    void aMissingOptionIsNamed() {
        assertThat(command("--model=m")).isEqualTo(2);
        assertThat(said.toString()).startsWith("Option 'output-topic' is required");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--property=sasl.jaas.config=x password=\"canary-7431\";",
                "--property=SSL.Keystore.Password=canary-7431",
                "--property=ssl.keystore.key=canary-7431",
                "--property=ssl.truststore.certificates=canary-7431",
                "--producer-property=sasl.oauthbearer.client.secret=canary-7431",
                "--consumer-property=basic.auth.user.info=canary-7431",
                "--property=some.access-key=canary-7431",
                "--property=ssl.keystore.certificate.chain=canary-7431",
                "--property=sasl.oauthbearer.assertion.private.key.passphrase=canary-7431",
            })
    void secretsAreNeverShown(String argument) {
        assertThat(run(argument)).isZero();
        KafkaJobOptions options = kafka.get(0);
        assertThat(options.toString()).contains("******").doesNotContain(CANARY);
        assertThat(
                        Stream.of(options.clients().forConsumer(), options.clients().forProducer())
                                .anyMatch(properties -> properties.toString().contains(CANARY)))
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--property canary-7431",
                "--proprty sasl.jaas.config=canary-7431",
                "--proprty=sasl.jaas.config=canary-7431",
                "--producer-property =canary-7431",
            })
    void aMistakeWithASecretDoesNotShowIt(String arguments) {
        assertThat(run(arguments.split(" "))).isEqualTo(2);
        assertThat(said.toString()).isNotEmpty().doesNotContain(CANARY);
    }

    @Test
    void aModelThatCannotBeHadIsToldInOneLine() {
        ModelHub offline =
                ModelHub.of(Map.of("HF_HUB_OFFLINE", "1", "HF_HUB_CACHE", "/no/such/cache"));

        int status =
                KafkaEncodeCommand.create(
                                "test",
                                (options, any) -> {
                                    offline.pin(options.model());
                                    return 0;
                                })
                        .setErr(new PrintWriter(said, true))
                        .execute(
                                "--bootstrap-servers=b:1",
                                "--input-topic=in",
                                "--output-topic=out",
                                "--model=acme/tiny-bert");

        assertThat(status).isEqualTo(2);
        assertThat(said.toString().lines())
                .singleElement()
                .asString()
                .startsWith("acme/tiny-bert: no such directory here")
                .contains("HF_HUB_OFFLINE");
    }

    @Test
    void theHelpTextNamesEveryOption() {
        assertThat(command("--help")).isZero();
        String help = said.toString().replaceAll("\\s+", " ");
        Stream.concat(KafkaJobOptions.ALL.stream(), EncodeOptions.ALL.stream())
                .map(ConfigOption::key)
                .forEach(key -> assertThat(help).contains("--" + key));
        assertThat(help)
                .contains("Default: at-least-once.", "Default: 10 s.", "json|float32", "Examples");
    }

    private int run(String... arguments) {
        return command(
                Stream.concat(REQUIRED.stream(), Arrays.stream(arguments)).toArray(String[]::new));
    }

    private int command(String... arguments) {
        return KafkaEncodeCommand.create(
                        "test",
                        (encodeOptions, kafkaOptions) -> {
                            encode.add(encodeOptions);
                            kafka.add(kafkaOptions);
                            return 0;
                        })
                .setOut(new PrintWriter(said, true))
                .setErr(new PrintWriter(said, true))
                .execute(arguments);
    }
}
