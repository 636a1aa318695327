package io.millrace.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.cli.shell.UnusableException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoTextsTest {
    @TempDir Path directory;

    @Test
    void textsAreSentAgainAndAgain() throws IOException {
        DemoTexts texts = DemoTexts.of(file("a.txt", "one\ntwo\nthree\n"), 2);

        assertThat(texts.messages())
                .extracting(DemoTexts.Message::text)
                .containsExactly("one", "two");
        assertThat(texts.cycled(4).text()).isEqualTo("one");
    }

    @Test
    void lineThatIsNoTextIsSentAsItIs() throws IOException {
        DemoTexts texts = DemoTexts.of(file("a.jsonl", "{\"text\":\"one\"}\n\nnot json\n"), 9);

        assertThat(texts.messages())
                .extracting(DemoTexts.Message::text)
                .containsExactly("one", null);
        assertThat(texts.messages().get(1).value()).asString().isEqualTo("not json");
    }

    @Test
    void fileWithoutTextsIsRefused() throws IOException {
        Path empty = file("empty.txt", "");

        assertThatThrownBy(() -> DemoTexts.of(empty, 9))
                .isInstanceOf(UnusableException.class)
                .hasMessage("--input: expected at least one text, found none: " + empty);
    }

    private Path file(String name, String content) throws IOException {
        return Files.writeString(directory.resolve(name), content);
    }
}
