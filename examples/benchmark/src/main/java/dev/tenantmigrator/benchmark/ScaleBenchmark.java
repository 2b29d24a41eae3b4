package dev.tenantmigrator.benchmark;

import com.zaxxer.hikari.HikariDataSource;
import dev.tenantmigrator.TrackingStore;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * Measures the library's time per tenant in a small and in a large fleet, and tries a deploy to the large one in a JVM with a
 * small heap.
 */
final class ScaleBenchmark {

    /** Size of the small fleet. */
    static final int SMALL = 100;

    /** Measured creations, at the end of each fleet. */
    private static final int CREATED = 50;

    /** Odd, for a median. */
    private static final int ROUNDS = 5;

    /** Nanoseconds before each read, so that the small fleet, which is first, is not measured in a cold JVM. */
    private static final long WARM_UP = 2_000_000_000L;

    /** Far below the default heap, to show that memory does not grow with the fleet. */
    private static final String HEAP = "-Xmx64m";

    private final int large;
    private final int threads;
    private final Path directory;
    private final Consumer<String> progress;
    private final HikariDataSource database;
    private final TenantMigratorCompetitor ours;
    private final TenantMigratorCompetitor inFleetTable;
    private final List<MigrationScript> scripts = new ArrayList<>(MigrationScript.all());

    private interface Timed {
        void run() throws Exception;
    }

    ScaleBenchmark(BenchmarkServer server, Path directory, int large, int threads, Consumer<String> progress)
            throws Exception {
        this.large = large;
        this.threads = threads;
        this.directory = directory;
        this.progress = progress;
        this.database = server.database("scale", threads);
        this.ours = new TenantMigratorCompetitor(database, directory, threads, TrackingStore.perSchema());
        this.inFleetTable = new TenantMigratorCompetitor(database, directory, threads, TrackingStore.fleet());
    }

    /** Returns a Markdown table. */
    String run() throws Exception {
        ours.migrations(scripts);
        Map<Operation, Double> few = measure(SMALL, 0);
        Map<Operation, Double> many = measure(large, SMALL);
        StringBuilder table = new StringBuilder(String.format(
                Locale.ROOT,
                "Milliseconds per tenant, %d threads.%n%n| work | %d tenants | %d tenants | ratio |%n|---|---|---|---|%n",
                threads,
                SMALL,
                large));
        few.forEach((operation, small) -> {
            double big = many.getOrDefault(operation, Double.NaN);
            table.append(String.format(
                    Locale.ROOT, "| %s | %.3f | %.3f | %.2f |%n", operation.key(), small, big, big / small));
        });
        return table.append(String.format(
                        Locale.ROOT,
                        "%nA deploy of one migration to %d tenants with %s: exit code %d.%n",
                        large,
                        HEAP,
                        deployWithSmallHeap()))
                .toString();
    }

    /** Enlarges the fleet to a size and measures all operations; creation is measured for the last tenants. */
    private Map<Operation, Double> measure(int tenants, int before) throws Exception {
        progress.accept("creating tenants up to " + tenants);
        List<String> all = Benchmark.names("tenant_", tenants);
        ours.create(all.subList(before, tenants - CREATED));
        Map<Operation, Double> figures = new LinkedHashMap<>();
        figures.put(Operation.CREATE, time(CREATED, () -> ours.create(all.subList(tenants - CREATED, tenants))));
        for (int round = 0; round < 2; round++) {
            scripts.add(MigrationScript.ofRound(scripts.size()));
            ours.migrations(scripts);
            figures.put(Operation.DEPLOY_ONE, time(tenants, () -> ours.deployOne(all)));
        }
        figures.put(Operation.NOOP, median(tenants, () -> ours.noop(all)));
        figures.put(Operation.STATUS, median(tenants, () -> ours.status(all)));
        figures.put(Operation.VERIFY, median(tenants, () -> ours.verify(all)));
        progress.accept("moving what is recorded for " + tenants + " tenants to one table");
        ours.moveTracking(TrackingStore.fleet());
        figures.put(Operation.NOOP_FLEET, median(tenants, () -> inFleetTable.noop(all)));
        inFleetTable.moveTracking(TrackingStore.perSchema());
        progress.accept(tenants + " tenants: " + figures);
        return figures;
    }

    private static double median(int tenants, Timed timed) throws Exception {
        long end = System.nanoTime() + WARM_UP;
        do {
            timed.run();
        } while (System.nanoTime() < end);
        List<Double> times = new ArrayList<>();
        for (int i = 0; i < ROUNDS; i++) {
            times.add(time(tenants, timed));
        }
        return times.stream().sorted().toList().get(ROUNDS / 2);
    }

    private static double time(int tenants, Timed timed) throws Exception {
        long start = System.nanoTime();
        timed.run();
        return (System.nanoTime() - start) / 1e6 / tenants;
    }

    private int deployWithSmallHeap() throws Exception {
        progress.accept("deploying with " + HEAP);
        scripts.add(MigrationScript.ofRound(scripts.size()));
        ours.migrations(scripts);
        PGSimpleDataSource source = (PGSimpleDataSource) database.getDataSource();
        ProcessBuilder child = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                HEAP,
                "-cp",
                System.getProperty("java.class.path"),
                SmallHeapDeploy.class.getName(),
                source.getUrl(),
                String.valueOf(source.getUser()),
                String.valueOf(threads),
                directory.toAbsolutePath().toString());
        if (source.getPassword() != null) {
            child.environment().put("PGPASSWORD", source.getPassword());
        }
        File log = Files.createTempFile("tenant-migrator-small-heap", ".log").toFile();
        int exitCode = child.redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.to(log))
                .start()
                .waitFor();
        if (exitCode != 0) {
            progress.accept(Files.readString(log.toPath()));
        }
        Files.delete(log.toPath());
        return exitCode;
    }
}
