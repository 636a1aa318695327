package io.millrace.it.bench;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The command that runs a class of ours in a process of its own. */
final class JavaCommand {
    /**
     * The class path, which is not on the command line: ONNX Runtime 1.29 crashes while it is
     * loaded where that is longer than 4096 characters.
     */
    static final Map<String, String> ENVIRONMENT =
            Map.of("CLASSPATH", System.getProperty("java.class.path"));

    private JavaCommand() {}

    /**
     * With the options of this process, and with its class path where {@link #ENVIRONMENT} is set.
     *
     * @param crash where the JVM tells of a crash in native code
     */
    static List<String> of(Class<?> main, Path crash, String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.add("-XX:ErrorFile=" + crash);
        command.add(main.getName());
        command.addAll(List.of(arguments));
        return command;
    }
}
