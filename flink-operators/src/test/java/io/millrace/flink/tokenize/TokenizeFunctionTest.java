package io.millrace.flink.tokenize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.flink.record.Origin;
import io.millrace.flink.record.RejectedRecord;
import io.millrace.flink.record.RejectedRecord.Stage;
import io.millrace.flink.record.TextRecord;
import io.millrace.flink.record.TokenizedRecord;
import io.millrace.flink.testing.ControlledEncoder;
import io.millrace.flink.testing.TestRecords;
import io.millrace.model.ModelException;
import io.millrace.model.tokenize.TextException;
import java.nio.file.Path;
import java.util.List;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.execution.SuppressRestartsException;
import org.apache.flink.streaming.api.operators.ProcessOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.apache.flink.streaming.util.ProcessFunctionTestHarnesses;
import org.apache.flink.util.OutputTag;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class TokenizeFunctionTest {
    private static final OutputTag<RejectedRecord> REJECTED =
            new OutputTag<>("rejected", Types.POJO(RejectedRecord.class));

    private final ControlledEncoder encoder = new ControlledEncoder(8);

    @Test
    void aTextBecomesTokens() throws Exception {
        try (var function = open()) {
            TextRecord source = TestRecords.text(1, "ab");
            function.processElement(new StreamRecord<>(source, 5));
            assertThat(function.extractOutputStreamRecords())
                    .singleElement()
                    .satisfies(
                            record -> {
                                assertThat(record.getTimestamp()).isEqualTo(5);
                                assertThat(record.getValue().source()).isEqualTo(source);
                                assertThat(record.getValue().ids()).containsExactly(1, 97, 98, 2);
                                assertThat(record.getValue().truncated()).isFalse();
                                assertThat(record.getValue().modelRevision())
                                        .isEqualTo(TestRecords.REVISION);
                            });
        }
    }

    @Test
    void aLongTextIsCutAndSaysSo() throws Exception {
        try (var function = open()) {
            function.processElement(new StreamRecord<>(TestRecords.text(1, "0123456789")));
            assertThat(function.extractOutputValues())
                    .singleElement()
                    .satisfies(
                            record -> {
                                assertThat(record.ids()).hasSize(8);
                                assertThat(record.truncated()).isTrue();
                            });
        }
    }

    @Test
    void tokensFromElsewhereAreChecked() throws Exception {
        try (var function = open()) {
            function.processElement(new StreamRecord<>(record(null, new int[] {4, 5})));
            function.processElement(new StreamRecord<>(record(null, new int[0]), 9));
            assertThat(function.extractOutputValues())
                    .singleElement()
                    .satisfies(record -> assertThat(record.ids()).containsExactly(4, 5));
            assertRejected(function, "no tokens");
            assertThat(function.getSideOutput(REJECTED).peek().getTimestamp()).isEqualTo(9);
        }
    }

    @Test
    void aDeletePassesWithoutTokens() throws Exception {
        try (var function = open()) {
            TextRecord delete =
                    TextRecord.delete(new byte[] {1}, List.of(), new Origin("in", 0, 0));
            function.processElement(new StreamRecord<>(delete, 5));
            assertThat(function.extractOutputStreamRecords())
                    .singleElement()
                    .satisfies(
                            record -> {
                                assertThat(record.getTimestamp()).isEqualTo(5);
                                assertThat(record.getValue().source())
                                        .usingRecursiveComparison()
                                        .isEqualTo(delete);
                                assertThat(record.getValue().ids()).isEmpty();
                            });
        }
    }

    @Test
    void neitherTextNorTokensIsRejected() throws Exception {
        try (var function = open()) {
            function.processElement(new StreamRecord<>(record(null, null)));
            assertRejected(function, "expected a text or token ids, found neither");
        }
    }

    @Test
    void bothTextAndTokensIsRejected() throws Exception {
        try (var function = open()) {
            function.processElement(new StreamRecord<>(record("text", new int[] {4})));
            assertRejected(function, "expected a text or token ids, found both");
        }
    }

    @Test
    void theEncoderIsGivenBack() throws Exception {
        open().close();
        assertThat(encoder.closes()).isEqualTo(1);
    }

    @Test
    void aModelThatCannotBeRunFailsTheJobForGood() throws Exception {
        TokenizeFunction function =
                new TokenizeFunction(
                        () -> {
                            throw new ModelException(Path.of("model"), List.of("no weights"));
                        },
                        REJECTED);
        assertThatThrownBy(() -> ProcessFunctionTestHarnesses.forProcessFunction(function))
                .isInstanceOf(SuppressRestartsException.class)
                .cause()
                .hasMessageContaining("no weights");
    }

    private static void assertRejected(
            OneInputStreamOperatorTestHarness<TextRecord, TokenizedRecord> function,
            String reason) {
        assertThat(function.getSideOutput(REJECTED))
                .singleElement()
                .satisfies(
                        record -> {
                            RejectedRecord rejected = record.getValue();
                            assertThat(rejected.stage()).isEqualTo(Stage.TOKENIZE);
                            assertThat(rejected.reason()).isEqualTo(reason);
                            assertThat(rejected.errorClass())
                                    .isEqualTo(TextException.class.getName());
                        });
    }

    private OneInputStreamOperatorTestHarness<TextRecord, TokenizedRecord> open() throws Exception {
        var harness =
                new OneInputStreamOperatorTestHarness<TextRecord, TokenizedRecord>(
                        new ProcessOperator<>(new TokenizeFunction(() -> encoder, REJECTED)));
        harness.open();
        return harness;
    }

    private static TextRecord record(@Nullable String text, int @Nullable [] ids) {
        return new TextRecord(null, text, ids, null, List.of(), new Origin("in", 0, 0));
    }
}
