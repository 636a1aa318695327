package io.millrace.cli.testing;

import java.nio.file.Path;

/** Takes a picture of the preview while a demo runs; see the module's README. */
final class Picture {
    private Picture() {}

    /**
     * Takes it.
     *
     * @param arguments the page's address, the file, the window's width and height, and {@code
     *     dark} or {@code light}
     */
    public static void main(String[] arguments) throws Exception {
        try (Browser browser = Browser.start(Browser.installed().orElseThrow())) {
            browser.open(
                    arguments[0],
                    Integer.parseInt(arguments[2]),
                    Integer.parseInt(arguments[3]),
                    arguments[4].equals("dark"));
            browser.await("document.querySelectorAll('#texts li').length > 24");
            browser.await("document.querySelectorAll('#neighbours li').length > 7");
            browser.awaitStillness();
            browser.picture(Path.of(arguments[1]));
        }
    }
}
