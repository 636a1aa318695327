package io.millrace.cli.read;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.Zstd;
import io.millrace.cli.shell.UnusableException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class InputReaderTest {
    @Test
    void plainLineIsTheTextAndItsNumberTheId() throws IOException {
        assertThat(read("one\n\nÜmit 水 🚀", LineFormat.LINES))
                .extracting(record -> record.id().asText() + "=" + record.text())
                .containsExactly("0=one", "1=", "2=Ümit 水 🚀");
    }

    @Test
    void otherFieldsPassThroughInTheirOrder() throws IOException {
        InputRecord record =
                only(
                        "{\"b\": [1.10, -0.0, 1e400], \"id\": \"x\", \"text\": \"t\", \"a\": {\"c\": [null, true]}}");

        assertThat(record.id().textValue()).isEqualTo("x");
        assertThat(record.text()).isEqualTo("t");
        assertThat(record.others())
                .hasToString("{\"b\":[1.10,-0.0,1e400],\"a\":{\"c\":[null,true]}}");
    }

    @Test
    void missingIdIsTheLinesNumber() throws IOException {
        List<InputRecord> records =
                read("\n  \n{\"text\":\"a\"}\n{\"id\":null,\"text\":\"b\"}\n", LineFormat.JSONL);

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

        List<InputRecord> records = read(input, LineFormat.LINES);

        assertThat(records.get(0).error()).isEqualTo("expected UTF-8, found other bytes at byte 2");
        assertThat(records.get(1).text()).isEqualTo("next");
    }

    @Test
    void formatIsToldByTheFilesName() {
        assertThat(LineFormat.ofFileName("dir.jsonl/texts.txt")).isEqualTo(LineFormat.LINES);
        assertThat(LineFormat.ofFileName("Texts.JSONL")).isEqualTo(LineFormat.JSONL);
        assertThat(LineFormat.ofFileName("texts.ndjson")).isEqualTo(LineFormat.JSONL);
        assertThat(LineFormat.ofFileName("texts.jsonl.gz")).isEqualTo(LineFormat.JSONL);
        assertThat(LineFormat.ofFileName("texts.ndjson.ZST")).isEqualTo(LineFormat.JSONL);
        assertThat(LineFormat.ofFileName("texts.gz")).isEqualTo(LineFormat.LINES);
        assertThat(LineFormat.ofFileName("-")).isEqualTo(LineFormat.LINES);
    }

    @Test
    void compressedInputIsReadAsWhatItHolds() throws IOException {
        byte[] twoMembers = concatenated(gzip("one\nt"), gzip("wo\n"));

        assertThat(read(twoMembers, LineFormat.LINES))
                .extracting(InputRecord::text)
                .containsExactly("one", "two");
        byte[] zstd = Zstd.compress("one\ntwo\n".getBytes(StandardCharsets.UTF_8));
        assertThat(read(zstd, LineFormat.LINES))
                .extracting(InputRecord::text)
                .containsExactly("one", "two");
    }

    @Test
    void progressIsThatOfTheCompressedInput() throws IOException {
        byte[] input = gzip("one\n".repeat(100_000));
        InputReader reader = new InputReader(new ByteArrayInputStream(input), LineFormat.LINES);

        while (reader.next() != null) {
            assertThat(reader.bytesRead()).isBetween(1L, (long) input.length);
        }

        assertThat(reader.bytesRead()).isEqualTo(input.length);
    }

    @Test
    void damagedArchiveIsAnError() throws IOException {
        byte[] whole = gzip("one\n".repeat(100_000));
        byte[] cut = Arrays.copyOf(whole, whole.length - 4);
        byte[] damaged = whole.clone();
        damaged[whole.length / 2] ^= 0x55;
        byte[] zstd = Zstd.compress("one\n".repeat(9).getBytes(StandardCharsets.UTF_8));
        byte[] cutZstd = Arrays.copyOf(zstd, zstd.length - 2);

        for (byte[] input : List.of(cut, damaged, cutZstd)) {
            assertThatThrownBy(() -> read(input, LineFormat.LINES))
                    .isInstanceOf(IOException.class)
                    .hasMessageMatching(
                            "expected whole (gzip|Zstandard) data, found it cut off or damaged"
                                    + " within the first [0-9,]+ bytes");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "504b03040a00, a ZIP archive",
        "425a68393141592653, bzip2",
        "fd377a585a00, xz",
        "50415231, Parquet",
        "fffe6100, UTF-16",
        "feff0061, UTF-16",
        "fffe0000, UTF-32"
    })
    void inputThatIsNoTextIsNamed(String beginning, String kind) {
        assertThatThrownBy(() -> read(HexFormat.of().parseHex(beginning), LineFormat.LINES))
                .isInstanceOf(UnusableException.class)
                .hasMessage(
                        "expected lines of UTF-8, plain or compressed by gzip or zstd, found %s",
                        kind);
    }

    @Test
    void jsonThatIsReadAsPlainLinesIsSuspicious() throws IOException {
        assertThat(suspicion("{\"text\": \"a\"}\n{", LineFormat.LINES))
                .hasValueSatisfying(words -> assertThat(words).contains("--input-format jsonl"));
        assertThat(suspicion("\uFEFF[\n  {\"text\": \"a\"}\n]", LineFormat.LINES)).isPresent();
        assertThat(suspicion("[{\"text\": \"a\"}]", LineFormat.JSONL))
                .hasValueSatisfying(words -> assertThat(words).contains("JSON array"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "\n", "[1] a note", "{curly}", "{\"a\": 1}", "{\"text\": 5}", "a\n{"})
    void otherLinesAreNotSuspicious(String input) throws IOException {
        assertThat(suspicion(input, LineFormat.LINES)).isEmpty();
    }

    @Test
    void suspicionTakesNothingFromTheInput() throws IOException {
        InputReader reader =
                new InputReader(
                        new ByteArrayInputStream(
                                "{\"text\":\"a\"}".getBytes(StandardCharsets.UTF_8)),
                        LineFormat.JSONL);

        assertThat(reader.suspicion()).isEmpty();
        assertThat(requireNonNull(reader.next()).text()).isEqualTo("a");
    }

    private static Optional<String> suspicion(String input, LineFormat format) throws IOException {
        return new InputReader(
                        new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)), format)
                .suspicion();
    }

    private static byte[] gzip(String content) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
            gzip.write(content.getBytes(StandardCharsets.UTF_8));
        }
        return bytes.toByteArray();
    }

    private static byte[] concatenated(byte[] first, byte[] second) {
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }

    private static InputRecord only(String line) throws IOException {
        List<InputRecord> records = read(line, LineFormat.JSONL);
        assertThat(records).hasSize(1);
        return records.get(0);
    }

    private static List<InputRecord> read(String input, LineFormat format) throws IOException {
        return read(input.getBytes(StandardCharsets.UTF_8), format);
    }

    private static List<InputRecord> read(byte[] input, LineFormat format) throws IOException {
        InputReader reader = new InputReader(new ByteArrayInputStream(input), format);
        List<InputRecord> records = new ArrayList<>();
        for (InputRecord record = reader.next(); record != null; record = reader.next()) {
            records.add(record);
        }
        return records;
    }
}
