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

/** The project's own Prisma command line, as {@code npx} finds it: the one authority on what a Prisma schema means. */
public final class PrismaCli {

    private static final long LONGEST_SECONDS = 120;
    private static final int EMPTY = 0;
    private static final int DIFFERENT = 2;

    /** How both generations say that a schema needs a variable, which a comparison of files does not use. */
    private static final Pattern MISSING_VARIABLE = Pattern.compile("nvironment variable(?: not found)?: (\\w+)");

    private static final String NOWHERE = "postgresql://localhost:1/none";

    /** What the options are called: first as in Prisma 7, then as in Prisma 6. */
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
     * @throws CommandException when it is not there
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
                        "npx is not on the PATH: install Node.js, and Prisma in this project by: npm install --save-dev"
                                + " prisma; nothing was changed"));
        Map<String, String> environment = new HashMap<>(context.environment());
        environment.keySet().removeIf(variable -> variable.startsWith("TENANT_MIGRATOR_"));
        return new PrismaCli(context.directory(), npx, environment);
    }

    /**
     * The SQL that leads from one schema to another.
     *
     * @param from a schema file or a directory of them; empty for no tables at all
     * @param to likewise
     * @return empty when they are the same
     * @throws CommandException when Prisma is not there or refuses, with its own words
     */
    public Optional<String> difference(Optional<Path> from, Optional<Path> to) throws IOException {
        Answer answer = ask(from, to);
        if (answer.error.contains("unknown or unexpected option")) {
            suffix = SUFFIXES.get(1);
            answer = ask(from, to);
        }
        Matcher missing = MISSING_VARIABLE.matcher(answer.error);
        while (answer.isFailure() && missing.find() && environment.putIfAbsent(missing.group(1), NOWHERE) == null) {
            answer = ask(from, to);
            missing = MISSING_VARIABLE.matcher(answer.error);
        }
        if (answer.isFailure()) {
            throw new CommandException(failure(answer));
        }
        return answer.exitCode == EMPTY ? Optional.empty() : Optional.of(answer.output);
    }

    private Answer ask(Optional<Path> from, Optional<Path> to) throws IOException {
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

    private record Answer(int exitCode, String output, String error) {
        boolean isFailure() {
            return exitCode != EMPTY && exitCode != DIFFERENT;
        }
    }

    /** Answers go into files, so that neither side waits for the other; nobody is there to answer a question of npx. */
    private Answer run(List<String> command) throws IOException {
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
            if (!process.waitFor(LONGEST_SECONDS, TimeUnit.SECONDS)) {
                end(process);
                throw new CommandException(
                        "Prisma did not answer within " + LONGEST_SECONDS + " seconds; nothing was changed");
            }
            return new Answer(process.exitValue(), read(output), read(error));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandException("interrupted while Prisma was at work; nothing was changed", e);
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

    private static String failure(Answer answer) {
        if (answer.error.contains("missing packages") || answer.error.contains("could not determine executable")) {
            return "npx finds no Prisma from here: run this in the project that has it, or install it by: npm install"
                    + " --save-dev prisma; nothing was changed";
        }
        String words = answer.error
                .lines()
                .filter(line -> !line.startsWith("npm warn") && !line.isBlank())
                .collect(Collectors.joining("\n"));
        return "Prisma refused (exit code " + answer.exitCode + "); nothing was changed:\n" + words;
    }
}
