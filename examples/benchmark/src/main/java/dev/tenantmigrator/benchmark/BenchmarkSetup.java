package dev.tenantmigrator.benchmark;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/**
 * The settings that all parts of one run share.
 *
 * @param server the server for all databases
 * @param directory empty directory for migrations
 * @param tenants names of the fleet's tenants
 * @param threads threads of each competitor
 * @param rounds measured rounds; the median counts
 * @param warm whether to measure in a warm JVM; otherwise each operation still runs once before it is measured
 * @param progress receives progress messages
 */
record BenchmarkSetup(
        BenchmarkServer server,
        Path directory,
        List<String> tenants,
        int threads,
        int rounds,
        boolean warm,
        Consumer<String> progress) {

    /** The first tenants. */
    List<String> some(int number) {
        return tenants.subList(0, Math.min(number, tenants.size()));
    }

    /** Number of warm-up rounds. */
    int warmUpRounds(int ifWarm) {
        return warm ? ifWarm : 1;
    }

    /** Time of a warm-up; at least one operation runs anyway. */
    Duration warmUp(Duration ifWarm) {
        return warm ? ifWarm : Duration.ZERO;
    }

    /** A stopwatch that waits for the compiler if the JVM is to be warm. */
    <K> Stopwatch<K> stopwatch() {
        return new Stopwatch<>(warm);
    }

    void report(String message) {
        progress.accept(message);
    }
}
