package dev.tenantmigrator.cli.setup;

import dev.tenantmigrator.TenantMigrator;
import dev.tenantmigrator.cli.output.Text;
import dev.tenantmigrator.event.TenantEvent;
import dev.tenantmigrator.event.TenantEventListener;
import java.time.Duration;
import java.util.Optional;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** Shows on standard error what a run does: a bar on a terminal, a line now and then elsewhere, or each step where that was
 * asked for; failures stand in the report and the log. */
final class Progress implements TenantEventListener {

    /** A fleet below this is done before a bar is seen. */
    private static final int LONG = 20;

    private static final Duration INTERVAL = Duration.ofSeconds(30);

    private final Host host;
    private final Settings settings;
    private volatile Optional<ProgressBar> bar = Optional.empty();
    private volatile Optional<Ticker> ticker = Optional.empty();

    Progress(Host host, Settings settings) {
        this.host = host;
        this.settings = settings;
    }

    void begin(String task, TenantMigrator migrator) {
        boolean attended = host.terminal().isPresent();
        if (settings.verbose() || (attended && settings.json())) {
            return;
        }
        int tenants = migrator.tenants().size();
        if (!attended) {
            ticker = Optional.of(new Ticker(tenants, INTERVAL, host.err()));
        } else if (tenants >= LONG) {
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
        ticker.ifPresent(Ticker::close);
        ticker = Optional.empty();
    }

    @Override
    public void onEvent(TenantEvent event) {
        boolean done = event instanceof TenantEvent.TenantFinished || event instanceof TenantEvent.TenantFailed;
        if (done) {
            bar.ifPresent(ProgressBar::step);
            ticker.ifPresent(Ticker::step);
        }
        if (settings.verbose()) {
            line(event).ifPresent(line -> host.err().println(Text.line(event.schema() + ": " + line)));
        }
    }

    private static Optional<String> line(TenantEvent event) {
        if (event instanceof TenantEvent.MigrationApplied applied) {
            return Optional.of("applied " + applied.version() + took(applied.duration()));
        }
        if (event instanceof TenantEvent.MigrationRolledBack rolledBack) {
            return Optional.of("rolled back " + rolledBack.version() + took(rolledBack.duration()));
        }
        return Optional.empty();
    }

    private static String took(Duration duration) {
        return " (" + duration.toMillis() + " ms)";
    }
}
