package io.millrace.model.tokenize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import org.junit.jupiter.api.Test;

class TokenizerJsonTest {
    private static final String JSON =
            """
            { "truncation" : {"max_length": 5, "x": [1, {}]}, "padding": null,
              "model": {"vocab": {"type": 1}, "type": "WordPiece"}, "number": 12, "text": "é\\"" }
            """;

    @Test
    void findsParts() throws Exception {
        TokenizerJson json = TokenizerJson.parse(JSON);
        assertThat(json.kind()).isEqualTo("WordPiece");
        assertThat(json.get("truncation")).contains("{\"max_length\": 5, \"x\": [1, {}]}");
        assertThat(json.get("number")).contains("12");
        assertThat(json.get("text")).contains("\"é\\\"\"");
        assertThat(json.get("padding")).isEmpty();
        assertThat(json.get("absent")).isEmpty();
    }

    @Test
    void exchangesPartsAndLeavesTheRest() throws Exception {
        TokenizerJson json = TokenizerJson.parse(JSON);
        assertThat(json.with("truncation", "null").with("number", "[]").with("text", "1"))
                .hasToString(
                        """
                        { "truncation" : null, "padding": null,
                          "model": {"vocab": {"type": 1}, "type": "WordPiece"}, "number": [], "text": 1 }
                        """);
        assertThat(json.with("new", "{}").get("new")).contains("{}");
        assertThat(TokenizerJson.parse("{}").with("new", "1")).hasToString("{\"new\":1}");
    }

    @Test
    void refusesWhatIsNotOneObject() {
        for (String text : new String[] {"", "[]", "{", "{} {}", "null"}) {
            assertThatThrownBy(() -> TokenizerJson.parse(text))
                    .as("%s", text)
                    .isInstanceOf(JsonProcessingException.class);
        }
    }
}
