package io.millrace.it.bench.plot;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.StringJoiner;
import java.util.stream.Stream;

/**
 * Lines of latency over percentile, both axes logarithmic, each line named at its end. Readable on
 * a light and on a dark page.
 *
 * @param title what is shown
 * @param subtitle how it was measured, in a line
 * @param captions where and with what; long ones are wrapped
 * @param lines from the calmest to the busiest: their colours say so; at most {@link #LINES_MAX}
 */
public record PercentilePlot(
        String title, String subtitle, List<String> captions, List<Line> lines) {
    private static final int WIDTH = 960;
    private static final int MARGIN = 32;
    private static final int LEFT = 84;
    private static final int RIGHT = WIDTH - 240;
    private static final int TOP = 108;
    private static final int BOTTOM = 440;
    private static final int LABEL_X = RIGHT + 20;
    private static final int LABEL_DISTANCE = 68;
    private static final int LABEL_DEPTH = 38;
    private static final int DETAILS_MAX = 3;
    private static final int CAPTION_TOP = BOTTOM + 84;
    private static final int CAPTION_LEADING = 17;
    private static final int CAPTION_CHARACTERS = 132;
    private static final int LABELLED_TICKS_MAX = 13;

    /** As many as have a colour of their own and a place for their label. */
    public static final int LINES_MAX = 5;

    /** From calm to busy, on light pages and on dark ones. */
    private static final List<String> LIGHT =
            List.of("#0f766e", "#1d63c7", "#7c3aed", "#b3500a", "#c81e3a");

    private static final List<String> DARK =
            List.of("#2dd4bf", "#6cb2ff", "#b69bff", "#ffab5e", "#ff7b88");

    private static final String STYLE =
            """
.page { fill: #ffffff; stroke: #d1d9e0 }
text { font-family: system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif; \
font-size: 13px; fill: #1f2328 }
.title { font-size: 20px; font-weight: 600 }
.muted { fill: #59636e }
.caption { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; font-size: 11px }
.name { font-weight: 600 }
.detail { font-size: 12px }
.right { text-anchor: end }
.middle { text-anchor: middle }
.grid { stroke: #d1d9e0; stroke-width: 1 }
.axis { stroke: #818b98; stroke-width: 1 }
.line { fill: none; stroke-width: 2.25; stroke-linejoin: round; stroke-linecap: round }
.leader { stroke-width: 1; stroke-dasharray: 1.5 3 }
.dashed { stroke-dasharray: 7 5 }
%s@media (prefers-color-scheme: dark) {
  .page { fill: #0d1117; stroke: #30363d }
  text { fill: #f0f6fc } .muted { fill: #9198a1 }
  .grid { stroke: #262c35 } .axis { stroke: #656c76 }
%s}
""";

    /**
     * One line.
     *
     * @param name at its end
     * @param details below its name, a line each, three at most
     * @param dashed whether it is to be taken with care
     * @param points by rising fraction
     * @param marks points with a dot
     */
    public record Line(
            String name,
            List<String> details,
            boolean dashed,
            List<Point> points,
            List<Point> marks) {
        public Line {
            details = List.copyOf(details);
            points = List.copyOf(points);
            marks = List.copyOf(marks);
            if (points.isEmpty() || details.size() > DETAILS_MAX) {
                throw new IllegalArgumentException(
                        "%s: expected points and at most %d details, found %d and %d"
                                .formatted(name, DETAILS_MAX, points.size(), details.size()));
            }
        }

        private Point end() {
            return points.get(points.size() - 1);
        }
    }

    /**
     * So many texts were at least so fast.
     *
     * @param fraction from 0, below 1
     * @param millis more than 0
     */
    public record Point(double fraction, double millis) {}

    public PercentilePlot {
        captions = List.copyOf(captions);
        lines = List.copyOf(lines);
        if (lines.isEmpty() || lines.size() > LINES_MAX) {
            throw new IllegalArgumentException(
                    "expected 1 to %d lines, found %d".formatted(LINES_MAX, lines.size()));
        }
    }

    /** The picture, an XML document. */
    public String svg() {
        NinesScale x =
                new NinesScale(
                        points().mapToDouble(Point::fraction).max().orElseThrow(), LEFT, RIGHT);
        LogScale y =
                LogScale.around(
                        points().mapToDouble(Point::millis).min().orElseThrow(),
                        points().mapToDouble(Point::millis).max().orElseThrow(),
                        BOTTOM,
                        TOP);
        List<String> wrapped =
                captions.stream().flatMap(each -> wrap(each, CAPTION_CHARACTERS).stream()).toList();
        int height = CAPTION_TOP + (wrapped.size() - 1) * CAPTION_LEADING + 24;

        Svg svg = new Svg();
        svg.open(
                "svg",
                "xmlns",
                "http://www.w3.org/2000/svg",
                "viewBox",
                "0 0 %d %d".formatted(WIDTH, height),
                "width",
                WIDTH,
                "height",
                height,
                "role",
                "img",
                "aria-labelledby",
                "title desc");
        svg.text("title", title, "id", "title");
        svg.text("desc", description(), "id", "desc");
        svg.text("style", STYLE.formatted(colours(LIGHT), colours(DARK)));
        svg.empty(
                "rect",
                "class",
                "page",
                "x",
                0.5,
                "y",
                0.5,
                "width",
                WIDTH - 1,
                "height",
                height - 1,
                "rx",
                8);
        svg.text("text", title, "class", "title", "x", MARGIN, "y", 42);
        svg.text("text", subtitle, "class", "muted", "x", MARGIN, "y", 64);
        percentileAxis(svg, x);
        latencyAxis(svg, y);
        drawLines(svg, x, y);
        for (int i = 0; i < wrapped.size(); i++) {
            svg.text(
                    "text",
                    wrapped.get(i),
                    "class",
                    "muted caption",
                    "x",
                    MARGIN,
                    "y",
                    CAPTION_TOP + i * CAPTION_LEADING);
        }
        return svg.close("svg").toString();
    }

    private Stream<Point> points() {
        return lines.stream()
                .flatMap(line -> Stream.concat(line.points().stream(), line.marks().stream()));
    }

    /** For those who cannot see the picture. */
    private String description() {
        StringJoiner description = new StringJoiner("; ", subtitle + ". ", ".");
        for (Line line : lines) {
            description.add(line.name() + ": " + String.join(", ", line.details()));
        }
        return description.toString();
    }

    private static void percentileAxis(Svg svg, NinesScale scale) {
        for (double tick : scale.ticks()) {
            double at = scale.at(tick);
            svg.empty("line", "class", "grid", "x1", at, "x2", at, "y1", TOP, "y2", BOTTOM);
            svg.text("text", percent(tick), "class", "muted middle", "x", at, "y", BOTTOM + 22);
        }
        svg.empty("line", "class", "axis", "x1", LEFT, "x2", RIGHT, "y1", BOTTOM, "y2", BOTTOM);
        svg.text(
                "text",
                "texts that were at least this fast, in % (each nine more is ten times rarer)",
                "class",
                "muted middle",
                "x",
                (LEFT + RIGHT) / 2.0,
                "y",
                BOTTOM + 46);
    }

    private static void latencyAxis(Svg svg, LogScale scale) {
        List<Double> ticks = scale.ticks();
        for (double tick : ticks) {
            double at = scale.at(tick);
            svg.empty("line", "class", "grid", "x1", LEFT, "x2", RIGHT, "y1", at, "y2", at);
            if (ticks.size() <= LABELLED_TICKS_MAX || isPowerOfTen(tick)) {
                svg.text(
                        "text", plain(tick), "class", "muted right", "x", LEFT - 10, "y", at + 4.5);
            }
        }
        svg.text("text", "latency in ms", "class", "muted", "x", MARGIN, "y", TOP - 16);
    }

    private void drawLines(Svg svg, NinesScale x, LogScale y) {
        List<Double> labels =
                Labels.spread(
                        lines.stream().map(line -> y.at(line.end().millis())).toList(),
                        LABEL_DISTANCE,
                        TOP,
                        BOTTOM - LABEL_DEPTH);
        for (int i = 0; i < lines.size(); i++) {
            Line line = lines.get(i);
            double label = labels.get(i);
            double endX = x.at(line.end().fraction());
            double endY = y.at(line.end().millis());
            svg.open("g", "class", colour(i));
            svg.empty(
                    "line",
                    "class",
                    "leader",
                    "x1",
                    endX,
                    "y1",
                    endY,
                    "x2",
                    LABEL_X - 6,
                    "y2",
                    label);
            svg.empty(
                    "path", "class", line.dashed() ? "line dashed" : "line", "d", path(line, x, y));
            for (Point mark : line.marks()) {
                svg.open(
                        "circle",
                        "class",
                        "dot",
                        "cx",
                        x.at(mark.fraction()),
                        "cy",
                        y.at(mark.millis()),
                        "r",
                        3.5);
                svg.text(
                        "title",
                        "%s: %s %%: %s ms"
                                .formatted(
                                        line.name(),
                                        percent(mark.fraction()),
                                        rounded(mark.millis())));
                svg.close("circle");
            }
            svg.text("text", line.name(), "class", "name", "x", LABEL_X, "y", label - 2);
            for (int detail = 0; detail < line.details().size(); detail++) {
                svg.text(
                        "text",
                        line.details().get(detail),
                        "class",
                        "muted detail",
                        "x",
                        LABEL_X,
                        "y",
                        label + 14 + 15 * detail);
            }
            svg.close("g");
        }
    }

    private static String path(Line line, NinesScale x, LogScale y) {
        StringBuilder path = new StringBuilder();
        for (Point point : line.points()) {
            path.append(path.isEmpty() ? "M" : " L")
                    .append(Svg.number(x.at(point.fraction())))
                    .append(' ')
                    .append(Svg.number(y.at(point.millis())));
        }
        return path.toString();
    }

    /** The ramp's ends for the first and the last line, and what is between them for the rest. */
    private String colour(int line) {
        int last = LIGHT.size() - 1;
        return "c"
                + (lines.size() == 1 ? 0 : Math.round((double) line * last / (lines.size() - 1)));
    }

    /** One rule a colour; no variables, which only browsers know. */
    private static String colours(List<String> ramp) {
        StringBuilder rules = new StringBuilder();
        for (int i = 0; i < ramp.size(); i++) {
            rules.append(
                    ".c%1$d .line, .c%1$d .leader { stroke: %2$s } .c%1$d .dot, .c%1$d .name { fill: %2$s }\n"
                            .formatted(i, ramp.get(i)));
        }
        return rules.toString();
    }

    /** Three digits, as people read a latency. */
    public static String rounded(double millis) {
        if (millis >= 1000) {
            return String.format(Locale.ROOT, "%,.0f", millis);
        }
        return plain(new BigDecimal(millis).round(new MathContext(3)).doubleValue());
    }

    private static String percent(double fraction) {
        return plain(100 * fraction);
    }

    private static String plain(double number) {
        String text = String.format(Locale.ROOT, "%,.6f", number);
        return text.replaceFirst("\\.?0+$", "");
    }

    private static boolean isPowerOfTen(double tick) {
        double exponent = Math.log10(tick);
        return Math.abs(exponent - Math.rint(exponent)) < 1e-6;
    }

    /** Breaks a text at blanks; a word that is longer than a line stays whole. */
    static List<String> wrap(String text, int characters) {
        List<String> wrapped = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        for (String word : text.strip().split("\\s+", -1)) {
            if (!line.isEmpty() && line.length() + 1 + word.length() > characters) {
                wrapped.add(line.toString());
                line.setLength(0);
            }
            line.append(line.isEmpty() ? "" : " ").append(word);
        }
        wrapped.add(line.toString());
        return wrapped;
    }
}
