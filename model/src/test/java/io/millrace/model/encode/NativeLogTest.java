package io.millrace.model.encode;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class NativeLogTest {
    @Test
    void nothingButTheTwoNotesIsDropped() {
        String written =
                """
WARNING: All log messages before absl::InitializeLog() is called are written to STDERR
I0000 00:00:1795881241.888041   16490 mlir_graph_optimization_pass.cc:401] MLIR V1 optimization pass is not enabled
E0000 00:00:1795881241.888042   16490 cuda_fft.cc:477] Unable to register cuFFT factory: é
MLIR V1 optimization pass is not enabled: out of memory
""";

        assertThat(
                        new String(
                                NativeLog.withoutNotes(written.getBytes(StandardCharsets.UTF_8)),
                                StandardCharsets.UTF_8))
                .isEqualTo(written.substring(written.indexOf("E0000")));
        assertThat(NativeLog.withoutNotes(new byte[0])).isEmpty();
    }
}
