package dev.tenantmigrator.benchmark;

import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Times work once the JVM's compiler is quiet. The median of the rounds counts.
 *
 * @param <K> what tells one work from another
 */
final class Stopwatch<K> {

    /** The compiler has nothing to do when it has compiled nothing for so long. */
    private static final Duration QUIET = Duration.ofMillis(100);

    private static final Duration LONGEST_WAIT = Duration.ofSeconds(3);

    private final Map<K, List<Double>> times = new LinkedHashMap<>();

    /** Work that is timed. */
    @FunctionalInterface
    interface Timed {
        /** Does it. */
        void run() throws Exception;
    }

    /** Does the work and keeps its time per item. */
    void time(K work, int items, Timed timed) throws Exception {
        waitForCompiler();
        long start = System.nanoTime();
        timed.run();
        double millis = (System.nanoTime() - start) / 1e6 / items;
        times.computeIfAbsent(work, key -> new ArrayList<>()).add(millis);
    }

    /** Milliseconds per item, in the order in which works were first timed. */
    Map<K, Double> medians() {
        Map<K, Double> medians = new LinkedHashMap<>();
        times.forEach((work, values) -> medians.put(work, median(values)));
        return medians;
    }

    private static double median(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }

    /** What the JVM compiles of one competitor is not to take the processors from the next. */
    private static void waitForCompiler() throws InterruptedException {
        CompilationMXBean compiler = ManagementFactory.getCompilationMXBean();
        long end = System.nanoTime() + LONGEST_WAIT.toNanos();
        long before;
        do {
            before = compiler.getTotalCompilationTime();
            Thread.sleep(QUIET.toMillis());
        } while (compiler.getTotalCompilationTime() != before && System.nanoTime() < end);
    }
}
