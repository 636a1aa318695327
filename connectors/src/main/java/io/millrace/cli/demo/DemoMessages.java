package io.millrace.cli.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;

/** The bundled messages: tickets, log lines, chat, reviews, parcels, sensors; and paraphrases. */
public final class DemoMessages {
    private static final String RESOURCE = "messages.jsonl";

    /** Texts whose nearest neighbours say the same in other words. */
    static final List<String> TELLING =
            List.of(
                    "Pages take forever to load.",
                    "Fluid is escaping from the reservoir",
                    "Please give me my money back.");

    private DemoMessages() {}

    /** The texts of all messages, in their order. */
    public static List<String> texts() throws IOException {
        try (InputStream in = DemoMessages.class.getResourceAsStream(RESOURCE)) {
            if (in == null) {
                throw new IOException("expected " + RESOURCE + " on the class path, found none");
            }
            List<String> texts = new ArrayList<>();
            try (MappingIterator<JsonNode> lines =
                    new ObjectMapper().readerFor(JsonNode.class).readValues(in)) {
                while (lines.hasNext()) {
                    texts.add(lines.next().get("text").textValue());
                }
            }
            return texts;
        }
    }
}
