package io.millrace.model.encode;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.model.testing.Golden;
import java.nio.file.Path;
import java.util.List;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.Test;
import org.tensorflow.types.TInt32;

/**
 * No native object outlives the call that made it. JavaCPP counts objects only while its collector
 * is on, so the tests of this module run with it; a few hundred calls are too few to wake it.
 */
class NativeMemoryTest {
    private static final Path DIRECTORY = Golden.of("bert-cls-dense").directory();
    private static final TokenBatch BATCH =
            TokenBatch.pad(List.of(new int[] {2, 40, 3}, new int[] {2, 3}), 8, 0);

    @Test
    void encodingKeepsNothing() {
        try (Encoder encoder = Encoder.open(DIRECTORY)) {
            encoder.encode(BATCH);
            assertThat(countWhileOpen()).as("JavaCPP counts").isPositive();
            long bytes = Pointer.totalBytes();
            long objects = Pointer.totalCount();
            for (int i = 0; i < 500; i++) {
                encoder.encode(BATCH);
            }
            assertThat(Pointer.totalBytes()).isEqualTo(bytes);
            assertThat(Pointer.totalCount()).isEqualTo(objects);
        }
    }

    private static long countWhileOpen() {
        long before = Pointer.totalCount();
        try (TInt32 tensor = TInt32.scalarOf(1)) {
            assertThat(tensor.getInt()).isEqualTo(1);
            return Pointer.totalCount() - before;
        }
    }

    @Test
    void aClosedEncoderKeepsNothing() {
        openAndClose();
        long bytes = Pointer.totalBytes();
        long objects = Pointer.totalCount();
        for (int i = 0; i < 5; i++) {
            openAndClose();
        }
        assertThat(Pointer.totalBytes()).isEqualTo(bytes);
        assertThat(Pointer.totalCount()).isEqualTo(objects);
    }

    private static void openAndClose() {
        try (Encoder encoder = Encoder.open(DIRECTORY)) {
            encoder.encode(BATCH);
        }
    }
}
