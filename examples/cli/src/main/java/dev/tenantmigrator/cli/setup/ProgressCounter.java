package dev.tenantmigrator.cli.setup;

import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;

/** Counts finished and failed tenants, or spares, or those of a step, and estimates the remaining time. Thread-safe. */
final class ProgressCounter {

    private final int total;
    private final String unit;
    private final Optional<String> step;
    private final LongSupplier nanoTime;
    private final long start;
    private final AtomicInteger done = new AtomicInteger();
    private final AtomicInteger failed = new AtomicInteger();

    ProgressCounter(int total, String unit, LongSupplier nanoTime) {
        this(total, unit, Optional.empty(), nanoTime);
    }

    /** Counts the tenants that a step is done with; none of them fails in it. */
    static ProgressCounter ofStep(int total, String step, LongSupplier nanoTime) {
        return new ProgressCounter(total, "tenant", Optional.of(step), nanoTime);
    }

    private ProgressCounter(int total, String unit, Optional<String> step, LongSupplier nanoTime) {
        this.total = total;
        this.unit = unit;
        this.step = step;
        this.nanoTime = nanoTime;
        this.start = nanoTime.getAsLong();
    }

    void step() {
        done.incrementAndGet();
    }

    void set(int finished) {
        done.set(finished);
    }

    void fail() {
        failed.incrementAndGet();
    }

    /** Counts, rate and remaining time in one line. */
    String line() {
        int soFar = done.get();
        StringBuilder line = new StringBuilder()
                .append(soFar)
                .append(" of ")
                .append(total)
                .append(' ')
                .append(unit)
                .append(total == 1 ? "" : "s")
                .append(step.map(name -> " " + name).orElseGet(() -> ", " + failures()));
        double seconds = (nanoTime.getAsLong() - start) / 1e9;
        if (soFar > 0 && seconds > 0) {
            double rate = soFar / seconds;
            long left = Math.round((total - soFar) / rate);
            line.append(String.format(Locale.ROOT, ", %.1f/s, about %s left", rate, shown(Duration.ofSeconds(left))));
        }
        return line.toString();
    }

    String failures() {
        return failed + " failed";
    }

    private static String shown(Duration duration) {
        return duration.toHours() > 0
                ? duration.toHours() + " h " + duration.toMinutesPart() + " min"
                : duration.toMinutes() > 0
                        ? duration.toMinutes() + " min " + duration.toSecondsPart() + " s"
                        : duration.toSeconds() + " s";
    }
}
