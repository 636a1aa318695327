package io.millrace.cli.shell;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/** The versions that this build was made of. */
public final class Versions implements IVersionProvider {
    @Override
    public String[] getVersion() throws IOException {
        Properties versions = new Properties();
        try (InputStream in = Versions.class.getResourceAsStream("version.properties")) {
            versions.load(in);
        }
        return new String[] {
            "Millrace " + versions.getProperty("millrace"),
            "TensorFlow Java " + versions.getProperty("tensorflow"),
            "Flink " + versions.getProperty("flink"),
            "Kafka " + versions.getProperty("kafka"),
            "Java " + Runtime.version()
        };
    }
}
