package io.millrace.model.adapt;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * A key of {@code rank_pattern} or {@code alpha_pattern}: an expression that fits the end of a
 * module's name, from its beginning or from a dot on.
 */
public final class NamePattern {
    private static final int MAX_LENGTH = 500;
    private static final int MAX_STEPS = 1_000_000;

    private final Pattern pattern;

    private NamePattern(Pattern pattern) {
        this.pattern = pattern;
    }

    /**
     * The pattern of this key.
     *
     * @throws IllegalArgumentException when it is no expression, or too long for one
     */
    public static NamePattern of(String key) {
        if (key.length() > MAX_LENGTH) {
            throw new IllegalArgumentException("%d characters".formatted(key.length()));
        }
        try {
            return new NamePattern(Pattern.compile("(.*\\.)?(" + key + ")$"));
        } catch (PatternSyntaxException | StackOverflowError e) {
            throw new IllegalArgumentException(key, e);
        }
    }

    /**
     * Whether it fits a module's name.
     *
     * @throws IllegalArgumentException when that takes too long to find out, as with <code>(a+)+
     *     </code>
     */
    public boolean fits(String module) {
        try {
            return pattern.matcher(new Counted(module, new AtomicInteger())).lookingAt();
        } catch (StackOverflowError e) {
            throw new IllegalArgumentException(pattern.pattern(), e);
        }
    }

    /** Ends a search that would go on for ever: each look at a character counts. */
    private record Counted(String text, AtomicInteger steps) implements CharSequence {
        @Override
        public char charAt(int index) {
            if (steps.incrementAndGet() > MAX_STEPS) {
                throw new IllegalArgumentException("more than %d steps".formatted(MAX_STEPS));
            }
            return text.charAt(index);
        }

        @Override
        public int length() {
            return text.length();
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return text.substring(start, end);
        }

        @Override
        public String toString() {
            return text;
        }
    }
}
