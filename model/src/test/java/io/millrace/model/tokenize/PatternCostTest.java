package io.millrace.model.tokenize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PatternCostTest {
    /** GPT-2, Qwen, Llama 3, cl100k, o200k, DeepSeek, BLOOM, CLIP, DeBERTa, XLM-R. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
                "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*"
                        + "|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
                "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*"
                        + "|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
                "'(?i:[sdmt]|ll|ve|re)|[^\\r\\n\\p{L}\\p{N}]?+\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]++[\\r\\n]*"
                        + "|\\s*[\\r\\n]|\\s+(?!\\S)|\\s+",
                "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
                        + "|[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]+[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
                        + "|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
                "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\\r\\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+"
                        + "| ?[\\p{P}\\p{S}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
                " ?[^(\\s|[.,!?…。，、।۔،])]+",
                "'s|'t|'re|'ve|'m|'ll|'d|[\\p{L}]+|[\\p{N}]|[^\\s\\p{L}\\p{N}]+",
                "\\s{2,}|[\\n\\r\\t]",
                " {2,}",
            })
    void whatKnownTokenizersUseIsLinear(String pattern) {
        PatternCost cost = PatternCost.of(pattern);
        assertThat(cost.linear()).isTrue();
        assertThat(cost.retriesPerChar()).isLessThan(5);
        assertThat(cost.nullable()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", "a*", "a?|b", "^", "\\b", "(?=a)", "(?:)", "a{0,3}", "(a*)", "|a", "x{,2}"
            })
    void aPatternThatMayMatchNothingIsTold(String pattern) {
        assertThat(PatternCost.of(pattern).nullable()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"\\s+$", " +\\n", ".*x", "\\s++x", "(?=(\\d{3})+(?!\\d))", "a[^b]*c"})
    void aSearchThatStartsAgainAtEveryCharacterIsNotLinear(String pattern) {
        assertThat(PatternCost.of(pattern).linear()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "(a+)+b",
                "(a|a)*b",
                "(a|ab)*c",
                "(\\s*)*x",
                "(a?){500}b",
                "(a*b){3}c",
                ".*a.*b",
                "\\s*\\s*x",
                "(?=.*a.*b)x",
                "(a)\\1",
                "(?<n>a\\g<n>?b)",
                "(?<n>a)\\k<n>",
                "a**",
                "a{2}{3}",
                "(?(1)a|b)",
                "(?~ab)",
                "(?x) a",
                "(*FAIL)",
                "\\K",
                "\\R",
                "(?:a{1000}){1000}",
                "((((((((((((((((((((((((((((((((a))))))))))))))))))))))))))))))))",
                "[",
                "(",
                ")",
                "\\",
                "*a",
                "[]a]",
            })
    void whatHasNoBoundIsRefused(String pattern) {
        assertThatThrownBy(() -> PatternCost.of(pattern))
                .isInstanceOf(IllegalArgumentException.class)
                .message()
                .isNotBlank();
    }

    @Test
    void aHugePatternIsReadInNoTime() {
        assertThatThrownBy(() -> PatternCost.of("a".repeat(20_001))).hasMessage("20001 characters");
        assertThat(PatternCost.of("(a|b)|".repeat(3000) + "c").linear()).isTrue();
    }
}
