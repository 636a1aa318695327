package io.millrace.cli.preview;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.millrace.cli.preview.RecentTexts.Entry;
import io.millrace.cli.preview.RecentTexts.Neighbour;
import java.util.List;
import org.junit.jupiter.api.Test;

class RecentTextsTest {
    private final RecentTexts texts = new RecentTexts(3);

    @Test
    void nearestComeFirstWhateverTheirLength() {
        add("east", 5, 0);
        add("north-east", 1, 1);
        add("west", -2, 0);

        List<Neighbour> nearest = texts.nearest(new float[] {0.1f, 0}, 2);

        assertThat(nearest)
                .extracting(found -> found.entry().sample().text())
                .containsExactly("east", "north-east");
        assertThat(nearest.get(0).cosine()).isCloseTo(1, within(1e-6));
        assertThat(nearest.get(1).cosine()).isCloseTo(Math.sqrt(0.5), within(1e-6));
    }

    @Test
    void textThatComesAgainIsTheNewestAndThereOnce() {
        add("a", 1, 0);
        add("b", 1, 0);
        add("a", 1, 0);

        assertThat(texts.newest(10)).extracting(Entry::number).containsExactly(2L, 3L);
        assertThat(shown()).containsExactly("b", "a");
        assertThat(texts.newest(1)).extracting(Entry::number).containsExactly(3L);
    }

    @Test
    void oldestIsForgotten() {
        for (String text : List.of("a", "b", "c", "d")) {
            add(text, 1, 0);
        }

        assertThat(shown()).containsExactly("b", "c", "d");
        assertThat(texts.nearest(new float[] {1, 0}, 10)).hasSize(3);
    }

    @Test
    void vectorOfNoLengthIsNearToNothing() {
        add("nothing", 0, 0);

        assertThat(texts.nearest(new float[] {1, 0}, 1).get(0).cosine()).isZero();
    }

    private void add(String text, float x, float y) {
        texts.add(new Sample(text, 1, false, new float[] {x, y}));
    }

    private List<String> shown() {
        return texts.newest(10).stream().map(entry -> entry.sample().text()).toList();
    }
}
