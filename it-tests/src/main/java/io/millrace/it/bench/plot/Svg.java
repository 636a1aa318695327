package io.millrace.it.bench.plot;

import java.util.Locale;

/** Writes elements, one a line, escaped, numbers with a point whatever the machine's language. */
final class Svg {
    private final StringBuilder out = new StringBuilder();
    private int depth;

    /**
     * Opens an element.
     *
     * @param attributes names and values in turn; a double is written with at most two decimals
     */
    Svg open(String name, Object... attributes) {
        indent().append(tag(name, attributes)).append(">\n");
        depth++;
        return this;
    }

    Svg close(String name) {
        depth--;
        indent().append("</").append(name).append(">\n");
        return this;
    }

    /** An element with nothing in it. */
    Svg empty(String name, Object... attributes) {
        indent().append(tag(name, attributes)).append("/>\n");
        return this;
    }

    /** An element with a text in it. */
    Svg text(String name, String text, Object... attributes) {
        indent().append(tag(name, attributes))
                .append('>')
                .append(escape(text))
                .append("</")
                .append(name)
                .append(">\n");
        return this;
    }

    /** A number as it stands in an attribute. */
    static String number(double value) {
        String text = String.format(Locale.ROOT, "%.2f", value);
        text = text.replaceFirst("\\.?0+$", "");
        return text.equals("-0") ? "0" : text;
    }

    static String escape(String text) {
        StringBuilder escaped = new StringBuilder();
        text.codePoints()
                .forEach(
                        c -> {
                            switch (c) {
                                case '&' -> escaped.append("&amp;");
                                case '<' -> escaped.append("&lt;");
                                case '>' -> escaped.append("&gt;");
                                case '"' -> escaped.append("&quot;");
                                case '\t', '\n' -> escaped.appendCodePoint(c);
                                case '\r' -> escaped.append("&#13;");
                                default -> escaped.appendCodePoint(isCharacter(c) ? c : 0xFFFD);
                            }
                        });
        return escaped.toString();
    }

    /** Whether XML 1.0 can hold it at all. */
    private static boolean isCharacter(int c) {
        return c >= 0x20 && (c < 0xD800 || c > 0xDFFF) && c != 0xFFFE && c != 0xFFFF;
    }

    private static String tag(String name, Object... attributes) {
        StringBuilder tag = new StringBuilder("<").append(name);
        for (int i = 0; i < attributes.length; i += 2) {
            Object value = attributes[i + 1];
            tag.append(' ')
                    .append(attributes[i])
                    .append("=\"")
                    .append(
                            value instanceof Number number
                                    ? number(number.doubleValue())
                                    : escape(value.toString()))
                    .append('"');
        }
        return tag.toString();
    }

    private StringBuilder indent() {
        return out.append("  ".repeat(depth));
    }

    @Override
    public String toString() {
        return out.toString();
    }
}
