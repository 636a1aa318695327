package io.millrace.model.encode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.millrace.model.read.ModelDirectory;
import io.millrace.model.testing.Golden;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What tokens attend to, in every architecture. */
class AttentionTest {
    static List<Golden> cases() {
        return Stream.concat(
                        Golden.onePerModelType().stream(),
                        Stream.of("nomic-bert-mixture", "jina-bert", "transformer-performer")
                                .map(Golden::of))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void isOneMapForEachLayerAndHead(Golden golden) {
        ModelDirectory directory = ModelDirectory.open(golden.directory());

        Attention attention =
                Attention.of(golden.directory(), EncoderOptions.DEFAULT, "The river turns.");

        int tokens = attention.tokens().size();
        assertThat(tokens).isGreaterThan(4);
        if (golden.toString().equals("transformer-performer")) {
            assertThat(attention.weights()).as("it computes none").isEmpty();
            return;
        }
        // ALBERT may attend several times in a layer.
        assertThat(attention.weights().length % directory.config().numHiddenLayers()).isZero();
        assertThat(attention.weights()).isNotEmpty();
        for (float[][][] layer : attention.weights()) {
            assertThat(layer).hasDimensions(directory.config().numAttentionHeads(), tokens);
            for (float[][] head : layer) {
                for (float[] query : head) {
                    assertThat(query).hasSize(tokens);
                    assertThat(sum(query)).isCloseTo(1, within(1e-5));
                }
            }
        }
    }

    private static double sum(float[] weights) {
        double sum = 0;
        for (float weight : weights) {
            sum += weight;
        }
        return sum;
    }
}
