package dev.tenantmigrator.cli.setup;

import dev.tenantmigrator.cli.output.TerminalText;
import dev.tenantmigrator.event.RunEvent;
import dev.tenantmigrator.event.TenantEvent;
import dev.tenantmigrator.event.TenantEventListener;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** Shows on standard error what a run does: a bar on a terminal, a line now and then elsewhere, or each step where that was
 * asked for; failures stand in the report and the log. */
final class ProgressListener implements TenantEventListener {

    /** As many tenants are done before a bar is seen. */
    private static final int LONG = 20;

    private static final Duration INTERVAL = Duration.ofSeconds(30);

    private final CliContext context;
    private final CliSettings settings;
    private final RunSummary summary;
    /** Of tenants in which nothing is to do, only the end is told: they are not among those that are counted. */
    private final Set<String> inWork = ConcurrentHashMap.newKeySet();

    private volatile ProgressCounter counter = new ProgressCounter(0, System::nanoTime);
    private volatile Optional<ProgressBar> bar = Optional.empty();
    private volatile Optional<ProgressTicker> ticker = Optional.empty();
    private volatile String group = "";

    ProgressListener(CliContext context, CliSettings settings, RunSummary summary) {
        this.context = context;
        this.settings = settings;
        this.summary = summary;
    }

    @Override
    public void onRun(RunEvent event) {
        summary.note(event);
        if (event instanceof RunEvent.RunStarted started) {
            begin(started);
        } else if (event instanceof RunEvent.GroupStarted started) {
            begin(started);
        } else if (event instanceof RunEvent.RunFinished) {
            end();
        }
    }

    private void begin(RunEvent.RunStarted run) {
        counter = new ProgressCounter(run.toDo(), System::nanoTime);
        boolean attended = context.terminal().isPresent();
        if (run.toDo() == 0 || settings.verbose() || (attended && settings.json())) {
            return;
        }
        if (!attended) {
            ticker = Optional.of(new ProgressTicker(counter, INTERVAL, context.err()));
        } else if (run.toDo() >= LONG) {
            bar = Optional.of(new ProgressBarBuilder()
                    .setTaskName(TerminalText.line(run.run()))
                    .setInitialMax(run.toDo())
                    .setStyle(ProgressBarStyle.ASCII)
                    .setUnit(" tenants", 1)
                    .showSpeed()
                    .build());
        }
    }

    private void begin(RunEvent.GroupStarted started) {
        group = "group " + started.group() + ", ";
        if (settings.verbose() || ticker.isPresent()) {
            context.err()
                    .println(TerminalText.line(
                            "group " + started.group() + ": " + TerminalText.tenants(started.tenants())));
        }
    }

    /** Leaves nothing on the screen of a run that ended, in whatever way. */
    void end() {
        bar.ifPresent(ProgressBar::close);
        bar = Optional.empty();
        ticker.ifPresent(ProgressTicker::close);
        ticker = Optional.empty();
    }

    @Override
    public void onEvent(TenantEvent event) {
        if (event instanceof TenantEvent.TenantStarted) {
            inWork.add(event.schema());
        }
        if (event instanceof TenantEvent.TenantFailed) {
            counter.fail();
        }
        boolean done = event instanceof TenantEvent.TenantFinished || event instanceof TenantEvent.TenantFailed;
        if (done && inWork.remove(event.schema())) {
            counter.step();
            bar.ifPresent(shown -> shown.step().setExtraMessage(" " + TerminalText.line(group + counter.failures())));
        }
        if (settings.verbose()) {
            line(event).ifPresent(line -> context.err().println(TerminalText.line(event.schema() + ": " + line)));
        }
    }

    private static Optional<String> line(TenantEvent event) {
        if (event instanceof TenantEvent.MigrationApplied applied) {
            return Optional.of("applied " + applied.version() + took(applied.duration()));
        }
        if (event instanceof TenantEvent.MigrationRolledBack rolledBack) {
            return Optional.of("rolled back " + rolledBack.version() + took(rolledBack.duration()));
        }
        if (event instanceof TenantEvent.MigrationRetried retried) {
            return Optional.of("try " + retried.tries() + " of " + retried.version() + ": "
                    + retried.failure().message() + "; tries again");
        }
        if (event instanceof TenantEvent.TenantWaitedFor waited) {
            return Optional.of("another instance worked on it" + took(waited.duration()));
        }
        return Optional.empty();
    }

    private static String took(Duration duration) {
        return " (" + duration.toMillis() + " ms)";
    }
}
