package io.millrace.it.bench.measure;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class OperationsTest {
    private static final Operations TINY = new Operations(2, 4, 8);

    @Test
    void oneTextIsItsDenseLayersAndItsAttention() {
        // 3 tokens: 2 layers · (3 · 2 · (4·16 + 2·32) + 4 · 9 · 4)
        assertThat(TINY.ofText(3)).isEqualTo(2 * (768 + 144));
    }

    @Test
    void textsAddUp() {
        assertThat(TINY.ofTexts(new int[] {3, 1, 3}))
                .isEqualTo(2 * TINY.ofText(3) + TINY.ofText(1));
    }

    @Test
    void shapeIsReadFromTheConfiguration() throws IOException {
        assertThat(
                        of(
                                "{'model_type':'roberta','num_hidden_layers':2,'hidden_size':4,'intermediate_size':8}"))
                .contains(TINY);
        assertThat(of("{'model_type':'distilbert','n_layers':2,'dim':4,'hidden_dim':8}"))
                .contains(TINY);
    }

    @Test
    void otherShapesAreNotGuessed() throws IOException {
        assertThat(of("{'model_type':'modernbert','num_hidden_layers':2}")).isEmpty();
        assertThat(
                        of(
                                "{'model_type':'bert','feed_forward_type':'geglu','num_hidden_layers':2,'hidden_size':4,'intermediate_size':8}"))
                .isEmpty();
    }

    private static Optional<Operations> of(String json) throws IOException {
        return Operations.of(new ObjectMapper().readTree(json.replace('\'', '"')));
    }
}
