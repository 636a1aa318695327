package io.millrace.cli.local;

import io.millrace.cli.shell.UnusableException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The port of a web page on this machine. */
public final class WebPort {
    private static final Logger LOG = LoggerFactory.getLogger(WebPort.class);
    private static final int MAX_PORT = 65_535;

    /** Where Flink's web interface usually is. */
    public static final int FLINK = 8081;

    private WebPort() {}

    /**
     * This port, if it can be listened on.
     *
     * @throws UnusableException otherwise
     */
    public static int require(String option, int port) {
        if (port < 1 || port > MAX_PORT) {
            throw new UnusableException(
                    "%s: expected 1 to %d, found %d".formatted(option, MAX_PORT, port));
        }
        try {
            return listen(port);
        } catch (IOException e) {
            throw new UnusableException(
                    "%s: expected a free port, found %d taken".formatted(option, port), e);
        }
    }

    /** This port, or else a free one. */
    public static int usualOrAny(int usual) throws IOException {
        try {
            return listen(usual);
        } catch (IOException taken) {
            LOG.debug("Port {} is taken", usual, taken);
            return listen(0);
        }
    }

    private static int listen(int port) throws IOException {
        try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
