package io.millrace.model.tokenize;

import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantReadWriteLock;

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
        SpecialTokens special = specialTokens(handle);
        if (settings.maxTokens() <= special.count()) {
            LIBRARY.deleteTokenizer(handle);
            throw new IllegalArgumentException(
                    "max tokens: expected more than the %d special tokens, found %d"
                            .formatted(special.count(), settings.maxTokens()));
        }
        return new HuggingFaceTokenizer(settings.withoutJson(), special, handle);
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
        long encoding = LIBRARY.encode(handle, PROBE, true);
        try {
            return SpecialTokens.around(
                    toInts(LIBRARY.getTokenIds(encoding)), LIBRARY.getSpecialTokenMask(encoding));
        } finally {
            LIBRARY.deleteEncoding(encoding);
        }
    }

    @Override
    public TokenizedText tokenize(String text) {
        checkSurrogates(text);
        String prompted = prompted(text);
        int max = settings.maxTokens();
        if (settings.splitsAtSpaces() && Excerpt.isWorthwhile(prompted, max)) {
            int[] part =
                    ids(
                            settings.truncation() == Truncation.LEFT
                                    ? Excerpt.end(prompted, max)
                                    : Excerpt.beginning(prompted, max),
                            true);
            if (part.length >= Excerpt.enoughTokens(max)) {
                return checked(cut(part, "more than " + part.length));
            }
        }
        int[] ids = ids(prompted, true);
        return checked(cut(ids, String.valueOf(ids.length)));
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
        lock.readLock().lock();
        try {
            checkOpen();
            long encoding = LIBRARY.encode(handle, text, special);
            try {
                return toInts(LIBRARY.getTokenIds(encoding));
            } finally {
                LIBRARY.deleteEncoding(encoding);
            }
        } finally {
            lock.readLock().unlock();
        }
    }

    /**
     * How many tokens a prompt is at the beginning of a text, counted as the reference does: of the
     * prompt alone, without a special token at its end.
     */
    public int promptTokens(String prompt) {
        int[] ids = ids(settings.strip() ? Whitespace.strip(prompt) : prompt, true);
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
     * What the vocabulary calls the tokens of a text, those around it included, uncut.
     *
     * @return the name of each id that occurs
     */
    public Map<Integer, String> names(String text) {
        lock.readLock().lock();
        try {
            checkOpen();
            long encoding = LIBRARY.encode(handle, prompted(text), true);
            try {
                long[] ids = LIBRARY.getTokenIds(encoding);
                String[] tokens = LIBRARY.getTokens(encoding);
                Map<Integer, String> names = new HashMap<>();
                for (int i = 0; i < ids.length; i++) {
                    names.put(Math.toIntExact(ids[i]), tokens[i]);
                }
                return names;
            } finally {
                LIBRARY.deleteEncoding(encoding);
            }
        } finally {
            lock.readLock().unlock();
        }
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

    private static int[] toInts(long[] ids) {
        int[] ints = new int[ids.length];
        for (int i = 0; i < ids.length; i++) {
            ints[i] = Math.toIntExact(ids[i]);
        }
        return ints;
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
