package io.millrace.it.bench.micro;

import io.millrace.cli.shell.UnusableException;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.regex.PatternSyntaxException;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.results.format.ResultFormatFactory;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.NoBenchmarksException;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Runs benchmarks of this package with JMH. */
final class MicroRun {
    private static final String LOG = "micro.log";
    private static final String JSON = "micro.json";

    private MicroRun() {}

    /**
     * Runs those whose name matches, and writes their results as JSON and JMH's own words to a log.
     *
     * @param pattern a regular expression that a part of the class's or the method's name matches
     * @param model whose tokenizer is measured
     * @param texts what it tokenizes
     * @throws UnusableException when nothing matches
     */
    static Collection<RunResult> run(
            String pattern, Effort effort, Path model, Path texts, Path output)
            throws IOException, RunnerException {
        TimeValue time = TimeValue.nanoseconds(effort.time().toNanos());
        ChainedOptionsBuilder options =
                new OptionsBuilder()
                        .include("^" + MicroRun.class.getPackageName() + "\\..*(" + pattern + ")")
                        .param("model", model.toString())
                        .param("texts", texts.toString())
                        .forks(effort.forks())
                        .warmupIterations(effort.warmUps())
                        .warmupTime(time)
                        .measurementIterations(effort.iterations())
                        .measurementTime(time)
                        .shouldFailOnError(true);
        Files.createDirectories(output);
        try (PrintStream log =
                        new PrintStream(
                                output.resolve(LOG).toFile(), StandardCharsets.UTF_8.name());
                PrintStream json =
                        new PrintStream(
                                output.resolve(JSON).toFile(), StandardCharsets.UTF_8.name())) {
            Collection<RunResult> results =
                    new Runner(
                                    options.build(),
                                    OutputFormatFactory.createFormatInstance(
                                            log, VerboseMode.NORMAL))
                            .run();
            ResultFormatFactory.getInstance(ResultFormatType.JSON, json).writeOut(results);
            return results;
        } catch (NoBenchmarksException | PatternSyntaxException e) {
            throw new UnusableException(
                    "expected a part of a benchmark's name, such as Tokenize, Batch, Pad or Emit,"
                            + " found "
                            + pattern,
                    e);
        }
    }
}
