package io.millrace.model.arch;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.InvalidProtocolBufferException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bytedeco.javacpp.BytePointer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tensorflow.internal.c_api.TF_Buffer;
import org.tensorflow.internal.c_api.TF_DeviceList;
import org.tensorflow.internal.c_api.TF_Graph;
import org.tensorflow.internal.c_api.TF_Session;
import org.tensorflow.internal.c_api.TF_SessionOptions;
import org.tensorflow.internal.c_api.TF_Status;
import org.tensorflow.internal.c_api.global.tensorflow;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.KernelDef;
import org.tensorflow.proto.KernelList;

/**
 * What TensorFlow can use on this machine.
 *
 * @param gpu whether it lists a GPU
 * @param processor what the processor says that it can do, as Linux names it: {@code avx512bw},
 *     {@code amx_bf16}, …; empty where Linux does not tell
 * @param cpuKernels the types for which each fused operation has a kernel on the CPU
 */
record Machine(boolean gpu, Set<String> processor, Map<String, Set<DataType>> cpuKernels) {
    private static final Logger LOG = LoggerFactory.getLogger(Machine.class);
    private static final Path PROCESSOR = Path.of("/proc/cpuinfo");

    /**
     * Asks TensorFlow and Linux.
     *
     * @param config of the sessions to come: TensorFlow keeps the threads of the first it sees
     */
    static Machine here(ConfigProto config, List<String> operations) {
        Map<String, Set<DataType>> kernels = new HashMap<>();
        for (String operation : operations) {
            kernels.put(operation, cpuTypes(operation));
        }
        return new Machine(hasGpu(config), processorFlags(), kernels);
    }

    private static Set<DataType> cpuTypes(String operation) {
        Set<DataType> types = new HashSet<>();
        try (TF_Status status = TF_Status.newStatus()) {
            TF_Buffer list = tensorflow.TF_GetRegisteredKernelsForOp(operation, status);
            status.throwExceptionIfNotOK();
            KernelList kernels =
                    list.length() == 0
                            ? KernelList.getDefaultInstance()
                            : KernelList.parseFrom(list.dataAsByteBuffer());
            for (KernelDef kernel : kernels.getKernelList()) {
                if (kernel.getDeviceType().equals("CPU")) {
                    kernel.getConstraintList().stream()
                            .filter(constraint -> constraint.getName().equals("T"))
                            .forEach(
                                    constraint ->
                                            types.addAll(
                                                    constraint
                                                            .getAllowedValues()
                                                            .getList()
                                                            .getTypeList()));
                }
            }
            tensorflow.TF_DeleteBuffer(list);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("kernels of " + operation + ": not readable", e);
        }
        return types;
    }

    private static boolean hasGpu(ConfigProto config) {
        byte[] bytes = config.toByteArray();
        try (TF_Status status = TF_Status.newStatus();
                TF_SessionOptions options = TF_SessionOptions.newSessionOptions();
                TF_Graph graph = TF_Graph.newGraph();
                BytePointer proto = new BytePointer(bytes)) {
            tensorflow.TF_SetConfig(options, proto, bytes.length, status);
            status.throwExceptionIfNotOK();
            try (TF_Session session = TF_Session.newSession(graph, options, status)) {
                status.throwExceptionIfNotOK();
                TF_DeviceList devices = tensorflow.TF_SessionListDevices(session, status);
                status.throwExceptionIfNotOK();
                boolean gpu = false;
                for (int i = 0; i < tensorflow.TF_DeviceListCount(devices); i++) {
                    gpu |=
                            tensorflow.TF_DeviceListType(devices, i, status)
                                    .getString()
                                    .equals("GPU");
                }
                tensorflow.TF_DeleteDeviceList(devices);
                return gpu;
            }
        }
    }

    private static Set<String> processorFlags() {
        if (!Files.isReadable(PROCESSOR)) {
            return Set.of();
        }
        try (var lines = Files.lines(PROCESSOR, UTF_8)) {
            return lines.filter(line -> line.startsWith("flags"))
                    .findFirst()
                    .map(line -> Set.of(line.substring(line.indexOf(':') + 1).trim().split(" +")))
                    .orElse(Set.of());
        } catch (IOException e) {
            LOG.warn("{}: not readable, so nothing is known of the processor", PROCESSOR, e);
            return Set.of();
        }
    }
}
