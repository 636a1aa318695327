package io.millrace.model.tokenize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.util.Ec2Utils;
import ai.djl.util.Utils;
import io.millrace.model.read.ModelDirectory;
import io.millrace.model.testing.Golden;
import io.millrace.model.testing.ModelCopy;
import java.lang.reflect.Field;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class HuggingFaceTokenizerTest {
    private static final String TEXT = "The river turns the wheel.";
    private static final int[] IDS = {
        2, 114, 83, 305, 30, 85, 348, 31, 114, 88, 164, 18, 24, 60, 3
    };

    @TempDir Path temp;

    private static Tokenizer open(int maxTokens, Truncation truncation) {
        return HuggingFaceTokenizer.open(settings().withCut(maxTokens, truncation));
    }

    private static TokenizerSettings settings() {
        return ModelDirectory.open(Golden.of("bert-mean").directory()).tokenizer();
    }

    @Test
    void shortTextsAreNotCut() {
        try (Tokenizer tokenizer = open(15, Truncation.RIGHT)) {
            TokenizedText text = tokenizer.tokenize(TEXT);
            assertThat(text.ids()).containsExactly(IDS);
            assertThat(text.truncated()).isFalse();
        }
    }

    @Test
    void theEndIsCutAndTheLastTokenKept() {
        try (Tokenizer tokenizer = open(5, Truncation.RIGHT)) {
            TokenizedText text = tokenizer.tokenize(TEXT);
            assertThat(text.ids()).containsExactly(2, 114, 83, 305, 3);
            assertThat(text.truncated()).isTrue();
        }
    }

    @Test
    void theBeginningIsCutAndTheFirstTokenKept() {
        try (Tokenizer tokenizer = open(5, Truncation.LEFT)) {
            TokenizedText text = tokenizer.tokenize(TEXT);
            assertThat(text.ids()).containsExactly(2, 18, 24, 60, 3);
            assertThat(text.truncated()).isTrue();
        }
    }

    @Test
    void aLongTextIsRefusedWhereItIsNotToBeCut() {
        try (Tokenizer tokenizer = open(14, Truncation.REJECT)) {
            assertThatThrownBy(() -> tokenizer.tokenize(TEXT))
                    .isInstanceOf(TextException.class)
                    .hasMessage("expected at most 14 tokens, found 15");
        }
    }

    @Test
    void modelsMayTakeMoreThan512Tokens() {
        TokenizerSettings settings = settings().withCut(2000, Truncation.RIGHT);
        try (Tokenizer tokenizer = HuggingFaceTokenizer.open(settings)) {
            assertThat(tokenizer.tokenize("a ".repeat(1500)).ids()).hasSize(1502);
            assertThat(tokenizer.tokenize("a ".repeat(2500)).ids()).hasSize(2000);
        }
    }

    @Test
    void truncationAndPaddingInTheFileAreIgnored() {
        ModelCopy copy = ModelCopy.of("bert-mean", temp.resolve("model"));
        copy.edit(
                "tokenizer.json",
                json -> {
                    json.putObject("truncation")
                            .put("direction", "Left")
                            .put("max_length", 4)
                            .put("strategy", "LongestFirst")
                            .put("stride", 0);
                    json.putObject("padding")
                            .put("direction", "Left")
                            .put("pad_to_multiple_of", 32)
                            .put("pad_id", 0)
                            .put("pad_type_id", 0)
                            .put("pad_token", "[PAD]")
                            .put("strategy", "BatchLongest");
                });
        try (Tokenizer tokenizer = HuggingFaceTokenizer.open(settings(copy))) {
            assertThat(tokenizer.tokenize(TEXT).ids()).containsExactly(IDS);
        }
    }

    /**
     * Seen with transformers 5.18.0: the class decides whether tokenizer.json's normalizer counts.
     */
    @Test
    void aBertClassReplacesTheNormalizer() {
        int[] lower = {2, 79, 22, 36, 211, 70, 155, 18, 70, 14, 19, 18, 3};
        int[] cased = {2, 1, 1, 1, 3};
        assertThat(mixedCase("PreTrainedTokenizerFast", null)).containsExactly(cased);
        assertThat(mixedCase("TokenizersBackend", true)).containsExactly(cased);
        assertThat(mixedCase("BertTokenizer", null)).containsExactly(lower);
        assertThat(mixedCase("BertTokenizerFast", true)).containsExactly(lower);
        assertThat(mixedCase("BertTokenizer", false)).containsExactly(cased);
        assertThat(mixedCase(null, null)).containsExactly(lower);
    }

    /** The ids of one text, with a tokenizer.json that keeps the case. */
    private int[] mixedCase(@Nullable String tokenizerClass, @Nullable Boolean lower) {
        ModelCopy copy =
                ModelCopy.of("bert-mean", temp.resolve(tokenizerClass + "-" + lower))
                        .edit(
                                "tokenizer.json",
                                json -> json.withObject("/normalizer").put("lowercase", false))
                        .edit(
                                "tokenizer_config.json",
                                json -> {
                                    json.remove("tokenizer_class");
                                    if (tokenizerClass != null) {
                                        json.put("tokenizer_class", tokenizerClass);
                                    }
                                    if (lower != null) {
                                        json.put("do_lower_case", lower);
                                    }
                                });
        try (Tokenizer tokenizer = HuggingFaceTokenizer.open(settings(copy))) {
            return tokenizer.tokenize("MIXED Case café").ids();
        }
    }

    @Test
    void lowerCaseOfSentenceTransformersComesFirst() {
        ModelCopy copy =
                ModelCopy.of("bert-mean", temp.resolve("model"))
                        .edit(
                                "tokenizer.json",
                                json -> json.withObject("/normalizer").put("lowercase", false))
                        .edit("sentence_bert_config.json", json -> json.put("do_lower_case", true));
        try (Tokenizer tokenizer = HuggingFaceTokenizer.open(settings(copy))) {
            assertThat(tokenizer.tokenize("MIXED Case café").ids())
                    .containsExactly(2, 79, 22, 36, 211, 70, 155, 18, 1, 3);
        }
    }

    private static TokenizerSettings settings(ModelCopy copy) {
        return ModelDirectory.open(copy.directory()).tokenizer();
    }

    @Test
    void emptyTextIsTheSpecialTokensAlone() {
        try (Tokenizer tokenizer = open(64, Truncation.RIGHT)) {
            assertThat(tokenizer.tokenize("").ids()).containsExactly(2, 3);
        }
    }

    @Test
    void controlCharactersAreNoText() {
        try (Tokenizer tokenizer = open(64, Truncation.RIGHT)) {
            assertThat(tokenizer.tokenize("the\u0000 wheel\u0007").ids())
                    .containsExactly(tokenizer.tokenize("the wheel").ids());
        }
    }

    @Test
    void loneSurrogatesAreRefused() {
        try (Tokenizer tokenizer = open(64, Truncation.RIGHT)) {
            assertThat(tokenizer.tokenize("a \ud83d\ude80 b").ids()).hasSize(5);
            for (String text : List.of("abc\ud83d", "abc\ude80", "abc\ude80\ud83d", "abc\ud83d ")) {
                assertThatThrownBy(() -> tokenizer.tokenize(text))
                        .isInstanceOf(TextException.class)
                        .hasMessage(
                                "expected well-formed Unicode, found a lone surrogate at index 3");
            }
        }
    }

    @Test
    void idsFromElsewhereAreCheckedAndCutByTheSameRule() {
        try (Tokenizer tokenizer = open(5, Truncation.RIGHT)) {
            assertThat(tokenizer.accept(IDS).ids()).containsExactly(2, 114, 83, 305, 3);
            int[] bare = {114, 83, 305, 30, 85, 348};
            assertThat(tokenizer.accept(bare).ids()).containsExactly(114, 83, 305, 30, 85);
            assertThatThrownBy(() -> tokenizer.accept(new int[0]))
                    .isInstanceOf(TextException.class)
                    .hasMessage("expected at least 1 token, found none");
            assertThatThrownBy(() -> tokenizer.accept(new int[] {2, 420}))
                    .isInstanceOf(TextException.class)
                    .hasMessage("expected token ids from 0 to 419, found 420 at position 1");
            assertThatThrownBy(() -> tokenizer.accept(new int[] {-1}))
                    .isInstanceOf(TextException.class)
                    .hasMessage("expected token ids from 0 to 419, found -1 at position 0");
        }
    }

    @Test
    void idsThatTheModelDoesNotHaveAreRefusedInTextsToo() {
        TokenizerSettings all = settings();
        TokenizerSettings fewer =
                new TokenizerSettings(
                        all.json(),
                        all.kind(),
                        all.splitsAtSpaces(),
                        "",
                        false,
                        all.maxTokens(),
                        all.truncation(),
                        all.maxChars(),
                        100,
                        all.marks());
        try (Tokenizer tokenizer = HuggingFaceTokenizer.open(fewer)) {
            assertThatThrownBy(() -> tokenizer.tokenize(TEXT))
                    .isInstanceOf(TextException.class)
                    .hasMessage("expected token ids from 0 to 99, found 114 at position 1");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"RIGHT", "LEFT"})
    void aHugeTextGivesWhatAllOfItGives(Truncation truncation) {
        String huge = "river wheel [SEP] x!\t水車 ".repeat(40_000);
        try (Tokenizer cutting = open(64, truncation);
                Tokenizer whole = open(5_000_000, truncation)) {
            int[] all = whole.tokenize(huge).ids();
            TokenizedText cut = cutting.tokenize(huge);
            assertThat(cut.truncated()).isTrue();
            int[] expected =
                    truncation == Truncation.RIGHT
                            ? Arrays.copyOf(all, 64)
                            : Arrays.copyOfRange(all, all.length - 64, all.length);
            expected[0] = 2;
            expected[63] = 3;
            assertThat(cut.ids()).containsExactly(expected);
        }
    }

    @Test
    void aHugeTextIsRefusedWithoutCountingAllOfIt() {
        try (Tokenizer tokenizer = open(64, Truncation.REJECT)) {
            assertThatThrownBy(() -> tokenizer.tokenize("river ".repeat(100_000)))
                    .isInstanceOf(TextException.class)
                    .hasMessageMatching("expected at most 64 tokens, found more than \\d{3,4}");
        }
    }

    @Test
    void aHugeTextOfFewTokensIsNotCut() {
        try (Tokenizer tokenizer = open(64, Truncation.REJECT)) {
            String text = "wheel" + " ".repeat(1_000_000) + "wheel";
            assertThat(tokenizer.tokenize(text))
                    .satisfies(
                            tokens -> {
                                assertThat(tokens.ids())
                                        .containsExactly(tokenizer.tokenize("wheel wheel").ids());
                                assertThat(tokens.truncated()).isFalse();
                            });
        }
    }

    private static Tokenizer open(String golden, int maxTokens, Truncation truncation) {
        return HuggingFaceTokenizer.open(
                ModelDirectory.open(Golden.of(golden).directory())
                        .tokenizer()
                        .withCut(maxTokens, truncation));
    }

    /** The same ids as before there was a bound, for whatever lies within it. */
    @ParameterizedTest
    @ValueSource(strings = {"bert-mean", "qwen2", "roberta", "xlm-roberta"})
    void aTextBeyondTheBoundGivesTheTokensOfItsBeginning(String golden) {
        String within = "The river turns the wheel. ".repeat(38_000);
        String beyond = within + "And so on. ".repeat(10_000);
        for (Truncation truncation : List.of(Truncation.RIGHT, Truncation.LEFT)) {
            try (Tokenizer tokenizer = open(golden, 64, truncation)) {
                TokenizedText cut = tokenizer.tokenize(beyond);
                assertThat(cut.truncated()).isTrue();
                String end = truncation == Truncation.RIGHT ? within : "And so on. ".repeat(10_000);
                assertThat(cut.ids()).containsExactly(tokenizer.tokenize(end).ids());
            }
        }
    }

    /** Of a BERT class, spaces are no tokens; of the others they are, some or many. */
    @ParameterizedTest
    @ValueSource(strings = {"bert-mean", "qwen2", "roberta"})
    void twelveMillionSpacesEndNothing(String golden) {
        String spaces = "a" + " ".repeat(12_000_000) + "b";
        try (Tokenizer tokenizer = open(golden, 64, Truncation.RIGHT)) {
            TokenizedText text = tokenizer.tokenize(spaces);
            boolean dropped = golden.equals("bert-mean");
            assertThat(text.truncated()).isNotEqualTo(dropped);
            assertThat(text.ids())
                    .containsExactly(
                            tokenizer
                                    .tokenize(dropped ? "a b" : spaces.substring(0, 10_000))
                                    .ids());
        }
    }

    @Test
    void aWordBeyondTheBoundIsRefusedAlone() {
        try (Tokenizer tokenizer = open(64, Truncation.RIGHT)) {
            assertThatThrownBy(() -> tokenizer.tokenize("x".repeat(2_000_000)))
                    .isInstanceOf(TextException.class)
                    .hasMessage(
                            "expected at most 1048576 characters, or as many with more than 128"
                                    + " tokens, found 2000000");
            assertThat(tokenizer.tokenize(TEXT).ids()).containsExactly(IDS);
        }
    }

    @Test
    void manyThreadsGetWhatOneGets() throws Exception {
        List<String> texts = Golden.of("bert-mean").expected().texts();
        try (Tokenizer tokenizer = open(64, Truncation.RIGHT)) {
            List<int[]> alone = texts.stream().map(t -> tokenizer.tokenize(t).ids()).toList();
            List<Callable<Void>> tasks =
                    Collections.nCopies(
                            50,
                            () -> {
                                for (int i = 0; i < texts.size(); i++) {
                                    assertThat(tokenizer.tokenize(texts.get(i)).ids())
                                            .containsExactly(alone.get(i));
                                }
                                return null;
                            });
            ExecutorService threads = Executors.newFixedThreadPool(4);
            try {
                for (Future<Void> done : threads.invokeAll(tasks)) {
                    done.get();
                }
            } finally {
                threads.shutdown();
            }
        }
    }

    /** The library's own front door reports to a server; ours must not go through it. */
    @Test
    void nothingIsReportedToAnyone() throws Exception {
        try (Tokenizer tokenizer = open(64, Truncation.RIGHT)) {
            tokenizer.tokenize(TEXT);
        }
        Field lastReport = Ec2Utils.class.getDeclaredField("lastCheckIn");
        lastReport.setAccessible(true);
        assertThat(lastReport.getLong(null)).isZero();
    }

    /** Other flavors are looked for on the machine, and downloaded. */
    @Test
    void theLibraryIsTheOneInTheJar() {
        open(64, Truncation.RIGHT).close();
        assertThat(Utils.getEnvOrSystemProperty("RUST_FLAVOR")).isEqualTo("cpu");
    }
}
