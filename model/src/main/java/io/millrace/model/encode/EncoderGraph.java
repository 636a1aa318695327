package io.millrace.model.encode;

import io.millrace.model.arch.Batch;
import io.millrace.model.arch.KernelChoice;
import io.millrace.model.arch.PortableKernels;
import io.millrace.model.arch.Value;
import io.millrace.model.arch.Variables;
import io.millrace.model.pool.Pipeline;
import io.millrace.model.read.ModelDirectory;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TInt32;

/**
 * A model as a graph: ids and lengths in, vectors out. Layers compute in the precision that was
 * chosen, pooling in float32.
 *
 * @param ids {@code [B, S]}
 * @param lengths {@code [B]}
 * @param hidden {@code [B · S, H]}, fetched in tests only
 * @param attentions {@code [B, h, S, S]} of each layer, fetched to be looked at only
 * @param vectors {@code [B, dimension]}
 * @param vectorsOfFew the same by another name, where kernels want weights in another layout for
 *     few tokens: a session keeps kernels for every name that is fetched, and each keeps the one
 *     layout that suited its first batch
 * @param variables the weights, not loaded yet
 */
record EncoderGraph(
        Operand<TInt32> ids,
        Operand<TInt32> lengths,
        Operand<?> hidden,
        List<Operand<?>> attentions,
        Operand<?> vectors,
        Operand<?> vectorsOfFew,
        List<Variables> variables) {
    static EncoderGraph build(
            Graph graph,
            ModelDirectory directory,
            Pipeline pipeline,
            AttentionMask mask,
            KernelChoice choice) {
        Ops tf = Ops.create(graph);
        Placeholder<TInt32> ids = tf.placeholder(TInt32.class, Placeholder.shape(Shape.of(-1, -1)));
        Placeholder<TInt32> lengths = tf.placeholder(TInt32.class, Placeholder.shape(Shape.of(-1)));
        Batch batch = new Batch(new Value(ids), new Value(lengths), mask == AttentionMask.CAUSAL);
        PortableKernels kernels = choice.on(graph);
        PortableKernels exact = kernels.exact();
        List<Value> states =
                directory.architecture().forward(kernels, batch).stream()
                        .map(exact::convert)
                        .toList();
        Value hidden = states.get(states.size() - 1);
        Value vectors = pipeline.apply(exact, states, directory.config().hiddenSize(), batch);
        List<Operand<?>> attentions = new ArrayList<>();
        kernels.attentions()
                .forEach(attention -> attentions.add(exact.convert(attention).operand()));
        return new EncoderGraph(
                ids,
                lengths,
                hidden.operand(),
                attentions,
                vectors.operand(),
                choice.laysOutByRows() ? tf.identity(vectors.operand()) : vectors.operand(),
                Stream.of(kernels.variables(), exact.variables()).distinct().toList());
    }

    /** Reads the weights into the session's variables. To be called once. */
    void load(Session session) {
        variables.forEach(part -> part.load(session));
    }
}
