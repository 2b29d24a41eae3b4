package dev.tenantmigrator.benchmark;

import java.nio.file.Path;
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
 * @param progress receives progress messages
 */
record BenchmarkSetup(
        BenchmarkServer server,
        Path directory,
        List<String> tenants,
        int threads,
        int rounds,
        Consumer<String> progress) {

    /** The first tenants. */
    List<String> some(int number) {
        return tenants.subList(0, Math.min(number, tenants.size()));
    }

    void report(String message) {
        progress.accept(message);
    }
}
