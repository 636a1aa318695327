package io.millrace.cli.read;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InputReaderTest {
    @Test
    void plainLineIsTheTextAndItsNumberTheId() throws IOException {
        assertThat(read("one\n\nÜmit 水 🚀", InputFormat.LINES))
                .extracting(record -> record.id().asText() + "=" + record.text())
                .containsExactly("0=one", "1=", "2=Ümit 水 🚀");
    }

    @Test
    void otherFieldsPassThroughInTheirOrder() throws IOException {
        InputRecord record =
                only("{\"b\": 1.10, \"id\": \"x\", \"text\": \"t\", \"a\": {\"c\": [null, true]}}");

        assertThat(record.id().textValue()).isEqualTo("x");
        assertThat(record.text()).isEqualTo("t");
        assertThat(record.others()).hasToString("{\"b\":1.10,\"a\":{\"c\":[null,true]}}");
    }

    @Test
    void missingIdIsTheLinesNumber() throws IOException {
        List<InputRecord> records =
                read("\n  \n{\"text\":\"a\"}\n{\"id\":null,\"text\":\"b\"}\n", InputFormat.JSONL);

        assertThat(records)
                .extracting(record -> record.id().toString())
                .containsExactly("2", "null");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
                    {"id": 1, "text": "secret   | expected a JSON object, found malformed JSON at column 26
                    {"id": 1} trailing          | expected a JSON object, found malformed JSON at column 11
                    {"text": "a", "text": "b"}  | expected a JSON object, found malformed JSON at column 21
                    "secret"                    | expected a JSON object, found string
                    [1]                         | expected a JSON object, found array
                    {"id": 7}                   | expected field 'text', found none
                    {"text": null}              | field 'text': expected a string, found null
                    {"text": 5}                 | field 'text': expected a string, found number
                    """)
    void lineWithoutATextSaysWhatWasExpected(String line, String error) throws IOException {
        InputRecord record = only(line);

        assertThat(record.text()).isNull();
        assertThat(record.error()).isEqualTo(error);
    }

    @Test
    void deeplyNestedJsonIsAnErrorToo() throws IOException {
        assertThat(only("[".repeat(100_000)).error()).startsWith("expected a JSON object");
    }

    @Test
    void invalidUtf8NamesTheByteAndSparesTheNextLine() throws IOException {
        byte[] input = {'o', 'k', (byte) 0xFF, 'x', '\n', 'n', 'e', 'x', 't'};

        List<InputRecord> records = read(input, InputFormat.LINES);

        assertThat(records.get(0).error()).isEqualTo("expected UTF-8, found other bytes at byte 2");
        assertThat(records.get(1).text()).isEqualTo("next");
    }

    @Test
    void formatIsToldByTheFilesName() {
        assertThat(InputFormat.ofFileName("dir.jsonl/texts.txt")).isEqualTo(InputFormat.LINES);
        assertThat(InputFormat.ofFileName("Texts.JSONL")).isEqualTo(InputFormat.JSONL);
        assertThat(InputFormat.ofFileName("texts.ndjson")).isEqualTo(InputFormat.JSONL);
        assertThat(InputFormat.ofFileName("-")).isEqualTo(InputFormat.LINES);
    }

    private static InputRecord only(String line) throws IOException {
        List<InputRecord> records = read(line, InputFormat.JSONL);
        assertThat(records).hasSize(1);
        return records.get(0);
    }

    private static List<InputRecord> read(String input, InputFormat format) throws IOException {
        return read(input.getBytes(StandardCharsets.UTF_8), format);
    }

    private static List<InputRecord> read(byte[] input, InputFormat format) throws IOException {
        InputReader reader = new InputReader(new ByteArrayInputStream(input), format);
        List<InputRecord> records = new ArrayList<>();
        for (InputRecord record = reader.next(); record != null; record = reader.next()) {
            records.add(record);
        }
        return records;
    }
}
