package io.millrace.model.read;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;

/**
 * The ids of a model's tokens. Of a list of tokens and scores, the id is the place, and the first
 * place where a token is there twice.
 *
 * @param ids by the tokens' texts
 * @param unscored the same of the tokens that a list has with a score of zero
 */
record Vocabulary(Map<String, Integer> ids, Map<String, Integer> unscored) {
    private static final JsonFactory JSON = new JsonFactory();

    /**
     * Reads the vocabulary of a {@code tokenizer.json}.
     *
     * @throws JsonProcessingException when it has another form
     */
    static Vocabulary parse(String text) throws JsonProcessingException {
        Map<String, Integer> ids = new HashMap<>();
        Map<String, Integer> unscored = new HashMap<>();
        try (JsonParser parser = JSON.createParser(text)) {
            if (parser.nextToken() == JsonToken.START_ARRAY) {
                readList(parser, ids, unscored);
            } else {
                while (parser.nextToken() == JsonToken.FIELD_NAME) {
                    String token = parser.currentName();
                    ids.put(token, parser.nextIntValue(-1));
                }
            }
        } catch (JsonProcessingException e) {
            throw e;
        } catch (IOException e) {
            throw new UncheckedIOException(e); // nothing is read from anywhere but the string
        }
        return new Vocabulary(ids, unscored);
    }

    private static void readList(
            JsonParser parser, Map<String, Integer> ids, Map<String, Integer> unscored)
            throws IOException {
        int id = 0;
        while (parser.nextToken() == JsonToken.START_ARRAY) {
            String token = parser.nextTextValue();
            parser.nextToken();
            if (token == null || !parser.currentToken().isNumeric()) {
                break;
            }
            if (parser.getDoubleValue() == 0) {
                unscored.putIfAbsent(token, id);
            }
            ids.putIfAbsent(token, id);
            id++;
            parser.nextToken();
        }
    }
}
