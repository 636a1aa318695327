package io.millrace.it.bench.peer;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxTensorLike;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** An ONNX Runtime session. */
final class OnnxSession implements HiddenStates {
    private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
    private final OrtSession session;

    OnnxSession(Path file, int threads) throws OrtException {
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.ALL_OPT);
            options.setIntraOpNumThreads(threads);
            options.setInterOpNumThreads(1);
            this.session = environment.createSession(file.toString(), options);
        }
    }

    @Override
    public float[] of(PaddedBatch batch) throws OrtException {
        Map<String, OnnxTensorLike> inputs = new HashMap<>();
        try (OnnxTensor ids = tensor(batch.ids(), batch);
                OnnxTensor mask = tensor(batch.mask(), batch);
                OnnxTensor types = tensor(new long[batch.ids().length], batch)) {
            for (String name : session.getInputNames()) {
                inputs.put(
                        name,
                        switch (name) {
                            case "input_ids" -> ids;
                            case "attention_mask" -> mask;
                            case "token_type_ids" -> types;
                            default ->
                                    throw new IllegalStateException(
                                            "the graph wants an input that nobody has: " + name);
                        });
            }
            try (OrtSession.Result result = session.run(inputs)) {
                FloatBuffer hidden = ((OnnxTensor) result.get(0)).getFloatBuffer();
                float[] values = new float[hidden.remaining()];
                hidden.get(values);
                return values;
            }
        }
    }

    private OnnxTensor tensor(long[] values, PaddedBatch batch) throws OrtException {
        return OnnxTensor.createTensor(environment, LongBuffer.wrap(values), batch.shape());
    }

    @Override
    public void close() throws OrtException {
        session.close();
    }
}
