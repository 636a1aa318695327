package io.millrace.cli.convert;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What an ONNX file says about a model's weights: its operations and its constants. The fields are
 * read by their numbers in <a
 * href="https://github.com/onnx/onnx/blob/v1.17.0/onnx/onnx.proto">onnx.proto</a>; all others are
 * passed over.
 *
 * @param nodes the operations, in the file's order
 * @param initializers the weights, by name
 * @param constants what {@code Constant} nodes hold, by the name of the node's output
 */
record OnnxGraph(
        List<Node> nodes, Map<String, OnnxTensor> initializers, Map<String, OnnxTensor> constants) {

    /** An operation. */
    record Node(String type, String name, List<String> inputs) {}

    private interface Field {
        void read(int number, int wireType) throws IOException;
    }

    static OnnxGraph read(InputStream file) throws IOException {
        return new Reader(CodedInputStream.newInstance(file, 1 << 16)).model();
    }

    private static final class Reader {
        private final CodedInputStream in;
        private final OnnxGraph graph =
                new OnnxGraph(new ArrayList<>(), new LinkedHashMap<>(), new LinkedHashMap<>());

        Reader(CodedInputStream in) {
            this.in = in;
        }

        OnnxGraph model() throws IOException {
            fields(
                    (number, wireType) -> {
                        if (number == 7) {
                            message(this::graphField);
                        } else {
                            skip(number, wireType);
                        }
                    });
            return graph;
        }

        private void graphField(int number, int wireType) throws IOException {
            switch (number) {
                case 1 -> node();
                case 5 -> {
                    OnnxTensor tensor = tensor();
                    graph.initializers.put(tensor.name(), tensor);
                }
                default -> skip(number, wireType);
            }
        }

        private void node() throws IOException {
            List<String> inputs = new ArrayList<>();
            List<String> outputs = new ArrayList<>();
            String[] nameAndType = {"", ""};
            List<OnnxTensor> values = new ArrayList<>();
            message(
                    (number, wireType) -> {
                        switch (number) {
                            case 1 -> inputs.add(in.readString());
                            case 2 -> outputs.add(in.readString());
                            case 3 -> nameAndType[0] = in.readString();
                            case 4 -> nameAndType[1] = in.readString();
                            case 5 -> attribute(values);
                            default -> skip(number, wireType);
                        }
                    });
            graph.nodes.add(new Node(nameAndType[1], nameAndType[0], inputs));
            if (nameAndType[1].equals("Constant") && values.size() == 1 && outputs.size() == 1) {
                graph.constants.put(outputs.get(0), values.get(0));
            }
        }

        /** Of attributes only tensors are of use here. */
        private void attribute(List<OnnxTensor> values) throws IOException {
            message(
                    (number, wireType) -> {
                        if (number == 5) {
                            values.add(tensor());
                        } else {
                            skip(number, wireType);
                        }
                    });
        }

        private OnnxTensor tensor() throws IOException {
            List<Integer> shape = new ArrayList<>();
            int[] type = {0};
            String[] name = {""};
            byte[][] data = {{}};
            message(
                    (number, wireType) -> {
                        switch (number) {
                            case 1 -> dimensions(wireType, shape);
                            case 2 -> type[0] = in.readInt32();
                            case 8 -> name[0] = in.readString();
                            case 9 -> data[0] = in.readByteArray();
                            default -> skip(number, wireType);
                        }
                    });
            return new OnnxTensor(name[0], List.copyOf(shape), type[0], data[0]);
        }

        /** Written one by one by some exporters, packed by others. */
        private void dimensions(int wireType, List<Integer> shape) throws IOException {
            if (wireType != WireFormat.WIRETYPE_LENGTH_DELIMITED) {
                shape.add(Math.toIntExact(in.readInt64()));
                return;
            }
            int limit = in.pushLimit(in.readRawVarint32());
            while (!in.isAtEnd()) {
                shape.add(Math.toIntExact(in.readInt64()));
            }
            in.popLimit(limit);
        }

        private void message(Field field) throws IOException {
            int limit = in.pushLimit(in.readRawVarint32());
            fields(field);
            in.checkLastTagWas(0);
            in.popLimit(limit);
        }

        private void fields(Field field) throws IOException {
            for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
                field.read(WireFormat.getTagFieldNumber(tag), WireFormat.getTagWireType(tag));
            }
        }

        private void skip(int number, int wireType) throws IOException {
            in.skipField(number << 3 | wireType);
        }
    }
}
