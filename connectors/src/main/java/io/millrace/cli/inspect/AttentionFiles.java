package io.millrace.cli.inspect;

import static java.math.RoundingMode.HALF_EVEN;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.millrace.model.encode.Attention;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.StringWriter;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Objects;

/** Writes what a text's tokens attend to: as JSON, and as a page that needs nothing but itself. */
final class AttentionFiles {
    private static final JsonFactory JSON = new JsonFactory();
    private static final String TEMPLATE = "attention.html";
    private static final String PLACE = "{{data}}";

    /** A map of a long text has many thousand weights; four decimals tell them apart. */
    private static final int DECIMALS = 4;

    private static final int LEVELS = 65535;

    private AttentionFiles() {}

    /**
     * Writes {@code attention.json} and {@code attention.html}, over those that are there.
     *
     * @param folder made when it is not there
     */
    static List<Path> write(Path folder, String model, String revision, Attention attention)
            throws IOException {
        Files.createDirectories(folder);
        Path json = folder.resolve("attention.json");
        writeJson(json, model, revision, attention);
        Path page = folder.resolve("attention.html");
        Files.writeString(page, page(model, attention));
        return List.of(json, page);
    }

    private static void writeJson(Path file, String model, String revision, Attention attention)
            throws IOException {
        try (OutputStream out = Files.newOutputStream(file);
                JsonGenerator json = JSON.createGenerator(out)) {
            json.writeStartObject();
            json.writeStringField("model", model);
            json.writeStringField("revision", revision);
            writeText(json, attention);
            json.writeArrayFieldStart("attention");
            for (float[][][] layer : attention.weights()) {
                json.writeStartArray();
                for (float[][] head : layer) {
                    json.writeStartArray();
                    for (float[] query : head) {
                        writeRow(json, query);
                    }
                    json.writeEndArray();
                }
                json.writeEndArray();
            }
            json.writeEndArray();
            json.writeEndObject();
        }
    }

    private static void writeText(JsonGenerator json, Attention attention) throws IOException {
        json.writeStringField("text", attention.text());
        json.writeBooleanField("truncated", attention.truncated());
        json.writeNumberField("before", attention.before());
        json.writeNumberField("after", attention.after());
        json.writeArrayFieldStart("tokens");
        for (String token : attention.tokens()) {
            json.writeString(token);
        }
        json.writeEndArray();
    }

    private static void writeRow(JsonGenerator json, float[] weights) throws IOException {
        json.writeStartArray();
        for (float weight : weights) {
            json.writeNumber(
                    BigDecimal.valueOf(weight)
                            .setScale(DECIMALS, HALF_EVEN)
                            .stripTrailingZeros()
                            .toPlainString());
        }
        json.writeEndArray();
    }

    private static String page(String model, Attention attention) throws IOException {
        StringWriter data = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(data)) {
            json.writeStartObject();
            json.writeStringField("model", model);
            writeText(json, attention);
            json.writeNumberField("layers", attention.weights().length);
            json.writeNumberField("heads", attention.weights()[0].length);
            json.writeStringField("weights", Base64.getEncoder().encodeToString(levels(attention)));
            json.writeEndObject();
        }
        // Inside a script element, "</script" would end it, whatever quotes are around.
        return template().replace(PLACE, data.toString().replace("<", "\\u003c"));
    }

    /** Two bytes a weight, the low one first. {@code [layer][head][query][key]} */
    private static byte[] levels(Attention attention) {
        int layers = attention.weights().length;
        int heads = attention.weights()[0].length;
        int tokens = attention.tokens().size();
        ByteBuffer levels =
                ByteBuffer.allocate(
                                Math.multiplyExact(Short.BYTES * layers * heads, tokens * tokens))
                        .order(ByteOrder.LITTLE_ENDIAN);
        for (float[][][] layer : attention.weights()) {
            for (float[][] head : layer) {
                for (float[] query : head) {
                    for (float weight : query) {
                        levels.putShort((short) Math.round(weight * LEVELS));
                    }
                }
            }
        }
        return levels.array();
    }

    private static String template() throws IOException {
        try (InputStream in =
                Objects.requireNonNull(
                        AttentionFiles.class.getResourceAsStream(TEMPLATE), TEMPLATE)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
