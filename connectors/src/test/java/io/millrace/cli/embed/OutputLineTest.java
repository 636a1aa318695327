package io.millrace.cli.embed;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.TextNode;
import io.millrace.cli.read.InputRecord;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

class OutputLineTest {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    @Test
    void vectorFollowsIdAndOtherFields() {
        InputRecord record =
                new InputRecord(
                        TextNode.valueOf("a\nb"),
                        NODES.objectNode().put("lang", "日本").put("tokens", "theirs"),
                        "text",
                        null);

        assertThat(render(record, new Outcome.Embedded(new float[] {1, -0.5f}, 3, true)))
                .isEqualTo(
                        "{\"id\":\"a\\nb\",\"lang\":\"日本\",\"embedding\":[1.0,-0.5],\"tokens\":3,"
                                + "\"truncated\":true}\n");
    }

    @Test
    void errorTakesTheVectorsPlace() {
        InputRecord record =
                new InputRecord(NODES.numberNode(7), NODES.objectNode(), null, "reason");

        assertThat(render(record, new Outcome.Refused("reason")))
                .isEqualTo("{\"id\":7,\"error\":\"reason\"}\n");
    }

    @Test
    void everyFloatComesBackWithTheSameBits() throws IOException {
        float[] vector = new float[20_000];
        Random random = new Random(1);
        for (int i = 0; i < vector.length; i++) {
            float any = Float.intBitsToFloat(random.nextInt());
            vector[i] = Float.isFinite(any) ? any : -0.0f;
        }
        vector[0] = Float.MIN_VALUE;
        vector[1] = Float.MAX_VALUE;
        InputRecord record = new InputRecord(NODES.numberNode(0), NODES.objectNode(), "", null);

        JsonNode line =
                new ObjectMapper().readTree(render(record, new Outcome.Embedded(vector, 1, false)));

        for (int i = 0; i < vector.length; i++) {
            String written = line.get("embedding").get(i).asText();
            assertThat(Float.floatToRawIntBits(Float.parseFloat(written)))
                    .isEqualTo(Float.floatToRawIntBits(vector[i]));
        }
    }

    private static String render(InputRecord record, Outcome outcome) {
        return new String(OutputLine.render(record, outcome), StandardCharsets.UTF_8);
    }
}
