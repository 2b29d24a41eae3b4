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

/** The operator's own check between two groups of a rollout: a command that says by its exit code whether to go on. */
public final class ShellCommandCheck implements Predicate<FleetReport> {

    private static final Duration LIMIT = Duration.ofMinutes(10);

    private final String command;
    private final CliContext context;
    private final Duration limit;

    /** A command for {@code sh}. */
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
     * @return true when it ended with 0
     * @throws CommandException when it did not, with what it ended with
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
            // What it left running in the background may hold its output open for longer.
            reader.join(1000);
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
            // It was ended with its output.
        }
    }
}
