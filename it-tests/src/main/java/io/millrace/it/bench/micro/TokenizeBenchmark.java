package io.millrace.it.bench.micro;

import io.millrace.it.bench.corpus.Corpus;
import io.millrace.model.read.ModelDirectory;
import io.millrace.model.tokenize.HuggingFaceTokenizer;
import io.millrace.model.tokenize.TokenizedText;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** One text to its tokens, through the native tokenizer. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class TokenizeBenchmark {
    /** So many different texts that no cache has them all. */
    private static final int TEXTS = 256;

    /** Where the tokenizer is. */
    @Param("")
    public String model;

    /** Whose texts are tokenized. */
    @Param("")
    public String texts;

    /** Of each text, before any that do not fit the model are cut off. */
    @Param({"8", "32", "128", "512"})
    public int tokens;

    private HuggingFaceTokenizer tokenizer;
    private List<String> samples;
    private int next;

    /** For JMH, which sets the parameters itself. */
    @SuppressWarnings("NullAway.Init")
    public TokenizeBenchmark() {}

    /** Opens the tokenizer and cuts texts to their length. */
    @Setup
    public void open() throws IOException {
        tokenizer = HuggingFaceTokenizer.open(ModelDirectory.open(Path.of(model)).tokenizer());
        samples = samples(Corpus.read(Path.of(texts), Integer.MAX_VALUE));
    }

    /** The corpus from end to end and again, in pieces of the wanted length. */
    private List<String> samples(List<String> corpus) {
        List<String> pieces = new ArrayList<>();
        StringBuilder piece = new StringBuilder();
        int length = 0;
        for (int text = 0; pieces.size() < TEXTS; text++) {
            for (String word : corpus.get(text % corpus.size()).strip().split("\\s+", -1)) {
                piece.append(piece.isEmpty() ? "" : " ").append(word);
                length += tokensOf(word);
                if (length >= tokens) {
                    pieces.add(piece.toString());
                    piece.setLength(0);
                    length = 0;
                }
            }
        }
        return pieces.subList(0, TEXTS);
    }

    /** Without the two special tokens that most models put around a text; at least one. */
    private int tokensOf(String word) {
        return Math.max(1, tokenizer.tokenize(word).ids().length - 2);
    }

    /** One text. */
    @Benchmark
    public TokenizedText tokenize() {
        next = (next + 1) % TEXTS;
        return tokenizer.tokenize(samples.get(next));
    }

    /** Frees native memory. */
    @TearDown
    public void close() {
        tokenizer.close();
    }
}
