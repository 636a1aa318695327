package io.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.millrace.cli.testing.Browser;
import java.io.BufferedReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The page of a demo that is kept, in a real browser. */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
@SuppressWarnings("NullAway.Init") // JUnit sets what is set before all tests
class PreviewIT {
    private static final String HOSTILE =
            "<script>window.hacked = true</script> <b>bold</b> & \"quoted\"";
    private static final String PARCEL = "the parcel for number seven has been lost on its way";
    private static final List<String> TEXTS =
            List.of(
                    HOSTILE,
                    PARCEL,
                    "my password does not work any more",
                    "turbine three was stopped because of vibration",
                    "please send the invoice for March again",
                    "rain and wind in the north tomorrow");
    private static final int WIDE = 1200;
    private static final int NARROW = 360;

    @TempDir static Path directory;
    private static Process demo;
    private static Browser browser;
    private static String url;

    @BeforeAll
    static void start() throws Exception {
        assumeTrue(
                Browser.installed().isPresent(),
                "no chromium on the PATH: the preview's page is not tested");
        Path texts = Files.write(directory.resolve("texts.txt"), TEXTS);
        demo =
                Cli.start(
                        directory,
                        Files.writeString(directory.resolve("stdin"), ""),
                        "demo",
                        "--keep",
                        "--model",
                        Cli.home().resolve("models/demo").toString(),
                        "--input",
                        texts.toString());
        browser = Browser.start(Browser.installed().orElseThrow());
        url = address(demo.inputReader(StandardCharsets.UTF_8));
    }

    private static String address(BufferedReader said) throws Exception {
        String line = said.readLine();
        while (!line.contains("http://localhost:")) {
            line = said.readLine();
        }
        return line.substring(line.indexOf("http://"));
    }

    @AfterAll
    static void stop() throws Exception {
        if (browser != null) {
            browser.close();
        }
        if (demo != null) {
            demo.destroyForcibly().waitFor();
        }
    }

    @BeforeEach
    void open() {
        browser.open(url, WIDE, 1000, false);
        browser.await("document.querySelector('#state').textContent === 'Running'");
    }

    @AfterEach
    void asksNobodyElseAndComplainsOfNothing() {
        assertThat(browser.requests()).isNotEmpty().allMatch(asked -> asked.startsWith(url));
        assertThat(browser.complaints()).isEmpty();
    }

    @Test
    void numbersMove() {
        for (String id : List.of("records", "tokens", "fill", "latency")) {
            browser.await(
                    "parseFloat(document.querySelector('#%s').textContent) > 0".formatted(id));
            browser.await("document.querySelector('#%s-chart path.first')".formatted(id));
        }
        int before = browser.value("Number(document.querySelector('#out').textContent)").intValue();
        browser.await(
                "Number(document.querySelector('#out').textContent) > %d".formatted(before + 5));
        assertThat(browser.value("document.querySelector('#rejected').textContent").textValue())
                .isEqualTo("0");
        assertThat(browser.value("document.querySelector('#topics').textContent").textValue())
                .isEqualTo("texts→vectors");
        assertThat(browser.value("document.querySelector('#model').textContent").textValue())
                .contains("demo", "f32 on CPU", "128 dimensions", "kernels: ");
    }

    @Test
    void newestTextsAreShownAsTheyAreAndStandStillUnderTheMouse() {
        browser.await(
                "[...document.querySelectorAll('#texts button')].some(each => each.textContent === %s)"
                        .formatted(quoted(HOSTILE)));
        assertThat(browser.value("document.querySelectorAll('#texts :is(script, b)').length"))
                .hasToString("0");
        assertThat(browser.value("window.hacked === undefined").booleanValue()).isTrue();

        browser.pointAt("#texts");
        browser.await("!document.querySelector('#paused').hidden");
        String shown = "document.querySelector('#texts').textContent";
        String still = browser.value(shown).textValue();
        int before = browser.value("Number(document.querySelector('#out').textContent)").intValue();
        browser.await(
                "Number(document.querySelector('#out').textContent) > %d".formatted(before + 12));
        assertThat(browser.value(shown).textValue()).isEqualTo(still);
    }

    @Test
    void searchFindsTheNearestText() {
        browser.await("document.querySelector('#query').focus() === undefined");
        browser.type("the parcel for number seven has been lost");

        browser.await("document.querySelectorAll('#neighbours li').length === 6");
        assertThat(browser.value("document.querySelector('#neighbours button').textContent"))
                .hasToString(quoted(PARCEL));
        assertThat(
                        browser.value(
                                        "[...document.querySelectorAll('.cosine')].map(each =>"
                                                + " Number(each.textContent))")
                                .toString())
                .isEqualTo(
                        browser.value(
                                        "[...document.querySelectorAll('.cosine')].map(each =>"
                                                + " Number(each.textContent)).sort((a, b) => b - a)")
                                .toString());
        browser.await("document.querySelector('#plane .query')");
        browser.await("document.querySelector('#plane circle.near')");

        browser.value("document.querySelectorAll('#neighbours button')[1].click()");
        browser.await("document.querySelector('.cosine').textContent === '1.00'");
    }

    @Test
    void mapNamesItsPoints() {
        browser.await("document.querySelectorAll('#plane circle').length === 6");
        browser.awaitStillness();

        browser.pointAt("#plane circle:nth-of-type(2)");
        browser.await("document.querySelector('#named').textContent !== ''");
        assertThat(TEXTS)
                .contains(
                        browser.value("document.querySelector('#named').textContent").textValue());

        browser.pointAt("h1");
        browser.await("document.querySelector('#named').textContent === ''");
        browser.value("document.querySelector('#plane').focus()");
        browser.press("ArrowRight");
        browser.await("document.querySelector('#named').textContent !== ''");
        browser.press("Enter");
        browser.await("document.querySelector('.cosine').textContent === '1.00'");
    }

    @Test
    void darkAndNarrowItFitsAndWorks() {
        browser.open(url + "?q=password", NARROW, 800, true);

        browser.await("document.querySelectorAll('#neighbours li').length === 6");
        browser.await("document.querySelectorAll('#plane circle').length >= 6");
        browser.await("document.querySelectorAll('#texts li').length > 3");
        assertThat(browser.value("document.documentElement.scrollWidth").intValue())
                .isEqualTo(NARROW);
        assertThat(
                        browser.value(
                                "getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number)[0]"))
                .asString()
                .satisfies(red -> assertThat(Integer.parseInt(red)).isLessThan(64));
    }

    @Test
    void previewPortThatIsTakenIsNamed() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String port = String.valueOf(taken.getLocalPort());

            Cli cli =
                    Cli.run(
                            "run",
                            "--bootstrap-servers",
                            "localhost:1",
                            "--input-topic",
                            "a",
                            "--output-topic",
                            "b",
                            "--model",
                            "none",
                            "--preview",
                            port);

            assertThat(cli.status()).isEqualTo(2);
            assertThat(cli.err())
                    .contains("--preview: expected a free port, found " + port + " taken");
        }
    }

    private static String quoted(String text) {
        return '"' + text.replace("\"", "\\\"") + '"';
    }
}
