package dev.tenantmigrator.cli.setup;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStream;
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

    private static final int DEFAULT_WIDTH = 80;

    /** Copies the environment. */
    public CliContext {
        environment = Map.copyOf(environment);
    }

    /** The parts of the current process. */
    public static CliContext ofProcess() {
        return new CliContext(
                utf8(new FileOutputStream(FileDescriptor.out)),
                utf8(currentErr()),
                System.getenv(),
                Path.of(""),
                Optional.ofNullable(System.console()).map(Terminal::of),
                Ansi.AUTO.enabled(),
                Clock.systemUTC());
    }

    /** Columns for text: those of the variable {@code COLUMNS}, else of the terminal, else 80. */
    public int width() {
        return Optional.ofNullable(environment.get("COLUMNS"))
                .filter(columns -> columns.matches("[1-9]\\d{1,5}"))
                .map(Integer::parseInt)
                .or(() -> terminal.map(Terminal::width).filter(columns -> columns > 0))
                .orElse(DEFAULT_WIDTH);
    }

    /** Always UTF-8: JSON requires it, and the locale's charset can be another one. */
    private static PrintWriter utf8(OutputStream bytes) {
        return new PrintWriter(new OutputStreamWriter(bytes, StandardCharsets.UTF_8), true);
    }

    /** Writes to standard error as it is at the moment: a progress bar takes it over for a while. */
    private static OutputStream currentErr() {
        return new OutputStream() {
            @Override
            public void write(int octet) {
                System.err.write(octet);
            }

            @Override
            public void write(byte[] octets, int from, int count) {
                System.err.write(octets, from, count);
            }

            @Override
            public void flush() {
                System.err.flush();
            }
        };
    }
}
