package io.millrace.it.bench.measure;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TextLengthsTest {
    @Test
    void sharesAreOfTextsThatExist() {
        int[] oneToTwenty = IntStream.rangeClosed(1, 20).map(i -> 21 - i).toArray();

        TextLengths lengths = TextLengths.of(oneToTwenty);

        assertThat(lengths).isEqualTo(new TextLengths(20, 210, 10, 19));
        assertThat(lengths.mean()).isEqualTo(10.5);
    }
}
