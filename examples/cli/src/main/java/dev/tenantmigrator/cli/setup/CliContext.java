package dev.tenantmigrator.cli.setup;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Help.Ansi;

/**
 * What a command sees of the process that it runs in.
 *
 * @param out standard output
 * @param err standard error
 * @param environment its variables
 * @param directory the working directory
 * @param terminal who can be asked, when there is somebody
 * @param colours whether output may be coloured
 */
public record CliContext(
        PrintWriter out,
        PrintWriter err,
        Map<String, String> environment,
        Path directory,
        Optional<Terminal> terminal,
        boolean colours) {

    /** Copies the environment. */
    public CliContext {
        environment = Map.copyOf(environment);
    }

    /** The process itself. */
    public static CliContext ofProcess() {
        return new CliContext(
                utf8(FileDescriptor.out),
                utf8(FileDescriptor.err),
                System.getenv(),
                Path.of(""),
                Optional.ofNullable(System.console()).map(Terminal::of),
                Ansi.AUTO.enabled());
    }

    /** JSON is UTF-8, whatever the locale. */
    private static PrintWriter utf8(FileDescriptor descriptor) {
        return new PrintWriter(new OutputStreamWriter(new FileOutputStream(descriptor), StandardCharsets.UTF_8), true);
    }
}
