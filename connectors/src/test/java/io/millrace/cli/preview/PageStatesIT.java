package io.millrace.cli.preview;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.millrace.cli.preview.Live.State;
import io.millrace.cli.testing.Browser;
import java.net.URI;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the page says of a job that waits, fails, ends, or does not answer. */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class PageStatesIT {
    private volatile State state = State.WAITING;
    private volatile @Nullable String failure;

    @BeforeAll
    static void browserIsThere() {
        assumeTrue(
                Browser.installed().isPresent(),
                "no chromium on the PATH: the preview's page is not tested");
    }

    @Test
    void saysHowTheJobIsAndGoesOnWithTheNext() throws Exception {
        PageServer server = PageServer.start(0, watch("first", "<i>before</i>"));
        int port = URI.create(server.url()).getPort();
        try (Browser browser = Browser.start(Browser.installed().orElseThrow())) {
            browser.open(server.url(), 1200, 900, false);
            says(browser, "Waiting", "Waiting for the first text");

            state = State.RUNNING;
            browser.await("document.querySelector('#state').textContent === 'Running'");
            browser.await("document.querySelector('#notice').hidden");

            failure = "TimeoutException: <b>no broker</b>";
            state = State.FAILED;
            server.close();
            says(browser, "Failed", "The job failed: TimeoutException: <b>no broker</b>");
            assertThat(browser.value("document.querySelector('#texts').textContent").textValue())
                    .contains("<i>before</i>");

            failure = null;
            state = State.RUNNING;
            PageServer next = PageServer.start(port, watch("second", "after"));
            browser.await("document.querySelector('#state').textContent === 'Running'");
            browser.await("document.querySelector('#texts li button').textContent === 'after'");
            assertThat(browser.value("document.querySelector('#texts').textContent").textValue())
                    .doesNotContain("before");

            state = State.ENDED;
            says(browser, "Ended", "The job has ended");
            state = State.RUNNING;
            browser.await("document.querySelector('#state').textContent === 'Running'");
            next.close();
            says(browser, "Connection lost", "goes on as soon as it does");
        }
    }

    private static void says(Browser browser, String state, String notice) {
        browser.await("document.querySelector('#state').textContent === '%s'".formatted(state));
        browser.await(
                "document.querySelector('#notice').checkVisibility() && document.querySelector('#notice').textContent.includes('%s')"
                        .formatted(notice));
    }

    private Function<String, Supplier<Live>> watch(String run, String text) {
        return query ->
                () ->
                        new Live(
                                run,
                                new Live.Job(state, failure, "a → b", List.of("a"), "b", null),
                                new Live.Totals(0, 0, 0, 0, 0, 0),
                                List.of(),
                                state == State.RUNNING
                                        ? List.of(new Live.Text(1, text, 3, true))
                                        : List.of(),
                                null,
                                null);
    }
}
