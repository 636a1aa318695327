package io.millrace.model.fetch;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** JSON that says which other files there are. */
final class SmallJson {
    private static final int BYTES_MAX = 64 << 20;
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private SmallJson() {}

    /** The content; empty when it is no JSON. */
    static Optional<JsonNode> read(Path file) throws IOException {
        try (InputStream stream = Files.newInputStream(file)) {
            byte[] bytes = stream.readNBytes(BYTES_MAX + 1);
            return bytes.length > BYTES_MAX ? Optional.empty() : parse(bytes);
        }
    }

    /** The content; empty when it is no JSON. */
    static Optional<JsonNode> parse(byte[] bytes) throws IOException {
        try {
            JsonNode json = JSON.readTree(bytes);
            return json.isMissingNode() ? Optional.empty() : Optional.of(json);
        } catch (JsonProcessingException e) {
            return Optional.empty();
        }
    }
}
