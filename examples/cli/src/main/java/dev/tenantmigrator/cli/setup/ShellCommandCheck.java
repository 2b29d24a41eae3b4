package dev.tenantmigrator.cli.setup;

import dev.tenantmigrator.cli.output.TerminalText;
import dev.tenantmigrator.report.FleetReport;
import dev.tenantmigrator.report.TenantOutcome;
import java.io.BufferedReader;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** The operator's check between two groups of a rollout: exit code 0 of a shell command continues the rollout. */
public final class ShellCommandCheck implements Predicate<FleetReport> {

    /** Long enough for smoke tests; a command that hangs must not block the rollout for ever. */
    private static final Duration LIMIT = Duration.ofMinutes(10);

    /** The command has ended; only its background processes can still hold the pipe open. */
    private static final Duration OUTPUT_LIMIT = Duration.ofSeconds(1);

    private final String command;
    private final CliContext context;
    private final Duration limit;

    /** Creates a check that runs {@code sh -c command}. */
    public ShellCommandCheck(String command, CliContext context) {
        this(command, context, LIMIT);
    }

    ShellCommandCheck(String command, CliContext context, Duration limit) {
        this.command = command;
        this.context = context;
        this.limit = limit;
    }

    /**
     * Runs the command.
     *
     * @return true
     * @throws CommandException if the exit code is not 0; the message names the exit code
     */
    @Override
    public boolean test(FleetReport report) {
        int changed = report.of(TenantOutcome.Migrated.class).size()
                + report.of(TenantOutcome.RolledBack.class).size();
        ProcessBuilder builder = new ProcessBuilder("sh", "-c", command).redirectErrorStream(true);
        builder.directory(context.directory().toAbsolutePath().toFile());
        builder.environment()
                .putAll(Map.of(
                        "ROLLOUT_DONE", String.valueOf(report.outcomes().size()),
                        "ROLLOUT_CHANGED", String.valueOf(changed),
                        "ROLLOUT_FAILED", String.valueOf(report.failed().size())));
        try {
            int exitCode = run(builder);
            if (exitCode != 0) {
                throw new CommandException("--check ended with exit code " + exitCode);
            }
            return true;
        } catch (IOException e) {
            throw new CommandException("--check cannot be run: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandException("--check was interrupted", e);
        }
    }

    private int run(ProcessBuilder builder) throws IOException, InterruptedException {
        Process process = builder.start();
        try {
            process.getOutputStream().close();
            Thread reader = new Thread(() -> show(process), "tenant-migrator-check");
            reader.setDaemon(true);
            reader.start();
            if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new CommandException("--check took more than " + limit.toSeconds() + " s");
            }
            reader.join(OUTPUT_LIMIT.toMillis());
            return process.exitValue();
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }

    private void show(Process process) {
        try (BufferedReader lines = process.inputReader()) {
            lines.lines().map(TerminalText::line).forEach(context.err()::println);
        } catch (IOException e) {
            // The process was destroyed, which closed the pipe.
        }
    }
}
