package io.millrace.model.tokenize;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * How often a regular expression of a tokenizer may go back, found by reading it, never by running
 * it. The library's engine (Oniguruma) ends the process when one match goes back ten million times,
 * so only patterns whose number of retries is known beforehand may reach it.
 *
 * <p>Repetitions without an end are counted where something behind them can still fail. One of them
 * in an alternative means that a match goes back at most as often as the text is long; two would
 * mean the square of it, and repeated groups of varying length any power of two. Those are refused,
 * and so is what is not understood here: back references, recursion, conditions.
 *
 * @param nullable whether it may match nothing at all
 * @param retriesPerChar how often one match goes back, for each character of the text
 * @param linear whether a search through a whole text is in proportion to its length too, because
 *     where such an alternative fails another one takes the same characters
 */
record PatternCost(boolean nullable, int retriesPerChar, boolean linear) {
    private static final int MAX_LENGTH = 20_000;
    private static final int MAX_CHOICES = 10_000;

    /**
     * Reads a pattern.
     *
     * @throws IllegalArgumentException when its cost has no bound that can be told; the message
     *     says why
     */
    static PatternCost of(String pattern) {
        if (pattern.length() > MAX_LENGTH) {
            throw new IllegalArgumentException(pattern.length() + " characters");
        }
        List<List<PatternItem>> alternatives = new PatternParser(pattern).parse();
        Set<String> taken = new HashSet<>();
        List<Path> paths = new ArrayList<>();
        for (List<PatternItem> items : alternatives) {
            Path path = Path.of(items, false);
            paths.add(path);
            if (path.retried.isEmpty()) {
                taken.addAll(Path.takenFirst(items));
            }
        }
        long retries = 0;
        long choices = 0;
        boolean linear = true;
        for (Path path : paths) {
            choices += path.choices;
            if (!path.retried.isEmpty()) {
                retries += path.choices;
                linear = linear && taken.containsAll(path.retried);
            }
        }
        if (choices > MAX_CHOICES) {
            throw new IllegalArgumentException("a pattern with too many choices");
        }
        return new PatternCost(
                paths.stream().anyMatch(path -> path.min == 0), (int) retries, linear);
    }

    /**
     * One way through a pattern.
     *
     * @param retried the characters of the repetition that is gone back into; none or one
     * @param choices how many other ways there are where something behind fails
     * @param min the fewest characters that it takes
     */
    private record Path(Set<String> retried, long choices, long min) {
        static Path of(List<PatternItem> items, boolean failsBehind) {
            Set<String> retried = new HashSet<>();
            int count = 0;
            long choices = 1;
            long min = 0;
            boolean fails = failsBehind;
            for (int i = items.size() - 1; i >= 0; i--) {
                PatternItem item = items.get(i);
                boolean failing = fails || item.assertion();
                Path inner =
                        item.group().isEmpty() ? new Path(Set.of(), 1, 1) : group(item, failing);
                if (item.unbounded() && failing) {
                    count++;
                    retried.add(item.text());
                }
                count += inner.retried.size();
                retried.addAll(inner.retried);
                if (failing) {
                    choices = multiplied(choices * item.choices(), inner.choices, item.repeats());
                }
                min += item.assertion() ? 0 : item.min() * inner.min;
                fails = fails || canFail(item);
            }
            if (count > 1) {
                throw new IllegalArgumentException(
                        "repetitions whose retries grow with the square of the text");
            }
            if (min > MAX_CHOICES) {
                throw new IllegalArgumentException(
                        "a match of at least %d characters".formatted(min));
            }
            return new Path(retried, choices, min);
        }

        private static Path group(PatternItem item, boolean failsBehind) {
            Set<String> retried = new HashSet<>();
            long choices = 0;
            long min = Long.MAX_VALUE;
            for (List<PatternItem> alternative : item.group()) {
                Path path = of(alternative, failsBehind);
                if (item.unbounded()
                        && (item.group().size() > 1
                                || path.min == 0
                                || !isFixedLength(alternative))) {
                    throw new IllegalArgumentException("a repeated group of varying length");
                }
                if (item.repeats() > 1 && !isFixedLength(alternative) && !path.retried.isEmpty()) {
                    throw new IllegalArgumentException("a repetition in a repeated group");
                }
                retried.addAll(path.retried);
                choices += path.choices;
                min = Math.min(min, path.min);
            }
            return new Path(retried, choices, min);
        }

        private static boolean isFixedLength(List<PatternItem> items) {
            return items.stream()
                    .allMatch(
                            item ->
                                    item.min() == item.max()
                                            && item.group().size() <= 1
                                            && item.group().stream().allMatch(Path::isFixedLength));
        }

        private static long multiplied(long ways, long factor, int times) {
            long product = ways;
            for (int i = 0; i < times && product <= MAX_CHOICES; i++) {
                product *= factor;
            }
            if (product > MAX_CHOICES) {
                throw new IllegalArgumentException("a pattern with too many choices");
            }
            return product;
        }

        private static boolean canFail(PatternItem item) {
            return item.assertion()
                    || (item.min() > 0
                            && item.group().stream()
                                    .allMatch(
                                            alternative ->
                                                    alternative.stream().anyMatch(Path::canFail)));
        }

        /** The characters of which an alternative takes as many as there are and cannot fail. */
        static Set<String> takenFirst(List<PatternItem> items) {
            for (int i = 0; i < items.size(); i++) {
                PatternItem item = items.get(i);
                boolean failsBehind =
                        items.subList(i + 1, items.size()).stream().anyMatch(Path::canFail);
                if (item.unbounded() && item.group().isEmpty() && item.min() <= 1 && !failsBehind) {
                    return Set.of(item.text());
                }
                if (canFail(item)) {
                    return Set.of();
                }
            }
            return Set.of();
        }
    }
}
