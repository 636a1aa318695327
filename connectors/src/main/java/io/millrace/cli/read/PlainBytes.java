package io.millrace.cli.read;

import io.millrace.cli.shell.UnusableException;
import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.HexFormat;
import java.util.Locale;
import java.util.stream.Stream;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;
import org.apache.commons.compress.compressors.zstandard.ZstdCompressorInputStream;

/** What an input holds, decompressed where its first bytes say that it is compressed. */
final class PlainBytes extends InputStream {
    private static final int MAGIC_BYTES = 6;

    private final Counted in;
    private final Magic magic;
    private final InputStream plain;

    /** What files begin with; the longer of two that begin alike goes first. */
    private enum Magic {
        GZIP("1f8b08", "gzip"),
        ZSTANDARD("28b52ffd", "Zstandard"),
        ZIP("504b0304", "a ZIP archive"),
        BZIP2("425a68393141", "bzip2"),
        XZ("fd377a585a00", "xz"),
        PARQUET("50415231", "Parquet"),
        UTF_32("fffe0000", "UTF-32"),
        UTF_16("fffe", "UTF-16"),
        UTF_16_BIG("feff", "UTF-16"),
        NONE("", "plain bytes");

        private final String hex;
        private final String kind;

        Magic(String hex, String kind) {
            this.hex = hex;
            this.kind = kind;
        }

        static Magic of(byte[] beginning) {
            String hex = HexFormat.of().formatHex(beginning);
            return Stream.of(values())
                    .filter(magic -> hex.startsWith(magic.hex))
                    .findFirst()
                    .orElseThrow();
        }
    }

    /**
     * Looks at the first bytes.
     *
     * @throws UnusableException when they are of something that is not read
     */
    PlainBytes(InputStream in) throws IOException {
        this.in = new Counted(in);
        BufferedInputStream buffered = new BufferedInputStream(this.in, 1 << 16);
        buffered.mark(MAGIC_BYTES);
        byte[] beginning = buffered.readNBytes(MAGIC_BYTES);
        buffered.reset();
        this.magic = Magic.of(beginning);
        this.plain =
                switch (magic) {
                    case NONE -> buffered;
                    case GZIP -> new GzipCompressorInputStream(buffered, true);
                    case ZSTANDARD -> new ZstdCompressorInputStream(buffered);
                    case ZIP, BZIP2, XZ, PARQUET, UTF_32, UTF_16, UTF_16_BIG ->
                            throw new UnusableException(
                                    "expected lines of UTF-8, plain or compressed by gzip or zstd,"
                                            + " found "
                                            + magic.kind);
                };
    }

    /** Bytes taken from the input so far, compressed as they are. */
    long taken() {
        return in.count;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        try {
            return plain.read(bytes, offset, length);
        } catch (IOException e) {
            if (in.failed || magic == Magic.NONE) {
                throw e;
            }
            throw new IOException(
                    String.format(
                            Locale.ROOT,
                            "expected whole %s data, found it cut off or damaged within the first"
                                    + " %,d bytes",
                            magic.kind,
                            in.count),
                    e);
        }
    }

    /** Knows how much was read, and whether it is the input itself that fails. */
    private static final class Counted extends FilterInputStream {
        private long count;
        private boolean failed;

        Counted(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            throw new UnsupportedOperationException("read through a buffer");
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            try {
                int read = in.read(bytes, offset, length);
                count += Math.max(0, read);
                return read;
            } catch (IOException e) {
                failed = true;
                throw e;
            }
        }
    }
}
