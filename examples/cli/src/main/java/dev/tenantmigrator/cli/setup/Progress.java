package dev.tenantmigrator.cli.setup;

import dev.tenantmigrator.TenantMigrator;
import dev.tenantmigrator.event.TenantEvent;
import dev.tenantmigrator.event.TenantEventListener;
import java.time.Duration;
import java.util.Optional;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** Shows on standard error what a run does: a bar on a terminal, or each step where that was asked for. */
final class Progress implements TenantEventListener {

    /** A fleet below this is done before a bar is seen. */
    private static final int LONG = 20;

    private final Host host;
    private final Settings settings;
    private volatile Optional<ProgressBar> bar = Optional.empty();

    Progress(Host host, Settings settings) {
        this.host = host;
        this.settings = settings;
    }

    void begin(String task, TenantMigrator migrator) {
        if (host.terminal().isEmpty() || settings.verbose() || settings.json()) {
            return;
        }
        int tenants = migrator.tenants().size();
        if (tenants >= LONG) {
            bar = Optional.of(new ProgressBarBuilder()
                    .setTaskName(task)
                    .setInitialMax(tenants)
                    .setStyle(ProgressBarStyle.ASCII)
                    .setUnit(" tenants", 1)
                    .build());
        }
    }

    void end() {
        bar.ifPresent(ProgressBar::close);
        bar = Optional.empty();
    }

    @Override
    public void onEvent(TenantEvent event) {
        boolean done = event instanceof TenantEvent.TenantFinished || event instanceof TenantEvent.TenantFailed;
        if (done) {
            bar.ifPresent(ProgressBar::step);
        }
        if (settings.verbose()) {
            line(event).ifPresent(line -> host.err().println(event.schema() + ": " + line));
        }
    }

    private static Optional<String> line(TenantEvent event) {
        if (event instanceof TenantEvent.MigrationApplied applied) {
            return Optional.of("applied " + applied.version() + took(applied.duration()));
        }
        if (event instanceof TenantEvent.MigrationRolledBack rolledBack) {
            return Optional.of("rolled back " + rolledBack.version() + took(rolledBack.duration()));
        }
        if (event instanceof TenantEvent.TenantFailed failed) {
            return Optional.of("failed: " + failed.failure());
        }
        return Optional.empty();
    }

    private static String took(Duration duration) {
        return " (" + duration.toMillis() + " ms)";
    }
}
