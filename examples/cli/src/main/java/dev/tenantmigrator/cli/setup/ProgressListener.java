package dev.tenantmigrator.cli.setup;

import dev.tenantmigrator.cli.output.TerminalText;
import dev.tenantmigrator.event.RunEvent;
import dev.tenantmigrator.event.SpareEvent;
import dev.tenantmigrator.event.TenantEvent;
import dev.tenantmigrator.event.TenantEventListener;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/**
 * Shows the progress of a run on standard error: a bar on a terminal, a line every 30 seconds in a script, each migration with
 * {@code --verbose}. Failures are in the report.
 */
final class ProgressListener implements TenantEventListener {

    /** Smaller runs end before a progress bar tells anything. */
    private static final int MIN_TENANTS_FOR_BAR = 20;

    /** Shows a long run as alive without filling the log of a CI job. */
    private static final Duration LINE_INTERVAL = Duration.ofSeconds(30);

    private final CliContext context;
    private final CliSettings settings;
    private final RunSummary summary;
    /** Started tenants. A tenant with nothing to do only finishes; it is not part of the total and must not be counted. */
    private final Set<String> inWork = ConcurrentHashMap.newKeySet();

    private volatile ProgressCounter counter = new ProgressCounter(0, "tenant", System::nanoTime);
    private volatile Optional<ProgressBar> bar = Optional.empty();
    /** The stream that the bar took over. */
    private volatile Optional<PrintStream> usualErr = Optional.empty();

    private volatile Optional<ProgressTicker> ticker = Optional.empty();
    private volatile String group = "";
    private volatile boolean filling;
    private volatile Optional<RunEvent.RunProgressed.Step> step = Optional.empty();

    ProgressListener(CliContext context, CliSettings settings, RunSummary summary) {
        this.context = context;
        this.settings = settings;
        this.summary = summary;
    }

    @Override
    public void onRun(RunEvent event) {
        summary.note(event);
        if (event instanceof RunEvent.RunStarted started) {
            begin(started.run(), started.toDo(), "tenant");
        } else if (event instanceof RunEvent.RunProgressed progressed) {
            progressed(progressed);
        } else if (event instanceof RunEvent.GroupStarted started) {
            begin(started);
        } else if (event instanceof RunEvent.RunFinished) {
            end();
        }
    }

    @Override
    public void onSpares(SpareEvent event) {
        summary.note(event);
        if (event instanceof SpareEvent.SpareMade made) {
            made(made);
        }
    }

    /** The first one tells the number of those that are missing. */
    private void made(SpareEvent.SpareMade made) {
        if (!filling) {
            filling = true;
            begin("spares fill", made.number() - made.ready() + 1, "spare");
        }
        counter.step();
        bar.ifPresent(ProgressBar::step);
        if (settings.verbose()) {
            context.err().println("spare made, " + made.ready() + " of " + made.number() + " ready");
        }
    }

    private void progressed(RunEvent.RunProgressed event) {
        if (!step.equals(Optional.of(event.step()))) {
            end();
            step = Optional.of(event.step());
            String word = TerminalText.kebab(event.step());
            begin(
                    event.run() + ", " + word,
                    ProgressCounter.ofStep(event.toDo(), word, System::nanoTime),
                    event.toDo(),
                    "tenant");
        }
        counter.set(event.done());
        bar.ifPresent(shown -> shown.stepTo(event.done()));
    }

    private void begin(String run, int toDo, String unit) {
        begin(run, new ProgressCounter(toDo, unit, System::nanoTime), toDo, unit);
    }

    private void begin(String run, ProgressCounter newCounter, int toDo, String unit) {
        counter = newCounter;
        boolean attended = context.terminal().isPresent();
        if (toDo == 0 || settings.verbose() || (attended && settings.json())) {
            return;
        }
        if (!attended) {
            ticker = Optional.of(new ProgressTicker(counter, LINE_INTERVAL, context.err()));
        } else if (toDo >= MIN_TENANTS_FOR_BAR) {
            LinesAboveBar lines = new LinesAboveBar(System.err, context.width());
            usualErr = Optional.of(System.err);
            System.setErr(new PrintStream(lines, true, StandardCharsets.UTF_8));
            bar = Optional.of(new ProgressBarBuilder()
                    .setConsumer(lines)
                    .setTaskName(TerminalText.line(run))
                    .setInitialMax(toDo)
                    .setStyle(ProgressBarStyle.ASCII)
                    .setUnit(" " + unit + "s", 1)
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

    /** Removes the progress bar and stops the timer, after success and failure. */
    void end() {
        bar.ifPresent(ProgressBar::close);
        bar = Optional.empty();
        usualErr.ifPresent(System::setErr);
        usualErr = Optional.empty();
        ticker.ifPresent(ProgressTicker::close);
        ticker = Optional.empty();
        step = Optional.empty();
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
            return Optional.of("attempt " + retried.tries() + " to apply " + retried.version() + " failed: "
                    + retried.failure().message() + "; retrying");
        }
        if (event instanceof TenantEvent.TenantWaitedFor waited) {
            return Optional.of("waited for another instance" + took(waited.duration()));
        }
        return Optional.empty();
    }

    private static String took(Duration duration) {
        return " (" + duration.toMillis() + " ms)";
    }
}
