package dev.tenantmigrator.cli.setup;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The project's own Prisma command line, found by {@code npx}. Only Prisma itself can translate its schema to SQL reliably. */
public final class PrismaCli {

    /** A comparison takes a few seconds, also on a slow machine with a cold file cache. */
    private static final long TIMEOUT_SECONDS = 120;

    /** Exit codes of {@code prisma migrate diff --exit-code}. */
    private static final int NO_DIFFERENCE = 0;

    private static final int DIFFERENCE = 2;

    /** The complaint of Prisma 6 and 7 about an unset variable of the schema, e.g. the URL; the comparison needs no value. */
    private static final Pattern MISSING_VARIABLE = Pattern.compile("nvironment variable(?: not found)?: (\\w+)");

    private static final String PLACEHOLDER_URL = "postgresql://localhost:1/none";

    /** Suffixes of the option names: of Prisma 7 first, then of Prisma 6. */
    private static final List<String> SUFFIXES = List.of("", "-datamodel");

    private final Path directory;
    private final Path npx;
    private final Map<String, String> environment;
    private String suffix = SUFFIXES.get(0);

    private PrismaCli(Path directory, Path npx, Map<String, String> environment) {
        this.directory = directory;
        this.npx = npx;
        this.environment = environment;
    }

    /**
     * Looks for {@code npx}.
     *
     * @throws CommandException if it is not on the path
     */
    public static PrismaCli of(CliContext context) {
        String name = System.getProperty("os.name").toLowerCase(Locale.ROOT).startsWith("windows") ? "npx.cmd" : "npx";
        Path npx = Pattern.compile(Pattern.quote(File.pathSeparator))
                .splitAsStream(context.environment().getOrDefault("PATH", ""))
                .filter(directory -> !directory.isEmpty())
                .map(directory -> Path.of(directory, name))
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow(() -> new CommandException(
                        "npx is not on the PATH; nothing was changed. Install Node.js, then install Prisma in this"
                                + " project: npm install --save-dev prisma"));
        Map<String, String> environment = new HashMap<>(context.environment());
        environment.keySet().removeIf(variable -> variable.startsWith("TENANT_MIGRATOR_"));
        return new PrismaCli(context.directory(), npx, environment);
    }

    /**
     * Finds the SQL that changes one schema into another.
     *
     * @param from a schema file or a directory of schema files; empty for an empty database
     * @param to the target, in the same form
     * @return empty if the schemas are equal
     * @throws CommandException if Prisma is missing or fails; the message holds Prisma's output
     */
    public Optional<String> difference(Optional<Path> from, Optional<Path> to) throws IOException {
        Result result = diff(from, to);
        if (result.error.contains("unknown or unexpected option")) {
            suffix = SUFFIXES.get(1);
            result = diff(from, to);
        }
        Matcher missing = MISSING_VARIABLE.matcher(result.error);
        while (result.isFailure()
                && missing.find()
                && environment.putIfAbsent(missing.group(1), PLACEHOLDER_URL) == null) {
            result = diff(from, to);
            missing = MISSING_VARIABLE.matcher(result.error);
        }
        if (result.isFailure()) {
            throw new CommandException(failure(result));
        }
        return result.exitCode == NO_DIFFERENCE ? Optional.empty() : Optional.of(result.output);
    }

    private Result diff(Optional<Path> from, Optional<Path> to) throws IOException {
        List<String> command = new ArrayList<>(List.of(npx.toString(), "--no-install", "prisma", "migrate", "diff"));
        command.addAll(side("--from", from));
        command.addAll(side("--to", to));
        command.addAll(List.of("--script", "--exit-code"));
        return run(command);
    }

    private List<String> side(String option, Optional<Path> schema) {
        return schema.map(path -> List.of(
                        option + "-schema" + suffix, path.toAbsolutePath().toString()))
                .orElse(List.of(option + "-empty"));
    }

    private record Result(int exitCode, String output, String error) {
        boolean isFailure() {
            return exitCode != NO_DIFFERENCE && exitCode != DIFFERENCE;
        }
    }

    /** Output goes to files, so that a full pipe cannot block Prisma. Input is closed, so that npx asks no questions. */
    private Result run(List<String> command) throws IOException {
        Path output = Files.createTempFile("prisma", ".sql");
        Path error = Files.createTempFile("prisma", ".log");
        try {
            ProcessBuilder builder = new ProcessBuilder(command)
                    .directory(directory.toAbsolutePath().toFile())
                    .redirectOutput(output.toFile())
                    .redirectError(error.toFile());
            builder.environment().clear();
            builder.environment().putAll(environment);
            Process process = builder.start();
            process.getOutputStream().close();
            if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
                end(process);
                throw new CommandException(
                        "Prisma did not finish within " + TIMEOUT_SECONDS + " seconds; nothing was changed");
            }
            return new Result(process.exitValue(), read(output), read(error));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandException("interrupted while Prisma was running; nothing was changed", e);
        } finally {
            Files.delete(output);
            Files.delete(error);
        }
    }

    private static void end(Process process) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }

    private static String read(Path file) throws IOException {
        return Files.readString(file, StandardCharsets.UTF_8).replace("\r\n", "\n");
    }

    private static String failure(Result result) {
        if (result.error.contains("missing packages") || result.error.contains("could not determine executable")) {
            return "npx does not find Prisma in this directory; nothing was changed. Run the command in the project that"
                    + " has Prisma, or install it: npm install --save-dev prisma";
        }
        String output = result.error
                .lines()
                .filter(line -> !line.startsWith("npm warn") && !line.isBlank())
                .collect(Collectors.joining("\n"));
        return "Prisma failed with exit code " + result.exitCode + "; nothing was changed:\n" + output;
    }
}
