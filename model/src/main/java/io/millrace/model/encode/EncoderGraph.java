package io.millrace.model.encode;

import io.millrace.model.arch.Batch;
import io.millrace.model.arch.PortableKernels;
import io.millrace.model.arch.Value;
import io.millrace.model.arch.Variables;
import io.millrace.model.pool.Pipeline;
import io.millrace.model.read.ModelDirectory;
import java.util.ArrayList;
import java.util.List;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TInt32;

/**
 * A model as a graph: ids and lengths in, vectors out.
 *
 * @param ids {@code [B, S]}
 * @param lengths {@code [B]}
 * @param hidden {@code [B · S, H]}, fetched in tests only
 * @param attentions {@code [B, h, S, S]} of each layer, fetched to be looked at only
 * @param vectors {@code [B, dimension]}
 * @param variables the weights, not loaded yet
 */
record EncoderGraph(
        Operand<TInt32> ids,
        Operand<TInt32> lengths,
        Operand<?> hidden,
        List<Operand<?>> attentions,
        Operand<?> vectors,
        Variables variables) {
    static EncoderGraph build(
            Graph graph, ModelDirectory directory, Pipeline pipeline, AttentionMask mask) {
        Ops tf = Ops.create(graph);
        Placeholder<TInt32> ids = tf.placeholder(TInt32.class, Placeholder.shape(Shape.of(-1, -1)));
        Placeholder<TInt32> lengths = tf.placeholder(TInt32.class, Placeholder.shape(Shape.of(-1)));
        Batch batch = new Batch(new Value(ids), new Value(lengths), mask == AttentionMask.CAUSAL);
        PortableKernels kernels = new PortableKernels(graph);
        List<Value> states = directory.architecture().forward(kernels, batch);
        Value hidden = states.get(states.size() - 1);
        Value vectors = pipeline.apply(kernels, states, directory.config().hiddenSize(), batch);
        List<Operand<?>> attentions = new ArrayList<>();
        kernels.attentions().forEach(attention -> attentions.add(attention.operand()));
        return new EncoderGraph(
                ids, lengths, hidden.operand(), attentions, vectors.operand(), kernels.variables());
    }
}
