package io.millrace.kafka.broker;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;

/**
 * A single-node Kafka (KRaft) in this process: real protocol, one replica of everything, data in a
 * temporary directory that goes when it is closed, or in a given one that stays.
 *
 * <pre>{@code
 * try (EmbeddedBroker broker = EmbeddedBroker.start()) {
 *     producerProperties.put("bootstrap.servers", broker.bootstrapServers());
 * }
 * }</pre>
 */
public final class EmbeddedBroker implements AutoCloseable {
    private static final String BIND_ADDRESS = "127.0.0.1";
    private static final int NODE_ID = 1;
    private static final String CONTROLLER_LISTENER = "CONTROLLER";

    private final int port;
    private final Path directory;
    private final boolean temporary;
    private final KafkaRaftServer server;
    private boolean closed;

    private EmbeddedBroker(int port, Path directory, boolean temporary, KafkaRaftServer server) {
        this.port = port;
        this.directory = directory;
        this.temporary = temporary;
        this.server = server;
    }

    /** A broker on a free port; ready when this returns. */
    public static EmbeddedBroker start() {
        return start(0, Map.of());
    }

    /**
     * A broker on this port; ready when this returns.
     *
     * @param port 0 for any free one
     * @param overrides broker properties, over those set here
     */
    public static EmbeddedBroker start(int port, Map<String, String> overrides) {
        Path directory = temporaryDirectory();
        try {
            return start(port, directory, true, overrides);
        } catch (RuntimeException e) {
            deleteRecursively(directory);
            throw e;
        }
    }

    /**
     * A broker on this port with its data in this directory, which is made if it is missing and
     * stays; a broker started there again has the same topics and records.
     *
     * @param port 0 for any free one
     */
    public static EmbeddedBroker start(int port, Path directory) {
        return start(port, directory, false, Map.of());
    }

    private static EmbeddedBroker start(
            int port, Path directory, boolean temporary, Map<String, String> overrides) {
        int brokerPort = port == 0 ? freePort() : requireFree(port);
        Map<String, Object> config = config(brokerPort, freePort(), directory);
        config.putAll(overrides);
        if (!Files.exists(directory.resolve("meta.properties"))) {
            format(directory);
        }
        KafkaRaftServer server = new KafkaRaftServer(new KafkaConfig(config, false), Time.SYSTEM);
        EmbeddedBroker broker = new EmbeddedBroker(brokerPort, directory, temporary, server);
        try {
            server.startup();
        } catch (RuntimeException e) {
            broker.close();
            throw e;
        }
        return broker;
    }

    /** Where clients find it: {@code localhost:port}. */
    public String bootstrapServers() {
        return "localhost:" + port;
    }

    /** Stops it and deletes its data if they are temporary. A second call does nothing. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        try {
            server.shutdown();
            server.awaitShutdown();
        } finally {
            if (temporary) {
                deleteRecursively(directory);
            }
        }
    }

    private static Map<String, Object> config(int port, int controllerPort, Path directory) {
        Map<String, Object> config = new HashMap<>();
        config.put("process.roles", "broker,controller");
        config.put("node.id", Integer.toString(NODE_ID));
        config.put(
                "controller.quorum.voters",
                "%d@%s:%d".formatted(NODE_ID, BIND_ADDRESS, controllerPort));
        config.put(
                "listeners",
                "PLAINTEXT://%s:%d,%s://%s:%d"
                        .formatted(
                                BIND_ADDRESS,
                                port,
                                CONTROLLER_LISTENER,
                                BIND_ADDRESS,
                                controllerPort));
        config.put("advertised.listeners", "PLAINTEXT://localhost:" + port);
        config.put("controller.listener.names", CONTROLLER_LISTENER);
        config.put(
                "listener.security.protocol.map",
                "PLAINTEXT:PLAINTEXT," + CONTROLLER_LISTENER + ":PLAINTEXT");
        config.put("log.dirs", directory.toString());
        config.put("offsets.topic.replication.factor", "1");
        config.put("offsets.topic.num.partitions", "1");
        config.put("transaction.state.log.replication.factor", "1");
        config.put("transaction.state.log.min.isr", "1");
        config.put("transaction.state.log.num.partitions", "1");
        config.put("share.coordinator.state.topic.replication.factor", "1");
        config.put("share.coordinator.state.topic.min.isr", "1");
        config.put("group.initial.rebalance.delay.ms", "0");
        return config;
    }

    /** Writes the identity files and the first metadata snapshot, as kafka-storage.sh does. */
    private static void format(Path directory) {
        try {
            new Formatter()
                    .setPrintStream(
                            new PrintStream(
                                    OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8))
                    .setNodeId(NODE_ID)
                    .setClusterId(Uuid.randomUuid().toString())
                    .setDirectories(List.of(directory.toString()))
                    .setMetadataLogDirectory(directory.toString())
                    .setControllerListenerName(CONTROLLER_LISTENER)
                    .setHasDynamicQuorum(false)
                    .run();
        } catch (Exception e) {
            throw new IllegalStateException("cannot format %s for Kafka".formatted(directory), e);
        }
    }

    private static int freePort() {
        return requireFree(0);
    }

    private static int requireFree(int port) {
        try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "Port %d of %s is not free".formatted(port, BIND_ADDRESS), e);
        }
    }

    private static Path temporaryDirectory() {
        try {
            return Files.createTempDirectory("millrace-broker-");
        } catch (IOException e) {
            throw new UncheckedIOException("cannot make a directory for Kafka's data", e);
        }
    }

    private static void deleteRecursively(Path directory) {
        if (!Files.exists(directory)) {
            return;
        }
        try (Stream<Path> paths = Files.walk(directory)) {
            paths.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot delete " + directory, e);
        }
    }
}
