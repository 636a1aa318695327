package io.millrace.it.bench.peer;

import ai.djl.Device;
import ai.djl.inference.Predictor;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.repository.zoo.Criteria;
import ai.djl.repository.zoo.ZooModel;
import ai.djl.translate.NoopTranslator;
import java.nio.file.Path;
import java.util.List;

/** A TorchScript model in DJL; each thread has a predictor of its own, as DJL asks for. */
final class DjlSession implements HiddenStates {
    private final List<String> inputs;
    private final ZooModel<NDList, NDList> model;
    private final ThreadLocal<Predictor<NDList, NDList>> predictors;

    DjlSession(Path file, List<String> inputs, int threads) throws Exception {
        this.inputs = inputs;
        JniUtils.setNumThreads(threads);
        this.model =
                Criteria.builder()
                        .setTypes(NDList.class, NDList.class)
                        .optEngine("PyTorch")
                        .optDevice(Device.cpu())
                        .optModelPath(file)
                        .optTranslator(new NoopTranslator())
                        .build()
                        .loadModel();
        this.predictors = ThreadLocal.withInitial(model::newPredictor);
    }

    @Override
    public float[] of(PaddedBatch batch) throws Exception {
        try (NDManager manager = model.getNDManager().newSubManager()) {
            Shape shape = new Shape(batch.shape());
            NDList list = new NDList();
            for (String input : inputs) {
                list.add(
                        switch (input) {
                            case "input_ids" -> manager.create(batch.ids(), shape);
                            case "attention_mask" -> manager.create(batch.mask(), shape);
                            case "token_type_ids" ->
                                    manager.create(new long[batch.ids().length], shape);
                            default ->
                                    throw new IllegalStateException(
                                            "the model wants an input that nobody has: " + input);
                        });
            }
            NDList output = predictors.get().predict(list);
            try (NDArray hidden = output.singletonOrThrow()) {
                return hidden.toFloatArray();
            }
        }
    }

    @Override
    public void close() {
        model.close();
    }
}
