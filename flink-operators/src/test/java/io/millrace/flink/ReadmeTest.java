package io.millrace.flink;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.flink.encode.EncoderMetrics;
import io.millrace.flink.options.EncodeOptions;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the README says is so. */
class ReadmeTest {
    private static final Path SOURCE =
            Path.of("src/test/java", ReadmeExample.class.getName().replace('.', '/') + ".java");

    @Test
    void theExampleIsTheOneThatIsCompiled() throws Exception {
        String source = Files.readString(SOURCE);
        String example =
                source.substring(
                        source.indexOf("// example {\n") + "// example {\n".length(),
                        source.indexOf("        // }\n"));
        assertThat(readme())
                .contains("```java\n" + example.stripTrailing().stripIndent() + "\n```");
    }

    @Test
    void everyOptionIsListed() throws Exception {
        String readme = readme();
        assertThat(EncodeOptions.ALL)
                .allSatisfy(option -> assertThat(readme).contains("| `" + option.key() + "` |"));
    }

    @Test
    void everyMetricIsListed() throws Exception {
        List<String> names = new ArrayList<>();
        for (Field field : EncoderMetrics.class.getFields()) {
            if (Modifier.isStatic(field.getModifiers()) && !field.getName().equals("GROUP")) {
                names.add((String) field.get(null));
            }
        }
        String readme = readme();
        assertThat(names)
                .hasSize(18)
                .allSatisfy(name -> assertThat(readme).contains("| `" + name + "` |"));
    }

    private static String readme() throws Exception {
        return Files.readString(Path.of("README.md"));
    }
}
