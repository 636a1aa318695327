package io.millrace.cli;

import io.millrace.model.encode.Encoder;
import java.nio.file.Path;
import java.util.List;

/** Run by {@link PackagingIT} with nothing but {@code lib/} and a logging API on its class path. */
final class LibraryOnly {
    private LibraryOnly() {}

    /**
     * Encodes one text.
     *
     * @param args the model directory
     */
    public static void main(String[] args) {
        try (Encoder encoder = Encoder.open(Path.of(args[0]))) {
            System.out.println(encoder.encode(List.of("The river turns the wheel."))[0].length);
        }
    }
}
