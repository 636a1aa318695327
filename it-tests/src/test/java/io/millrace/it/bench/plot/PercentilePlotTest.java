package io.millrace.it.bench.plot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.it.bench.plot.PercentilePlot.Line;
import io.millrace.it.bench.plot.PercentilePlot.Point;
import java.awt.geom.Rectangle2D;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

class PercentilePlotTest {
    /** Of the widest fonts that are about; most are narrower. */
    private static final double EM_PER_CHARACTER = 0.62;

    @Test
    void pointsAreWhereTheirPercentileAndLatencyAre() throws Exception {
        Line line = line("80 % load", new Point(0, 1), new Point(0.9, 10), new Point(0.99, 100));

        Element path = elements(plot(line), "path").get(0);

        // From 84 to 720 there are two nines, from 440 up to 108 two powers of ten.
        assertThat(path.getAttribute("d")).isEqualTo("M84 440 L402 274 L720 108");
    }

    @Test
    void aLineThatIsToBeTakenWithCareIsDashed() throws Exception {
        Point[] points = {new Point(0, 1), new Point(0.9, 10)};
        Line held = line("50 % load", points);
        Line notHeld = new Line("95 % load", List.of(), true, List.of(points), List.of());

        assertThat(elements(plot(held, notHeld), "path"))
                .extracting(path -> path.getAttribute("class"))
                .containsExactly("line", "line dashed");
    }

    @Test
    void anyTextIsEscaped() throws Exception {
        String title = "a < b && \"c\" > 'd' \u0000 \uD83D\uDE00";
        PercentilePlot plot =
                new PercentilePlot(
                        title,
                        "",
                        List.of("--texts <x> & y"),
                        List.of(line("<1 % load", new Point(0, 1), new Point(0.5, 2))));

        Document svg = parse(plot);

        assertThat(svg.getElementsByTagName("title").item(0).getTextContent())
                .isEqualTo(title.replace('\u0000', '\uFFFD'));
        assertThat(texts(svg)).extracting(Element::getTextContent).contains("--texts <x> & y");
    }

    @Test
    void theSamePointsMakeTheSameBytes() {
        assertThat(typical(50, 80, 95).svg()).isEqualTo(typical(50, 80, 95).svg());
    }

    static Stream<PercentilePlot> typicalPlots() {
        return Stream.of(
                typical(80),
                typical(50, 80, 95),
                typical(10, 30, 50, 70, 90),
                typical(80, 80, 80, 80, 80),
                typical(1, 100));
    }

    @ParameterizedTest
    @MethodSource("typicalPlots")
    void noTextIsOverAnotherNorOutsideThePage(PercentilePlot plot) throws Exception {
        Document svg = parse(plot);
        List<Element> texts = texts(svg);
        Element page = svg.getDocumentElement();
        Rectangle2D inside =
                new Rectangle2D.Double(0, 0, number(page, "width"), number(page, "height"));

        for (Element text : texts) {
            assertThat(inside.contains(box(text))).as(text.getTextContent()).isTrue();
            for (Element other : texts) {
                assertThat(text != other && box(text).intersects(box(other)))
                        .as("%s and %s", text.getTextContent(), other.getTextContent())
                        .isFalse();
            }
        }
    }

    @Test
    void linesWithoutAColourOfTheirOwnAreRefused() {
        assertThatThrownBy(() -> typical(1, 2, 3, 4, 5, 6))
                .hasMessage("expected 1 to 5 lines, found 6");
        assertThatThrownBy(() -> plot()).hasMessage("expected 1 to 5 lines, found 0");
        assertThatThrownBy(() -> line("x"))
                .hasMessage("x: expected points and at most 3 details, found 0 and 0");
    }

    @Test
    void longCaptionsAreWrappedAtBlanks() {
        assertThat(PercentilePlot.wrap("ab cd  ef", 5)).containsExactly("ab cd", "ef");
        assertThat(PercentilePlot.wrap("a abcdef b", 3)).containsExactly("a", "abcdef", "b");
        assertThat(PercentilePlot.wrap("", 3)).containsExactly("");
    }

    @Test
    void latenciesHaveThreeDigits() {
        assertThat(PercentilePlot.rounded(0.012345)).isEqualTo("0.0123");
        assertThat(PercentilePlot.rounded(9.996)).isEqualTo("10");
        assertThat(PercentilePlot.rounded(123.4)).isEqualTo("123");
        assertThat(PercentilePlot.rounded(12345)).isEqualTo("12,345");
    }

    /** Latencies that a queue has at these loads, of 100,000 texts each. */
    private static PercentilePlot typical(int... loads) {
        return new PercentilePlot(
                "Latency of a text, Kafka to Kafka",
                "all-MiniLM-L6-v2, bf16, at least once; capacity 1,234 texts/s; poisson arrivals,"
                        + " 60 s each",
                List.of(
                        "AMD EPYC, 2 cores, Linux 6.18, Java 17.0.15; broker, Flink, producer and"
                                + " consumer in one process",
                        "millrace bench latency --model all-MiniLM-L6-v2 --texts texts.txt"
                                + " --precision bf16 --loads 50,80,95 --seconds 60 --output"
                                + " docs/latency"),
                Arrays.stream(loads).mapToObj(PercentilePlotTest::queue).toList());
    }

    private static Line queue(int load) {
        List<Point> points = new ArrayList<>();
        for (int i = 0; i <= 200; i++) {
            double nines = i / 40.0;
            points.add(
                    new Point(NinesScale.fraction(nines), 20 + 30 * nines * load / (101 - load)));
        }
        return new Line(
                load + " % load",
                List.of(
                        "1,172 texts/s, not held",
                        "p50 1,234 · p99 2,345 ms",
                        "p99.9 3,456 · max 4,567 ms"),
                false,
                points,
                List.of(points.get(12), points.get(80)));
    }

    private static Line line(String name, Point... points) {
        return new Line(name, List.of(), false, List.of(points), List.of());
    }

    private static PercentilePlot plot(Line... lines) {
        return new PercentilePlot("title", "subtitle", List.of("caption"), List.of(lines));
    }

    private static Document parse(PercentilePlot plot) throws Exception {
        return DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new InputSource(new StringReader(plot.svg())));
    }

    private static List<Element> elements(PercentilePlot plot, String name) throws Exception {
        return elements(parse(plot), name);
    }

    private static List<Element> elements(Document svg, String name) {
        NodeList found = svg.getElementsByTagName(name);
        return IntStream.range(0, found.getLength())
                .mapToObj(i -> (Element) found.item(i))
                .toList();
    }

    private static List<Element> texts(Document svg) {
        return elements(svg, "text");
    }

    private static Rectangle2D box(Element text) {
        List<String> classes = List.of(text.getAttribute("class").split(" ", -1));
        double size =
                classes.contains("title")
                        ? 20
                        : classes.contains("caption") ? 11 : classes.contains("detail") ? 12 : 13;
        double width = EM_PER_CHARACTER * size * text.getTextContent().length();
        double left =
                number(text, "x")
                        - (classes.contains("right")
                                ? width
                                : classes.contains("middle") ? width / 2 : 0);
        return new Rectangle2D.Double(left, number(text, "y") - 0.8 * size, width, size);
    }

    private static double number(Element element, String attribute) {
        return Double.parseDouble(element.getAttribute(attribute));
    }
}
