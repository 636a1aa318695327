package io.millrace.cli.convert;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** An ONNX file of a BERT with one layer, named as PyTorch names it; tests change parts of it. */
final class TinyOnnx {
    static final int HIDDEN = 4;
    static final int HEADS = 2;
    static final String TOKENIZER =
            """
{"normalizer": {"type": "BertNormalizer", "lowercase": true},
 "pre_tokenizer": {"type": "BertPreTokenizer"},
 "post_processor": {"type": "BertProcessing", "sep": ["[SEP]", 3], "cls": ["[CLS]", 2]},
 "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
           "max_input_chars_per_word": 100,
           "vocab": {"[PAD]": 0, "[UNK]": 1, "[CLS]": 2, "[SEP]": 3, "a": 4}}}
""";

    private static final int INTERMEDIATE = 2;
    private static final String LAYER = "encoder.layer.0.";

    final Map<String, ByteString> tensors = new LinkedHashMap<>();
    String activation = "Erf";

    /** Of the file, instead of the tensors. */
    byte[] content = {};

    TinyOnnx() {
        floats("embeddings.word_embeddings.weight", 5, HIDDEN);
        floats("embeddings.position_embeddings.weight", 8, HIDDEN);
        floats("embeddings.token_type_embeddings.weight", 2, HIDDEN);
        norm("embeddings.LayerNorm");
        for (String part : List.of("self.query", "self.key", "self.value", "output.dense")) {
            linear("attention." + part, HIDDEN, HIDDEN);
        }
        norm(LAYER + "attention.output.LayerNorm");
        linear("intermediate.dense", HIDDEN, INTERMEDIATE);
        linear("output.dense", INTERMEDIATE, HIDDEN);
        norm(LAYER + "output.LayerNorm");
    }

    private void norm(String name) {
        floats(name + ".weight", HIDDEN);
        floats(name + ".bias", HIDDEN);
    }

    private void linear(String name, int in, int out) {
        floats("onnx::MatMul_" + name, in, out);
        floats(LAYER + name + ".bias", out);
    }

    /** Counts up from 0. */
    void floats(String name, int... shape) {
        int size = 1;
        for (int dimension : shape) {
            size *= dimension;
        }
        byte[] data = new byte[size * Float.BYTES];
        for (int i = 0; i < size; i++) {
            littleEndian(data).putFloat(i * Float.BYTES, i);
        }
        tensor(name, OnnxTensor.FLOAT, data, shape);
    }

    void tensor(String name, int type, byte[] data, int... shape) {
        tensors.put(
                name,
                message(
                        out -> {
                            for (int dimension : shape) {
                                out.writeInt64(1, dimension);
                            }
                            out.writeInt32(2, type);
                            out.writeString(8, name);
                            out.writeByteArray(9, data);
                        }));
    }

    byte[] bytes() {
        if (content.length > 0) {
            return content;
        }
        ByteString graph =
                message(
                        out -> {
                            for (String name : tensors.keySet()) {
                                if (name.startsWith("onnx::MatMul_")) {
                                    String layer = LAYER + name.substring("onnx::MatMul_".length());
                                    out.writeBytes(
                                            1,
                                            node(
                                                    "MatMul",
                                                    "/"
                                                            + layer.replace('.', '/')
                                                                    .replace("layer/0", "layer.0")
                                                            + "/MatMul",
                                                    "x",
                                                    name));
                                }
                            }
                            out.writeBytes(1, constant("width", (float) Math.sqrt(2)));
                            out.writeBytes(1, constant("eps", 1e-12f));
                            String self = "/encoder/layer.0/attention/self/";
                            out.writeBytes(1, node("Div", self + "Div", "scores", "width"));
                            out.writeBytes(1, node("Softmax", self + "Softmax", "scores"));
                            out.writeBytes(1, node("Add", "/embeddings/LayerNorm/Add", "x", "eps"));
                            out.writeBytes(1, node(activation, "act_fn/" + activation, "x"));
                            for (ByteString tensor : tensors.values()) {
                                out.writeBytes(5, tensor);
                            }
                        });
        return message(
                        out -> {
                            out.writeInt64(1, 6);
                            out.writeString(2, "pytorch");
                            out.writeBytes(7, graph);
                        })
                .toByteArray();
    }

    private static ByteString constant(String output, float value) {
        byte[] data = new byte[Float.BYTES];
        littleEndian(data).putFloat(value);
        ByteString tensor =
                message(
                        out -> {
                            out.writeInt32(2, OnnxTensor.FLOAT);
                            out.writeByteArray(9, data);
                        });
        ByteString attribute =
                message(
                        out -> {
                            out.writeString(1, "value");
                            out.writeBytes(5, tensor);
                        });
        return message(
                out -> {
                    out.writeString(2, output);
                    out.writeString(4, "Constant");
                    out.writeBytes(5, attribute);
                });
    }

    private static ByteString node(String type, String name, String... inputs) {
        return message(
                out -> {
                    for (String input : inputs) {
                        out.writeString(1, input);
                    }
                    out.writeString(3, name);
                    out.writeString(4, type);
                });
    }

    private static ByteBuffer littleEndian(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private interface Content {
        void write(CodedOutputStream out) throws IOException;
    }

    private static ByteString message(Content content) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        CodedOutputStream out = CodedOutputStream.newInstance(bytes);
        try {
            content.write(out);
            out.flush();
        } catch (IOException e) {
            throw new IllegalStateException("cannot write to memory", e);
        }
        return ByteString.copyFrom(bytes.toByteArray());
    }
}
