package io.millrace.model.arch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.proto.DataType;

class KernelChoiceTest {
    private static final Set<String> AVX512 = Set.of("avx512f", "avx512bw", "avx512dq", "avx512vl");
    private static final Set<DataType> BOTH = Set.of(DataType.DT_FLOAT, DataType.DT_BFLOAT16);
    private static final Map<String, Set<DataType>> ALL =
            Map.of(
                    "_MklNativeFusedMatMul", BOTH,
                    "_MklLayerNorm", BOTH,
                    "_MklFusedBatchMatMulV2", BOTH);

    @Test
    void fusedWhereTensorFlowHasThem() {
        KernelChoice choice =
                KernelChoice.of(DataType.DT_FLOAT, new Machine(false, Set.of("avx2"), ALL));
        assertThat(choice.fused()).isTrue();
        assertThat(choice.describe())
                .isEqualTo("oneDNN's fused operations: this TensorFlow has them for f32 on a CPU");
    }

    @Test
    void notOnAGpu() {
        KernelChoice choice = KernelChoice.of(DataType.DT_FLOAT, new Machine(true, AVX512, ALL));
        assertThat(choice.fused()).isFalse();
        assertThat(choice.describe())
                .isEqualTo("public operations: a GPU is used, and the fused ones are for CPUs");
    }

    @Test
    void notWhereOneIsMissing() {
        Map<String, Set<DataType>> kernels = new HashMap<>(ALL);
        kernels.put("_MklLayerNorm", Set.of(DataType.DT_FLOAT));
        Machine machine = new Machine(false, AVX512, kernels);
        assertThat(KernelChoice.of(DataType.DT_FLOAT, machine).fused()).isTrue();
        KernelChoice choice = KernelChoice.of(DataType.DT_BFLOAT16, machine);
        assertThat(choice.fused()).isFalse();
        assertThat(choice.reason())
                .isEqualTo("this TensorFlow has no _MklLayerNorm of bf16 on a CPU");
    }

    /** There the library ends the process with a signal instead of an error. */
    @Test
    void notInBfloat16WithoutAvx512() {
        Machine machine = new Machine(false, Set.of("avx2", "avx512f"), ALL);
        assertThat(KernelChoice.of(DataType.DT_FLOAT, machine).fused()).isTrue();
        KernelChoice choice = KernelChoice.of(DataType.DT_BFLOAT16, machine);
        assertThat(choice.fused()).isFalse();
        assertThat(choice.reason())
                .isEqualTo("the fused ones of bf16 need a processor with AVX-512");
    }

    @Test
    void tellsHowBfloat16IsMultiplied() {
        assertThat(reasonWith("amx_bf16", "avx512_bf16")).endsWith("with AMX");
        assertThat(reasonWith("avx512_bf16")).endsWith("with AVX512_BF16");
        assertThat(reasonWith()).endsWith("has to multiply it as f32");
    }

    private static String reasonWith(String... flags) {
        Set<String> processor = new java.util.HashSet<>(AVX512);
        processor.addAll(List.of(flags));
        return KernelChoice.of(DataType.DT_BFLOAT16, new Machine(false, processor, ALL)).reason();
    }

    @Test
    void asksTheLibraryThatIsHere() {
        Machine machine =
                Machine.here(
                        ConfigProto.getDefaultInstance(), List.of("_MklLayerNorm", "_NoSuchThing"));
        assertThat(machine.cpuKernels().get("_MklLayerNorm")).containsAll(BOTH);
        assertThat(machine.cpuKernels().get("_NoSuchThing")).isEmpty();
        assertThat(machine.processor()).contains("sse2");
    }
}
