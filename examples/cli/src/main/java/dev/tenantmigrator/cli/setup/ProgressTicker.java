package dev.tenantmigrator.cli.setup;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.Timer;
import java.util.TimerTask;

/** Prints the progress of a run at regular intervals, if there is no terminal for a bar. */
final class ProgressTicker implements AutoCloseable {

    private final Timer timer = new Timer("tenant-migrator-progress", true);

    ProgressTicker(ProgressCounter counter, Duration interval, PrintWriter err) {
        TimerTask tick = new TimerTask() {
            @Override
            public void run() {
                err.println(counter.line());
            }
        };
        timer.schedule(tick, interval.toMillis(), interval.toMillis());
    }

    @Override
    public void close() {
        timer.cancel();
    }
}
