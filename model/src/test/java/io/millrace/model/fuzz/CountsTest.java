package io.millrace.model.fuzz;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.model.testing.Golden;
import io.millrace.model.testing.ModelCopy;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * No number of a configuration makes the reader allocate by it, alone or multiplied by another:
 * what {@link DirectoryTarget} holds against fuzzed files, here for every pair of counts.
 */
class CountsTest {
    private static final JsonMapper JSON = new JsonMapper();
    private static final List<Integer> COUNTS =
            List.of(0, 1, 1024, 65536, 1 << 24, Integer.MAX_VALUE);

    @TempDir Path scratch;

    static List<Golden> models() {
        return Golden.onePerModelType();
    }

    @ParameterizedTest
    @MethodSource("models")
    void allocateNothingByPairsOfCounts(Golden golden) throws IOException {
        DirectoryTarget target = target(golden);
        List<String> keys =
                config(golden).properties().stream()
                        .filter(entry -> entry.getValue().isInt())
                        .map(Map.Entry::getKey)
                        .toList();
        assertThat(keys).contains("vocab_size");
        for (String first : keys) {
            for (String second : keys.subList(keys.indexOf(first) + 1, keys.size())) {
                for (int a : COUNTS) {
                    for (int b : List.of(1024, 1 << 24)) {
                        ObjectNode config = config(golden).put(first, a).put(second, b);
                        target.accept(config.toString().getBytes(UTF_8));
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void takeLongListsForWhatTheyAre(Golden golden) throws IOException {
        DirectoryTarget target = target(golden);
        ArrayNode layers = JSON.createArrayNode();
        for (int i = 0; i < 200_000; i++) {
            layers.add("sliding_attention");
        }
        for (String key : List.of("layer_types", "rope_scaling", "pos_att_type", "id2label")) {
            ObjectNode config = config(golden);
            config.set(key, layers);
            target.accept(config.toString().getBytes(UTF_8));
        }
    }

    private DirectoryTarget target(Golden golden) {
        Path copy = scratch.resolve("model");
        return new DirectoryTarget(
                ModelCopy.of(golden.toString(), copy).directory(), "config.json");
    }

    private static ObjectNode config(Golden golden) throws IOException {
        JsonNode config = JSON.readTree(golden.directory().resolve("config.json").toFile());
        return (ObjectNode) config;
    }
}
