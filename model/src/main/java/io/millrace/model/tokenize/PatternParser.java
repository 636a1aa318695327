package io.millrace.model.tokenize;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads a regular expression as far as tokenizers use them, in <a
 * href="https://github.com/kkos/oniguruma/blob/master/doc/RE">Oniguruma's syntax</a>.
 */
final class PatternParser {
    private static final int MAX_DEPTH = 30;
    private static final int MAX_REPEATS = 1000;
    private static final Pattern BEFORE_GROUP =
            Pattern.compile("\\(\\?(?:[im]*(?:-[im]+)?:|<\\w+>|>|=|!|<=|<!)|\\((?!\\?)");
    private static final Pattern OPTIONS = Pattern.compile("\\(\\?[im]*(?:-[im]+)?\\)");
    private static final Pattern ESCAPE =
            Pattern.compile(
                    "\\\\(?:[pP]\\{[^}]*}|x\\{[0-9A-Fa-f]+}|x[0-9A-Fa-f]{1,2}|u[0-9A-Fa-f]{4}"
                            + "|0[0-7]{0,2}|[sSdDwWhHnrtfvaeNO]|[bBAzZG]|[^\\p{Alnum}])",
                    Pattern.DOTALL);
    private static final Pattern PLACE = Pattern.compile("\\\\[bBAzZG]|\\^|\\$");
    private static final Pattern COUNT = Pattern.compile("\\{(\\d{0,6})(,?)(\\d{0,6})}");

    private final String pattern;
    private int position;

    PatternParser(String pattern) {
        this.pattern = pattern;
    }

    /** The alternatives, each a sequence. */
    List<List<PatternItem>> parse() {
        List<List<PatternItem>> alternatives = alternatives(0);
        if (position < pattern.length()) {
            throw new IllegalArgumentException("a bracket without its pair");
        }
        return alternatives;
    }

    private List<List<PatternItem>> alternatives(int depth) {
        if (depth > MAX_DEPTH) {
            throw new IllegalArgumentException("more than %d nested groups".formatted(MAX_DEPTH));
        }
        List<List<PatternItem>> all = new ArrayList<>();
        List<PatternItem> items = new ArrayList<>();
        all.add(items);
        while (position < pattern.length() && peek() != ')') {
            if (peek() == '|') {
                position++;
                items = new ArrayList<>();
                all.add(items);
            } else if (take(OPTIONS).isEmpty()) {
                items.add(item(depth));
            }
        }
        return all;
    }

    private PatternItem item(int depth) {
        int begin = position;
        List<List<PatternItem>> group = List.of();
        String head = take(BEFORE_GROUP);
        if (!head.isEmpty()) {
            group = alternatives(depth + 1);
            expect(')');
        } else if (peek() == '(') {
            throw new IllegalArgumentException("a group of another kind");
        } else if (peek() == '[') {
            bracket(depth);
        } else if (peek() == '\\') {
            if (take(ESCAPE).isEmpty()) {
                throw new IllegalArgumentException(
                        "a back reference, or an escape of another kind");
            }
        } else if (isRepeat()) {
            throw new IllegalArgumentException("a repetition of a repetition or of nothing");
        } else {
            position += Character.charCount(pattern.codePointAt(position));
        }
        String text = pattern.substring(begin, position);
        boolean assertion = head.matches(".*[=!]") || PLACE.matcher(text).matches();
        return repeated(text, group, assertion);
    }

    private PatternItem repeated(String text, List<List<PatternItem>> group, boolean assertion) {
        int min = 1;
        int max = 1;
        if (position < pattern.length() && isRepeat()) {
            String count = take(COUNT);
            if (count.isEmpty()) {
                char sign = pattern.charAt(position++);
                min = sign == '+' ? 1 : 0;
                max = sign == '?' ? 1 : PatternItem.NO_END;
                if (position < pattern.length() && (peek() == '+' || peek() == '?')) {
                    position++;
                }
            } else {
                Matcher matcher = COUNT.matcher(count);
                matcher.matches();
                min = number(matcher.group(1), 0);
                max =
                        matcher.group(2).isEmpty()
                                ? min
                                : number(matcher.group(3), PatternItem.NO_END);
                if (min > max
                        || min > MAX_REPEATS
                        || (max > MAX_REPEATS && max < PatternItem.NO_END)) {
                    throw new IllegalArgumentException("the repetition " + count);
                }
                if (min != max && position < pattern.length() && peek() == '?') {
                    position++;
                }
            }
            if (position < pattern.length() && isRepeat()) {
                throw new IllegalArgumentException("a repetition of a repetition or of nothing");
            }
            if (assertion) {
                throw new IllegalArgumentException("a repetition of what takes no character");
            }
        }
        return new PatternItem(text, group, assertion, min, max);
    }

    private static int number(String digits, int otherwise) {
        return digits.isEmpty() ? otherwise : Integer.parseInt(digits);
    }

    private boolean isRepeat() {
        char c = peek();
        Matcher count = COUNT.matcher(pattern).region(position, pattern.length());
        return c == '*'
                || c == '+'
                || c == '?'
                || (c == '{'
                        && count.lookingAt()
                        && count.end() - count.start() > 2 + count.group(2).length());
    }

    /** A class, which may hold others. */
    private void bracket(int depth) {
        if (depth > MAX_DEPTH) {
            throw new IllegalArgumentException("more than %d nested classes".formatted(MAX_DEPTH));
        }
        position++;
        if (position < pattern.length() && peek() == '^') {
            position++;
        }
        if (position < pattern.length() && peek() == ']') {
            throw new IllegalArgumentException("an empty class");
        }
        while (position < pattern.length() && peek() != ']') {
            if (peek() == '[') {
                bracket(depth + 1);
            } else {
                position += peek() == '\\' ? 2 : 1;
            }
        }
        expect(']');
    }

    private char peek() {
        return pattern.charAt(position);
    }

    private void expect(char c) {
        if (position >= pattern.length() || peek() != c) {
            throw new IllegalArgumentException("a bracket without its pair");
        }
        position++;
    }

    private String take(Pattern part) {
        Matcher matcher = part.matcher(pattern).region(position, pattern.length());
        if (!matcher.lookingAt()) {
            return "";
        }
        position = matcher.end();
        return matcher.group();
    }
}
