package dev.tenantmigrator.benchmark;

import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Measures operations, in a warm JVM after its compiler has become idle. The median of the rounds counts.
 *
 * @param <K> identifies an operation
 */
final class Stopwatch<K> {

    /** The compiler counts as idle after this time without compilation. */
    private static final Duration IDLE = Duration.ofMillis(100);

    /** The measurement starts after this time, even if the compiler is still busy. */
    private static final Duration MAX_WAIT = Duration.ofSeconds(3);

    private final Map<K, List<Double>> times = new LinkedHashMap<>();
    private final boolean warm;

    /** Waits for the compiler if the JVM is warm. */
    Stopwatch(boolean warm) {
        this.warm = warm;
    }

    /** A measured operation. */
    @FunctionalInterface
    interface Timed {
        void run() throws Exception;
    }

    /** Runs an operation and records its time per item. */
    void time(K operation, int items, Timed timed) throws Exception {
        if (warm) {
            waitForCompiler();
        }
        long start = System.nanoTime();
        timed.run();
        double millis = (System.nanoTime() - start) / 1e6 / items;
        times.computeIfAbsent(operation, key -> new ArrayList<>()).add(millis);
    }

    /** Milliseconds per item, in the order of the first measurements. */
    Map<K, Double> medians() {
        Map<K, Double> medians = new LinkedHashMap<>();
        times.forEach((operation, values) -> medians.put(operation, median(values)));
        return medians;
    }

    private static double median(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }

    /** Otherwise the compilation of one competitor's code would take processor time from the next one. */
    private static void waitForCompiler() throws InterruptedException {
        CompilationMXBean compiler = ManagementFactory.getCompilationMXBean();
        long end = System.nanoTime() + MAX_WAIT.toNanos();
        long before;
        do {
            before = compiler.getTotalCompilationTime();
            Thread.sleep(IDLE.toMillis());
        } while (compiler.getTotalCompilationTime() != before && System.nanoTime() < end);
    }
}
