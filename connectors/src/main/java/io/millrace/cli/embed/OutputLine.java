package io.millrace.cli.embed;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.cli.read.InputRecord;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Set;

/** A record and its outcome as one line of JSON; a float32 read back from it has the same bits. */
final class OutputLine {
    private static final Set<String> OWN_FIELDS =
            Set.of("id", "embedding", "tokens", "truncated", "error");

    private static final ObjectMapper JSON =
            new ObjectMapper(
                    JsonFactory.builder()
                            .enable(StreamWriteFeature.USE_FAST_DOUBLE_WRITER)
                            .build());

    private OutputLine() {}

    /** The line's bytes, its end included. */
    static byte[] render(InputRecord record, Outcome outcome) {
        ByteArrayOutputStream line = new ByteArrayOutputStream(256);
        try (JsonGenerator json = JSON.createGenerator(line)) {
            json.writeStartObject();
            json.writeFieldName("id");
            json.writeTree(record.id());
            for (Map.Entry<String, JsonNode> other : record.others().properties()) {
                if (!OWN_FIELDS.contains(other.getKey())) {
                    json.writeFieldName(other.getKey());
                    json.writeTree(other.getValue());
                }
            }
            write(json, outcome);
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        line.write('\n');
        return line.toByteArray();
    }

    private static void write(JsonGenerator json, Outcome outcome) throws IOException {
        if (outcome instanceof Outcome.Embedded embedded) {
            json.writeArrayFieldStart("embedding");
            for (float component : embedded.embedding()) {
                json.writeNumber(component);
            }
            json.writeEndArray();
            json.writeNumberField("tokens", embedded.tokens());
            json.writeBooleanField("truncated", embedded.truncated());
        } else if (outcome instanceof Outcome.Refused refused) {
            json.writeStringField("error", refused.reason());
        }
    }
}
