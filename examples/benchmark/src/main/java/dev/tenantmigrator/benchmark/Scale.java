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
 * What the library's work costs per tenant in a small fleet and in a large one; and whether a deploy to the large one passes in
 * a JVM with a small heap.
 */
final class Scale {

    /** The fleet that the other one is compared with. */
    static final int SMALL = 100;

    private static final int CREATED = 50;
    private static final int ROUNDS = 5;

    /** Before each look, so that the small fleet is not measured in a JVM that has compiled nothing yet. */
    private static final long WARM_UP = 2_000_000_000L;

    private static final String HEAP = "-Xmx64m";

    private final int large;
    private final int threads;
    private final Path directory;
    private final Consumer<String> progress;
    private final HikariDataSource database;
    private final Ours ours;
    private final Ours inFleetTable;
    private final List<Script> scripts = new ArrayList<>(Script.all());

    private interface Timed {
        void run() throws Exception;
    }

    Scale(Server server, Path directory, int large, int threads, Consumer<String> progress) throws Exception {
        this.large = large;
        this.threads = threads;
        this.directory = directory;
        this.progress = progress;
        this.database = server.database("scale", threads);
        this.ours = new Ours(database, directory, threads, TrackingStore.perSchema());
        this.inFleetTable = new Ours(database, directory, threads, TrackingStore.fleet());
    }

    /** Runs; returns a table. */
    String run() throws Exception {
        ours.migrations(scripts);
        Map<Work, Double> few = measure(SMALL, 0);
        Map<Work, Double> many = measure(large, SMALL);
        StringBuilder table = new StringBuilder(String.format(
                Locale.ROOT,
                "Milliseconds per tenant, %d threads.%n%n| work | %d tenants | %d tenants | ratio |%n|---|---|---|---|%n",
                threads,
                SMALL,
                large));
        few.forEach((work, small) -> {
            double big = many.getOrDefault(work, Double.NaN);
            table.append(
                    String.format(Locale.ROOT, "| %s | %.3f | %.3f | %.2f |%n", work.key(), small, big, big / small));
        });
        return table.append(String.format(
                        Locale.ROOT,
                        "%nA deploy of one migration to %d tenants with %s: exit code %d.%n",
                        large,
                        HEAP,
                        deployWithSmallHeap()))
                .toString();
    }

    /** Brings the fleet to a size; creation counts for the last of them. */
    private Map<Work, Double> measure(int tenants, int before) throws Exception {
        progress.accept("creating tenants up to " + tenants);
        List<String> all = Benchmark.names("tenant_", tenants);
        ours.create(all.subList(before, tenants - CREATED));
        Map<Work, Double> figures = new LinkedHashMap<>();
        figures.put(Work.CREATE, time(CREATED, () -> ours.create(all.subList(tenants - CREATED, tenants))));
        for (int round = 0; round < 2; round++) {
            scripts.add(Script.ofRound(scripts.size()));
            ours.migrations(scripts);
            figures.put(Work.DEPLOY_ONE, time(tenants, () -> ours.deployOne(all)));
        }
        figures.put(Work.NOOP, median(tenants, () -> ours.noop(all)));
        figures.put(Work.STATUS, median(tenants, () -> ours.status(all)));
        figures.put(Work.VERIFY, median(tenants, () -> ours.verify(all)));
        progress.accept("moving what is recorded for " + tenants + " tenants to one table");
        ours.moveTracking(TrackingStore.fleet());
        figures.put(Work.NOOP_FLEET, median(tenants, () -> inFleetTable.noop(all)));
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
        scripts.add(Script.ofRound(scripts.size()));
        ours.migrations(scripts);
        PGSimpleDataSource source = (PGSimpleDataSource) database.getDataSource();
        ProcessBuilder child = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                HEAP,
                "-cp",
                System.getProperty("java.class.path"),
                SmallHeap.class.getName(),
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
