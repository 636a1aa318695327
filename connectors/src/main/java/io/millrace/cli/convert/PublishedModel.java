package io.millrace.cli.convert;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A model that LangChain4j publishes as an ONNX file in a jar. An ONNX file does not say how a
 * text's vector is made of its tokens' vectors, nor how long a text may be; each model's page on
 * the Hub does.
 *
 * @param file the ONNX file's name, without its ending
 * @param hubName where its authors publish it
 * @param maxTokens of a text
 * @param firstToken whether a text's vector is its first token's, and not the mean of all
 * @param prompts what is put before a text, by what the text is for
 */
record PublishedModel(
        String file,
        String hubName,
        String license,
        int maxTokens,
        boolean firstToken,
        Map<String, String> prompts) {
    private static final List<PublishedModel> ALL =
            List.of(
                    new PublishedModel(
                            "all-minilm-l6-v2",
                            "sentence-transformers/all-MiniLM-L6-v2",
                            "apache-2.0",
                            256,
                            false,
                            Map.of()),
                    new PublishedModel(
                            "e5-small-v2",
                            "intfloat/e5-small-v2",
                            "mit",
                            512,
                            false,
                            Map.of("query", "query: ", "passage", "passage: ")),
                    new PublishedModel(
                            "bge-small-zh-v1.5",
                            "BAAI/bge-small-zh-v1.5",
                            "mit",
                            512,
                            true,
                            Map.of()));

    String onnxFile() {
        return file + ".onnx";
    }

    String tokenizerFile() {
        return file + "-tokenizer.json";
    }

    static Optional<PublishedModel> ofOnnxFile(String name) {
        return ALL.stream().filter(model -> model.onnxFile().equals(name)).findFirst();
    }

    static String onnxFiles() {
        return ALL.stream().map(PublishedModel::onnxFile).collect(Collectors.joining(", "));
    }

    /** The model card: what it is and where it is from, with the license as the Hub reads it. */
    String card(String jar) {
        return """
---
license: %s
pipeline_tag: sentence-similarity
library_name: sentence-transformers
---
# %s

The weights and the tokenizer of <https://huggingface.co/%s>,
under the license that its authors gave them (%s).

Taken, number for number, from `%s` in `%s`,
which LangChain4j publishes on Maven Central. Millrace's build wrote them down as the directory
that sentence-transformers reads.
"""
                .formatted(
                        license,
                        hubName.substring(hubName.indexOf('/') + 1),
                        hubName,
                        license,
                        onnxFile(),
                        jar);
    }
}
