package io.millrace.model.arch;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.tensorflow.Graph;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.proto.DataType;

/**
 * Which kernels a model gets on this machine, and why.
 *
 * @param floats {@code DT_FLOAT} or {@code DT_BFLOAT16}: what weights and activations are in
 * @param fused whether {@link OneDnnKernels}, otherwise {@link PortableKernels}
 * @param reason in words
 */
public record KernelChoice(DataType floats, boolean fused, String reason) {
    private static final List<String> FUSED =
            List.of(OneDnnKernels.DENSE, OneDnnKernels.LAYER_NORM, OneDnnKernels.SCORES);

    /** What oneDNN needs of a processor for bfloat16; without it, its kernels end the process. */
    private static final Set<String> BFLOAT16_NEEDS =
            Set.of("avx512f", "avx512bw", "avx512dq", "avx512vl");

    /**
     * Asks TensorFlow which kernels it has here.
     *
     * @param config of the sessions to come: TensorFlow keeps the threads of the first it sees
     */
    public static KernelChoice here(DataType floats, ConfigProto config) {
        return of(floats, Machine.here(config, FUSED));
    }

    static KernelChoice of(DataType floats, Machine machine) {
        if (machine.gpu()) {
            return portable(floats, "a GPU is used, and the fused ones are for CPUs");
        }
        for (String operation : FUSED) {
            if (!machine.cpuKernels().getOrDefault(operation, Set.of()).contains(floats)) {
                return portable(
                        floats,
                        "this TensorFlow has no %s of %s on a CPU"
                                .formatted(operation, name(floats)));
            }
        }
        if (floats == DataType.DT_BFLOAT16 && !machine.processor().containsAll(BFLOAT16_NEEDS)) {
            return portable(floats, "the fused ones of bf16 need a processor with AVX-512");
        }
        return new KernelChoice(
                floats,
                true,
                "this TensorFlow has them for %s on a CPU%s"
                        .formatted(name(floats), multiplier(floats, machine.processor())));
    }

    /** Public operations, whatever the machine has. */
    public static KernelChoice portable(DataType floats, String reason) {
        return new KernelChoice(floats, false, reason);
    }

    private static String multiplier(DataType floats, Set<String> processor) {
        if (floats != DataType.DT_BFLOAT16) {
            return "";
        }
        if (processor.contains("amx_bf16")) {
            return ", which multiplies it with AMX";
        }
        return processor.contains("avx512_bf16")
                ? ", which multiplies it with AVX512_BF16"
                : ", which has to multiply it as f32";
    }

    private static String name(DataType floats) {
        return floats == DataType.DT_BFLOAT16
                ? "bf16"
                : floats.name().toLowerCase(Locale.ROOT).replace("dt_float", "f32");
    }

    /** The kernels, adding to a graph that is empty. */
    public PortableKernels on(Graph graph) {
        return fused ? new OneDnnKernels(graph, floats) : new PortableKernels(graph, floats);
    }

    /** Whether the kernels want weights in one layout for few rows, and in another for many. */
    public boolean laysOutByRows() {
        return fused && floats == DataType.DT_FLOAT;
    }

    /** For people. */
    public String describe() {
        return "%s: %s"
                .formatted(fused ? "oneDNN's fused operations" : "public operations", reason);
    }
}
