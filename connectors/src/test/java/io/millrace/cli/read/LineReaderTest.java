package io.millrace.cli.read;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LineReaderTest {
    private static final int MAX_LINE_BYTES = 100_000;

    @Test
    void linesEndWithLineFeedOrBoth() throws IOException {
        assertThat(lines("one\ntwo\r\n\nfour\rstill four"))
                .containsExactly("one", "two", "", "four\rstill four");
    }

    @Test
    void nothingIsNoLine() throws IOException {
        assertThat(lines("")).isEmpty();
    }

    @Test
    void lastLineNeedsNoEnd() throws IOException {
        assertThat(lines("one\n")).containsExactly("one");
        assertThat(lines("one\n\n")).containsExactly("one", "");
    }

    @Test
    void byteOrderMarkIsDroppedAtTheBeginningOnly() throws IOException {
        assertThat(lines("\uFEFFone\n\uFEFFtwo")).containsExactly("one", "\uFEFFtwo");
    }

    @Test
    void lineMayBeLongerThanTheBuffer() throws IOException {
        String longLine = "x".repeat(90_000);

        assertThat(lines("a\n" + longLine + "\nb")).containsExactly("a", longLine, "b");
    }

    @Test
    void tooLongLineIsCutAndTheNextIsWhole() throws IOException {
        LineReader reader = reader("x".repeat(MAX_LINE_BYTES + 1) + "\nnext");

        LineReader.Line tooLong = requireNonNull(reader.next());
        LineReader.Line next = requireNonNull(reader.next());

        assertThat(tooLong.tooLong()).isTrue();
        assertThat(tooLong.bytes()).hasSize(MAX_LINE_BYTES);
        assertThat(next.tooLong()).isFalse();
        assertThat(next.bytes()).asString().isEqualTo("next");
        assertThat(next.number()).isEqualTo(1);
        assertThat(reader.bytesRead()).isEqualTo(MAX_LINE_BYTES + 6);
    }

    private static List<String> lines(String input) throws IOException {
        LineReader reader = reader(input);
        List<String> lines = new ArrayList<>();
        for (LineReader.Line line = reader.next(); line != null; line = reader.next()) {
            assertThat(line.number()).isEqualTo(lines.size());
            lines.add(new String(line.bytes(), StandardCharsets.UTF_8));
        }
        return lines;
    }

    private static LineReader reader(String input) throws IOException {
        return new LineReader(
                new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)), MAX_LINE_BYTES);
    }
}
