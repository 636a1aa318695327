package io.millrace.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoModelTest {
    @TempDir Path directory;

    @Test
    void twoRunsWriteTheSameBytes() throws Exception {
        Path first = directory.resolve("first");
        Path second = directory.resolve("second");

        DemoModel.write(first);
        DemoModel.write(second);

        assertThat(contents(first)).isEqualTo(contents(second)).hasSize(9);
    }

    @Test
    void tensorsFillTheFileWithoutAGap() throws IOException {
        DemoModel.write(directory);

        ByteBuffer file =
                ByteBuffer.wrap(Files.readAllBytes(directory.resolve("model.safetensors")))
                        .order(ByteOrder.LITTLE_ENDIAN);
        int headerLength = Math.toIntExact(file.getLong());
        assertThat(headerLength % 8).isZero();
        byte[] header = new byte[headerLength];
        file.get(header);

        long expectedBegin = 0;
        for (JsonNode tensor : new ObjectMapper().readTree(header)) {
            if (!tensor.has("shape")) {
                continue;
            }
            long bytes = 4;
            for (JsonNode dimension : tensor.get("shape")) {
                bytes *= dimension.longValue();
            }
            assertThat(tensor.get("data_offsets").get(0).longValue()).isEqualTo(expectedBegin);
            expectedBegin += bytes;
            assertThat(tensor.get("data_offsets").get(1).longValue()).isEqualTo(expectedBegin);
        }
        assertThat(file.remaining()).isEqualTo(expectedBegin);
    }

    @Test
    void vocabularyHasSpecialTokensThenFrequentWordsThenCharacters() {
        Map<String, Integer> vocabulary =
                DemoVocabulary.of(List.of("The Café, the river", "the mill 東京"));

        List<String> tokens = new ArrayList<>(vocabulary.keySet());
        assertThat(tokens)
                .startsWith("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "the", ",", "cafe")
                .contains("river", "mill", "東", "京", "##東", "z", "##z", "я", "##ω")
                .doesNotContain("東京", "Café", "T")
                .doesNotHaveDuplicates();
        assertThat(vocabulary).containsEntry("the", 3).containsEntry("z", 0);
    }

    @Test
    void messagesAreManyAndDistinct() throws IOException {
        assertThat(DemoMessages.texts())
                .hasSizeGreaterThan(200)
                .doesNotHaveDuplicates()
                .noneMatch(String::isBlank)
                .containsAll(DemoMessages.TELLING);
    }

    private static Map<String, String> contents(Path directory) throws Exception {
        Map<String, String> contents = new TreeMap<>();
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                contents.put(directory.relativize(file).toString(), sha256(file));
            }
        }
        return contents;
    }

    private static String sha256(Path file) throws Exception {
        return HexFormat.of()
                .formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
    }
}
