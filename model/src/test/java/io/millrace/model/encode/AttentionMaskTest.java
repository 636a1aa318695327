package io.millrace.model.encode;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.model.testing.Golden;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a position may see, by changing what it may not. */
class AttentionMaskTest {
    private static final int HIDDEN = 32;
    private static final int[] TEXT = {2, 40, 50, 60, 70, 80, 90, 3};
    private static final int[] CHANGED_FROM_5 = {2, 40, 50, 60, 70, 81, 91, 4};

    @Test
    void underTheCausalMaskLaterTokensCannotChangeEarlierPositions() {
        float[][] hidden = hiddenStates(AttentionMask.CAUSAL, TEXT);
        float[][] changed = hiddenStates(AttentionMask.CAUSAL, CHANGED_FROM_5);
        for (int position = 0; position < 5; position++) {
            assertThat(changed[position]).as("position %d", position).isEqualTo(hidden[position]);
        }
        for (int position = 5; position < 8; position++) {
            assertThat(changed[position])
                    .as("position %d", position)
                    .isNotEqualTo(hidden[position]);
        }
    }

    @Test
    void underThePaddingMaskTheyDo() {
        float[][] hidden = hiddenStates(AttentionMask.PADDING, TEXT);
        float[][] changed = hiddenStates(AttentionMask.PADDING, CHANGED_FROM_5);
        for (int position = 0; position < 8; position++) {
            assertThat(changed[position])
                    .as("position %d", position)
                    .isNotEqualTo(hidden[position]);
        }
    }

    @Test
    void paddingIsHiddenUnderBothWhateverIdItHas() {
        for (AttentionMask mask : AttentionMask.values()) {
            try (TensorFlowEncoder encoder = open(mask)) {
                float[][] padded = encoder.encode(TokenBatch.pad(List.of(TEXT), 16, 0));
                float[][] otherwise = encoder.encode(TokenBatch.pad(List.of(TEXT), 16, 77));
                assertThat(padded).as("%s", mask).isDeepEqualTo(otherwise);
            }
        }
    }

    @Test
    void aPadIdWithinATextIsATokenLikeAnyOther() {
        int[] withPadId = {2, 40, 0, 60, 3};
        try (TensorFlowEncoder encoder = open(AttentionMask.PADDING)) {
            float[] shorter = encoder.encode(TokenBatch.pad(List.of(new int[] {2, 40}), 8, 0))[0];
            float[] whole = encoder.encode(TokenBatch.pad(List.of(withPadId), 8, 0))[0];
            int[] otherTail = {2, 40, 0, 61, 3};
            float[] other = encoder.encode(TokenBatch.pad(List.of(otherTail), 8, 0))[0];
            assertThat(whole).isNotEqualTo(shorter).isNotEqualTo(other);
        }
    }

    private static float[][] hiddenStates(AttentionMask mask, int[] ids) {
        try (TensorFlowEncoder encoder = open(mask)) {
            return encoder.hiddenStates(TokenBatch.pad(List.of(ids, ids), 8, 0), HIDDEN);
        }
    }

    private static TensorFlowEncoder open(AttentionMask mask) {
        return TensorFlowEncoder.open(
                Golden.of("bert-mean").directory(), EncoderOptions.DEFAULT.withAttentionMask(mask));
    }
}
