package dev.tenantmigrator.cli.setup;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Help.Ansi;

/**
 * The process as a command sees it. Tests replace each part.
 *
 * @param out standard output
 * @param err standard error
 * @param environment environment variables
 * @param directory the working directory
 * @param terminal asks the operator; empty in a script
 * @param colours true if the output may be coloured
 * @param clock the time of new migrations
 */
public record CliContext(
        PrintWriter out,
        PrintWriter err,
        Map<String, String> environment,
        Path directory,
        Optional<Terminal> terminal,
        boolean colours,
        Clock clock) {

    /** Copies the environment. */
    public CliContext {
        environment = Map.copyOf(environment);
    }

    /** The parts of the current process. */
    public static CliContext ofProcess() {
        return new CliContext(
                utf8(FileDescriptor.out),
                utf8(FileDescriptor.err),
                System.getenv(),
                Path.of(""),
                Optional.ofNullable(System.console()).map(Terminal::of),
                Ansi.AUTO.enabled(),
                Clock.systemUTC());
    }

    /** Always UTF-8: JSON requires it, and the locale's charset can be another one. */
    private static PrintWriter utf8(FileDescriptor descriptor) {
        return new PrintWriter(new OutputStreamWriter(new FileOutputStream(descriptor), StandardCharsets.UTF_8), true);
    }
}
