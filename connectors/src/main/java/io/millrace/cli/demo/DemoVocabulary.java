package io.millrace.cli.demo;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A WordPiece vocabulary: whole words of the messages, the most frequent first, then single
 * characters, alone and as continuations, so that every other word becomes tokens too.
 *
 * <p>Words are cut as BertNormalizer and BertPreTokenizer cut them: lower case, accents gone,
 * punctuation and Han characters apart.
 */
final class DemoVocabulary {
    static final List<String> SPECIAL_TOKENS =
            List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]");

    private static final Pattern ACCENTS = Pattern.compile("\\p{Mn}+");
    private static final Pattern WORD =
            Pattern.compile(
                    "[\\p{Punct}\\p{IsPunctuation}\\p{IsHan}]"
                            + "|[^\\s\\p{Punct}\\p{IsPunctuation}\\p{IsHan}]+");

    private DemoVocabulary() {}

    /**
     * Tokens in the order of their ids.
     *
     * @return each token and how often it occurs as a whole word
     */
    static Map<String, Integer> of(List<String> messages) {
        Map<String, Integer> counts = new HashMap<>();
        Set<String> characters = new TreeSet<>();
        addRange(characters, '!', '~');
        addRange(characters, 'α', 'ω');
        addRange(characters, 'а', 'я');
        for (String message : messages) {
            for (String word : words(message)) {
                counts.merge(word, 1, Integer::sum);
                word.codePoints().mapToObj(Character::toString).forEach(characters::add);
            }
        }
        Map<String, Integer> vocabulary = new LinkedHashMap<>();
        SPECIAL_TOKENS.forEach(token -> vocabulary.put(token, 0));
        // One of each in every text.
        vocabulary.put("[CLS]", messages.size());
        vocabulary.put("[SEP]", messages.size());
        counts.entrySet().stream()
                .sorted(
                        Comparator.comparingInt((Map.Entry<String, Integer> e) -> e.getValue())
                                .reversed()
                                .thenComparing(Map.Entry.comparingByKey()))
                .forEach(entry -> vocabulary.put(entry.getKey(), entry.getValue()));
        characters.forEach(character -> vocabulary.putIfAbsent(character, 0));
        characters.forEach(character -> vocabulary.put("##" + character, 0));
        return vocabulary;
    }

    private static List<String> words(String message) {
        String plain =
                ACCENTS.matcher(Normalizer.normalize(message, Normalizer.Form.NFD))
                        .replaceAll("")
                        .toLowerCase(Locale.ROOT);
        List<String> words = new ArrayList<>();
        Matcher matcher = WORD.matcher(plain);
        while (matcher.find()) {
            words.add(matcher.group());
        }
        return words;
    }

    private static void addRange(Set<String> characters, char first, char last) {
        for (char character = first; character <= last; character++) {
            characters.add(String.valueOf(character).toLowerCase(Locale.ROOT));
        }
    }
}
