package dev.tenantmigrator.cli.setup;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.Timer;
import java.util.TimerTask;
import java.util.concurrent.atomic.AtomicInteger;

/** Says from time to time how far a run is, where no bar can be shown. */
final class Ticker implements AutoCloseable {

    private final AtomicInteger done = new AtomicInteger();
    private final Timer timer = new Timer("tenant-migrator-progress", true);

    Ticker(int tenants, Duration interval, PrintWriter err) {
        TimerTask tick = new TimerTask() {
            @Override
            public void run() {
                err.println(done + " of " + tenants + " tenants");
            }
        };
        timer.schedule(tick, interval.toMillis(), interval.toMillis());
    }

    void step() {
        done.incrementAndGet();
    }

    @Override
    public void close() {
        timer.cancel();
    }
}
