package io.millrace.model.tokenize;

import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/** Hugging Face's own tokenizer library, in native code, with padding and truncation of our own. */
public final class HuggingFaceTokenizer implements Tokenizer {
    private static final TokenizersLibrary LIBRARY = TokenizersLibrary.LIB;

    /** Any text will do: only what is put around it is looked at. */
    private static final String PROBE = "a";

    /** Readers use the handle, the writer frees it. */
    private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();

    private final TokenizerSettings settings;
    private final SpecialTokens special;
    private final long handle;
    private boolean closed;

    private HuggingFaceTokenizer(TokenizerSettings settings, SpecialTokens special, long handle) {
        this.settings = settings;
        this.special = special;
        this.handle = handle;
    }

    /**
     * Builds the tokenizer.
     *
     * @throws IllegalArgumentException when the library cannot read the settings, or the model
     *     takes no tokens but the special ones
     */
    public static HuggingFaceTokenizer open(TokenizerSettings settings) {
        NativeLibrary.load();
        long handle = create(settings);
        try {
            checkSurrogates(settings.prompt());
            SpecialTokens special = specialTokens(handle);
            if (settings.maxTokens() <= special.count()) {
                throw new IllegalArgumentException(
                        "max tokens: expected more than the %d special tokens, found %d"
                                .formatted(special.count(), settings.maxTokens()));
            }
            return new HuggingFaceTokenizer(settings.withoutJson(), special, handle);
        } catch (TextException e) {
            LIBRARY.deleteTokenizer(handle);
            throw new IllegalArgumentException("prompt, tokenizer.json: " + e.getMessage(), e);
        } catch (IllegalArgumentException e) {
            LIBRARY.deleteTokenizer(handle);
            throw e;
        }
    }

    private static long create(TokenizerSettings settings) {
        try {
            return LIBRARY.createTokenizerFromString(settings.json());
        } catch (RuntimeException e) {
            throw new IllegalArgumentException(
                    "tokenizer.json: expected what the tokenizer library (version 0.21) reads, found: "
                            + e.getMessage(),
                    e);
        }
    }

    private static SpecialTokens specialTokens(long handle) {
        return encoded(
                handle,
                PROBE,
                true,
                encoding ->
                        SpecialTokens.around(
                                toInts(LIBRARY.getTokenIds(encoding)),
                                LIBRARY.getSpecialTokenMask(encoding)));
    }

    /**
     * Token ids of one text.
     *
     * <p>A text is given to the library whole up to {@link TokenizerSettings#maxChars}, which is
     * 1,048,576 characters, or 32 for each token that the model takes if that is more, and less
     * only where the directory's own patterns or normalizers make long texts costly. Of a longer
     * one the beginning is (with {@link Truncation#LEFT}, the end), cut at the last space in its
     * second half, or anywhere if there is none. Its tokens are those of the whole, as long as
     * there are at least 64 more than the model takes; with fewer, the text is refused.
     *
     * @throws TextException when this text cannot become tokens; never carries the text itself
     */
    @Override
    public TokenizedText tokenize(String text) {
        checkSurrogates(text);
        String prompted = prompted(text);
        int maxChars = settings.maxChars();
        int max = settings.maxTokens();
        if (settings.splitsAtSpaces()) {
            if (prompted.length() > maxChars) {
                prompted = Whitespace.shortenRuns(prompted);
            }
            for (long size = Excerpt.usual(max);
                    size < maxChars && prompted.length() / 2 > size;
                    size *= 8) {
                TokenizedText cut = excerpt(part(prompted, (int) size));
                if (cut != null) {
                    return cut;
                }
            }
        }
        if (prompted.length() <= maxChars) {
            int[] ids = ids(prompted, true);
            return checked(cut(ids, String.valueOf(ids.length)));
        }
        TokenizedText cut = excerpt(bounded(prompted));
        if (cut == null) {
            throw new TextException(
                    "expected at most %d characters, or as many with more than %d tokens, found %d"
                            .formatted(maxChars, Excerpt.enoughTokens(max), prompted.length()));
        }
        return cut;
    }

    /** What a text becomes by a part of it; null: the part has too few tokens to tell. */
    private @Nullable TokenizedText excerpt(String part) {
        int[] ids = ids(part, true);
        return ids.length < Excerpt.enoughTokens(settings.maxTokens())
                ? null
                : checked(cut(ids, "more than " + ids.length));
    }

    private String part(String text, int length) {
        return settings.truncation() == Truncation.LEFT
                ? Excerpt.end(text, length)
                : Excerpt.beginning(text, length);
    }

    /** As much of a text as the library may be given. */
    private String bounded(String text) {
        int length = settings.maxChars();
        if (text.length() <= length) {
            return text;
        }
        String part = part(text, length);
        boolean end = settings.truncation() == Truncation.LEFT;
        return part.isEmpty() ? Excerpt.anywhere(text, length, end) : part;
    }

    private String prompted(String text) {
        String prompted = settings.prompt() + text;
        return settings.strip() ? Whitespace.strip(prompted) : prompted;
    }

    /** A vocabulary may be larger than the model's table of embeddings. */
    private TokenizedText checked(TokenizedText text) {
        checkVocabulary(text.ids());
        return text;
    }

    private int[] ids(String text, boolean special) {
        return encoded(text, special, encoding -> toInts(LIBRARY.getTokenIds(encoding)));
    }

    private <T> T encoded(String text, boolean special, LongFunction<T> reader) {
        lock.readLock().lock();
        try {
            checkOpen();
            return encoded(handle, text, special, reader);
        } finally {
            lock.readLock().unlock();
        }
    }

    private static <T> T encoded(
            long handle, String text, boolean special, LongFunction<T> reader) {
        long encoding;
        try {
            encoding = LIBRARY.encode(handle, text, special);
        } catch (RuntimeException e) {
            throw new TextException(
                    "expected a text that the tokenizer knows, found: " + e.getMessage(), e);
        }
        try {
            return reader.apply(encoding);
        } finally {
            LIBRARY.deleteEncoding(encoding);
        }
    }

    /**
     * How many tokens a prompt is at the beginning of a text, counted as the reference does: of the
     * prompt alone, without a special token at its end.
     */
    public int promptTokens(String prompt) {
        int[] ids = ids(bounded(settings.strip() ? Whitespace.strip(prompt) : prompt), true);
        int[] kept = ids.length <= settings.maxTokens() ? ids : cut(ids, "").ids();
        if (kept.length == 0) {
            return 0;
        }
        int last = kept[kept.length - 1];
        boolean special =
                settings.marks().stream()
                        .map(mark -> ids(mark, false))
                        .anyMatch(id -> id.length == 1 && id[0] == last);
        return special ? kept.length - 1 : kept.length;
    }

    /**
     * What the vocabulary calls the tokens of a text, those around it included, uncut up to {@link
     * TokenizerSettings#maxChars}.
     *
     * @return the name of each id that occurs
     */
    public Map<Integer, String> names(String text) {
        return encoded(
                bounded(prompted(text)),
                true,
                encoding -> {
                    int[] ids = toInts(LIBRARY.getTokenIds(encoding));
                    String[] tokens = LIBRARY.getTokens(encoding);
                    Map<Integer, String> names = new HashMap<>();
                    for (int i = 0; i < ids.length; i++) {
                        names.put(ids[i], tokens[i]);
                    }
                    return names;
                });
    }

    @Override
    public TokenizedText accept(int[] ids) {
        if (ids.length == 0) {
            throw new TextException("expected at least 1 token, found none");
        }
        checkVocabulary(ids);
        return cut(ids, String.valueOf(ids.length));
    }

    /**
     * Cuts what is too long.
     *
     * @param count how many tokens there are, in words
     */
    private TokenizedText cut(int[] ids, String count) {
        int max = settings.maxTokens();
        if (ids.length <= max) {
            return new TokenizedText(ids, false);
        }
        return switch (settings.truncation()) {
            case RIGHT -> new TokenizedText(special.keepFirst(ids, max), true);
            case LEFT -> new TokenizedText(special.keepLast(ids, max), true);
            case REJECT ->
                    throw new TextException(
                            "expected at most %d tokens, found %s".formatted(max, count));
        };
    }

    private void checkVocabulary(int[] ids) {
        for (int i = 0; i < ids.length; i++) {
            if (ids[i] < 0 || ids[i] >= settings.vocabularySize()) {
                throw new TextException(
                        "expected token ids from 0 to %d, found %d at position %d"
                                .formatted(settings.vocabularySize() - 1, ids[i], i));
            }
        }
    }

    /** The library would drop a lone surrogate silently; the reference refuses it. */
    private static void checkSurrogates(String text) {
        int i = 0;
        while (i < text.length()) {
            int codePoint = text.codePointAt(i);
            if (codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE) {
                throw new TextException(
                        "expected well-formed Unicode, found a lone surrogate at index " + i);
            }
            i += Character.charCount(codePoint);
        }
    }

    /** Ids are unsigned; those that no vocabulary has are refused later, with the text. */
    private static int[] toInts(long[] ids) {
        return Arrays.stream(ids).mapToInt(id -> (int) Math.min(id, Integer.MAX_VALUE)).toArray();
    }

    private void checkOpen() {
        if (closed) {
            throw new IllegalStateException("expected an open tokenizer, found a closed one");
        }
    }

    @Override
    public void close() {
        lock.writeLock().lock();
        try {
            if (!closed) {
                closed = true;
                LIBRARY.deleteTokenizer(handle);
            }
        } finally {
            lock.writeLock().unlock();
        }
    }
}
