package io.millrace.model.tokenize;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class WhitespaceTest {
    /** What Python's {@code str.isspace()} says yes to. */
    private static final String SPACES =
            "\t\n\u000b\f\r\u001c\u001d\u001e\u001f \u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005"
                    + "\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000";

    @Test
    void everySpaceOfPythonIsDropped() {
        assertThat(Whitespace.strip(SPACES + "a b" + SPACES)).isEqualTo("a b");
        assertThat(Whitespace.strip(SPACES)).isEmpty();
    }

    @Test
    void nothingElseIs() {
        String text = "\u200b\u180e\ufeffa\u0007";
        assertThat(Whitespace.strip(text)).isEqualTo(text);
    }
}
