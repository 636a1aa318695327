package io.millrace.cli.shell;

import io.millrace.model.ModelException;
import io.millrace.model.fetch.HubException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * Turns what went wrong into one readable message and an exit status; the stack goes to the log,
 * which {@code --verbose} shows.
 */
public final class Failures {
    /** Exit status when the work itself failed. */
    public static final int FAILED = 1;

    /** Exit status when arguments or a model directory cannot be used. */
    public static final int UNUSABLE = 2;

    /** What a shell answers for a filter that SIGPIPE ended: 128 + 13. */
    private static final int NOBODY_READS = 141;

    private static final Logger LOG = LoggerFactory.getLogger(Failures.class);

    private Failures() {}

    /** Makes this command and those below it fail readably. */
    public static CommandLine install(CommandLine command) {
        return command.setParameterExceptionHandler(Failures::onArguments)
                .setExecutionExceptionHandler(Failures::onExecution);
    }

    private static int onArguments(ParameterException e, String[] arguments) {
        CommandLine command = e.getCommandLine();
        PrintWriter err = command.getErr();
        String name = command.getCommandSpec().qualifiedName();
        String message =
                e instanceof UnmatchedArgumentException unmatched
                        ? Suggestions.message(unmatched)
                        : e.getMessage();
        err.println(name + ": " + message);
        err.println("See '" + name + " --help'.");
        return UNUSABLE;
    }

    private static int onExecution(Exception e, CommandLine command, ParseResult parsed) {
        LOG.debug("{} failed", command.getCommandSpec().qualifiedName(), e);
        if (e instanceof BrokenPipeException) {
            return NOBODY_READS;
        }
        command.getErr().println(command.getCommandSpec().qualifiedName() + ": " + message(e));
        return status(e);
    }

    static int status(Throwable e) {
        boolean unusable =
                e instanceof UnusableException
                        || e instanceof ModelException
                        || (e instanceof HubException hub && !hub.isTemporary());
        return unusable ? UNUSABLE : FAILED;
    }

    /** What happened, in words; never empty. */
    public static String message(Throwable e) {
        if (e instanceof NoSuchFileException missing) {
            return "no such file: " + missing.getFile();
        }
        if (e instanceof AccessDeniedException denied) {
            return "permission denied: " + denied.getFile();
        }
        if (e instanceof FileSystemException failed) {
            return failed.getFile() + ": " + failed.getReason();
        }
        String message = e.getMessage();
        boolean tellsItself =
                e instanceof UnusableException
                        || e instanceof ModelException
                        || e instanceof HubException
                        || e instanceof IOException
                        || e instanceof IllegalArgumentException
                        || e instanceof IllegalStateException;
        return tellsItself && message != null ? message : RootCause.of(e);
    }
}
