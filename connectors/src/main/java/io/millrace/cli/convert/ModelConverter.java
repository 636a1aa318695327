package io.millrace.cli.convert;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.model.write.SafetensorsWriter;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * Makes a sentence-transformers directory of a jar of LangChain4j that holds a model as an ONNX
 * file and a {@code tokenizer.json}. The numbers are the jar's, bit for bit.
 *
 * <p>Two runs write the same bytes.
 */
public final class ModelConverter {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Written last: where it is, all is. */
    private static final String CARD = "README.md";

    private final Path jar;
    private final ZipFile files;
    private final PublishedModel model;

    private ModelConverter(Path jar, ZipFile files, PublishedModel model) {
        this.jar = jar;
        this.files = files;
        this.model = model;
    }

    /**
     * Run by the build, for the distribution.
     *
     * @param args the jar, the directory, and the file with the text of the model's license
     */
    public static void main(String[] args) throws IOException {
        Path directory = Path.of(args[1]);
        convert(Path.of(args[0]), directory);
        Files.copy(
                Path.of(args[2]),
                directory.resolve("LICENSE"),
                StandardCopyOption.REPLACE_EXISTING);
    }

    /**
     * Writes the model's files into this directory, which is made if it is missing; nothing is done
     * if they are there already, made of a jar of this name.
     *
     * @throws IOException if the jar does not hold one of the models that are known here, just as
     *     it is expected
     */
    public static void convert(Path jar, Path directory) throws IOException {
        try (ZipFile files = new ZipFile(jar.toFile())) {
            List<String> found =
                    files.stream()
                            .map(ZipEntry::getName)
                            .filter(name -> name.endsWith(".onnx"))
                            .sorted()
                            .toList();
            PublishedModel model =
                    found.size() == 1 ? PublishedModel.ofOnnxFile(found.get(0)).orElse(null) : null;
            if (model == null) {
                throw new IOException(
                        "%s: expected one of %s, found %s"
                                .formatted(jar, PublishedModel.onnxFiles(), found));
            }
            new ModelConverter(jar, files, model).write(directory);
        }
    }

    private void write(Path directory) throws IOException {
        Path card = directory.resolve(CARD);
        String expected = model.card(String.valueOf(jar.getFileName()));
        if (Files.exists(card) && Files.readString(card).equals(expected)) {
            return;
        }
        OnnxBert bert = bert();
        byte[] tokenizer;
        try (InputStream in = open(model.tokenizerFile())) {
            tokenizer = in.readAllBytes();
        }
        JsonNode read = JSON.readTree(tokenizer);
        Files.createDirectories(directory);
        Files.deleteIfExists(card);
        new SentenceFiles(
                        bert.size(),
                        model.maxTokens(),
                        model.firstToken(),
                        read.at("/normalizer/lowercase").booleanValue())
                .write(directory);
        SentenceFiles.json(directory, "config_sentence_transformers.json", sentenceTransformers());
        Files.write(directory.resolve("tokenizer.json"), tokenizer);
        Files.write(directory.resolve("vocab.txt"), vocabulary(read, bert.size().vocabulary()));
        Path weights = directory.resolve("model.safetensors");
        Files.deleteIfExists(weights);
        SafetensorsWriter.write(weights, bert.weights());
        Files.writeString(card, expected);
    }

    private OnnxBert bert() throws IOException {
        try (InputStream in = open(model.onnxFile())) {
            return OnnxBert.of(OnnxGraph.read(in));
        } catch (IOException e) {
            throw new IOException(
                    "%s in %s: %s".formatted(model.onnxFile(), jar, e.getMessage()), e);
        }
    }

    private InputStream open(String name) throws IOException {
        ZipEntry entry = files.getEntry(name);
        if (entry == null) {
            throw new FileNotFoundException("expected %s in %s, found none".formatted(name, jar));
        }
        return files.getInputStream(entry);
    }

    /** The versions are those that the oldest of these models was published with. */
    private ObjectNode sentenceTransformers() {
        ObjectNode config = JSON.createObjectNode();
        config.putObject("__version__")
                .put("sentence_transformers", "2.0.0")
                .put("transformers", "4.6.1")
                .put("pytorch", "1.8.1");
        if (!model.prompts().isEmpty()) {
            ObjectNode prompts = config.putObject("prompts");
            new TreeMap<>(model.prompts()).forEach(prompts::put);
            config.putNull("default_prompt_name");
        }
        return config;
    }

    private List<String> vocabulary(JsonNode tokenizer, int size) throws IOException {
        List<String> tokens =
                tokenizer.at("/model/vocab").properties().stream()
                        .sorted(Comparator.comparingInt(entry -> entry.getValue().intValue()))
                        .map(Map.Entry::getKey)
                        .toList();
        if (tokens.size() != size) {
            throw new IOException(
                    "%s in %s: expected %d tokens, one for each row of the embeddings, found %d"
                            .formatted(model.tokenizerFile(), jar, size, tokens.size()));
        }
        return tokens;
    }
}
