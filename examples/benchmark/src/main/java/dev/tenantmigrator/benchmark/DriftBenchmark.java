package dev.tenantmigrator.benchmark;

import com.zaxxer.hikari.HikariDataSource;
import dev.tenantmigrator.DriftOptions;
import dev.tenantmigrator.Migration;
import dev.tenantmigrator.MigrationSource;
import dev.tenantmigrator.TenantMigrator;
import dev.tenantmigrator.TenantName;
import dev.tenantmigrator.Tenants;
import dev.tenantmigrator.cli.output.DriftCommands;
import dev.tenantmigrator.cli.output.html.HtmlReport;
import dev.tenantmigrator.report.DriftReport;
import dev.tenantmigrator.report.StructureClass;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Measures the comparison of a fleet of tenants with 20 tables each, twelve of which differ in four ways, and the page about it. */
final class DriftBenchmark {

    private static final int TABLES = 20;

    /** Each change is made in this many tenants. */
    private static final int ALIKE = 3;

    private static final List<String> CHANGES = List.of(
            "DROP INDEX %s.t1_name",
            "ALTER TABLE %s.t2 ADD COLUMN added integer",
            "ALTER TABLE %s.t3 ALTER COLUMN at DROP DEFAULT",
            "DROP TABLE %s.t20");

    private final BenchmarkSetup setup;
    private final Set<BenchmarkPart> parts;

    private enum Connections {
        ONE,
        ALL
    }

    DriftBenchmark(BenchmarkSetup setup, Set<BenchmarkPart> parts) {
        this.setup = setup;
        this.parts = parts;
    }

    List<ResultSection> run() throws Exception {
        HikariDataSource database = setup.server().database("drift", setup.threads());
        setup.report("drift: creation");
        try (TenantMigrator one = migrator(database, 1);
                TenantMigrator all = migrator(database, setup.threads())) {
            one.prepare();
            for (String tenant : setup.tenants()) {
                one.createTenant(TenantName.exactly(tenant));
            }
            int odd = change(database);
            BenchmarkServer.execute(database, "ANALYZE");
            List<ResultSection> sections = new ArrayList<>();
            if (parts.contains(BenchmarkPart.DRIFT)) {
                sections.add(compare(one, all, odd));
            }
            if (parts.contains(BenchmarkPart.REPORT)) {
                sections.add(page(all));
            }
            return sections;
        }
    }

    private DriftResults compare(TenantMigrator one, TenantMigrator all, int odd) throws Exception {
        setup.report("drift: warm-up");
        for (int i = 0; i < setup.warmUpRounds(2); i++) {
            require(compare(all), odd);
        }
        Stopwatch<Connections> stopwatch = setup.stopwatch();
        for (int round = 1; round <= setup.rounds(); round++) {
            setup.report("drift: round " + round + " of " + setup.rounds());
            stopwatch.time(Connections.ONE, setup.tenants().size(), () -> require(compare(one), odd));
            stopwatch.time(Connections.ALL, setup.tenants().size(), () -> require(compare(all), odd));
        }
        var medians = stopwatch.medians();
        return new DriftResults(
                setup.tenants().size(),
                setup.threads(),
                medians.getOrDefault(Connections.ONE, Double.NaN),
                medians.getOrDefault(Connections.ALL, Double.NaN));
    }

    /** Only the writing of the page, from what was read before. */
    private ReportResults page(TenantMigrator migrator) throws Exception {
        HtmlReport report = new HtmlReport(
                "benchmark",
                Instant.now(),
                DriftCommands.of(List.of(), List.of()),
                migrator.status(),
                compare(migrator),
                migrator.plan(Tenants.all()),
                Optional.empty());
        setup.report("report: warm-up");
        for (int i = 0; i < setup.warmUpRounds(20); i++) {
            report.toHtml();
        }
        Stopwatch<String> stopwatch = setup.stopwatch();
        for (int round = 0; round < setup.rounds(); round++) {
            stopwatch.time("page", 1, report::toHtml);
        }
        return new ReportResults(
                setup.tenants().size(),
                stopwatch.medians().getOrDefault("page", Double.NaN),
                report.toHtml().getBytes(StandardCharsets.UTF_8).length);
    }

    private static TenantMigrator migrator(HikariDataSource database, int connections) {
        return TenantMigrator.builder(database)
                .migrations(MigrationSource.of(Migration.of("1_tables", tables())))
                .parallelism(connections)
                .build();
    }

    private static String tables() {
        return IntStream.rangeClosed(1, TABLES)
                .mapToObj(table -> """
                        CREATE TABLE t%1$d (id serial PRIMARY KEY, parent integer%2$s, name text NOT NULL DEFAULT '',
                            amount numeric(10, 2) CHECK (amount >= 0), at timestamptz DEFAULT now(), data jsonb, key uuid UNIQUE);
                        CREATE INDEX t%1$d_name ON t%1$d (lower(name)) WHERE amount > 0;""".formatted(table, table > 1 ? " REFERENCES t1" : ""))
                .collect(Collectors.joining("\n"));
    }

    /** Returns the number of changed tenants. */
    private int change(HikariDataSource database) throws Exception {
        int changed = 0;
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement()) {
            for (String change : CHANGES) {
                for (int i = 0; i < ALIKE && changed < setup.tenants().size(); i++) {
                    statement.execute(change.formatted(setup.tenants().get(changed++)));
                }
            }
        }
        return changed;
    }

    private static DriftReport compare(TenantMigrator migrator) {
        return migrator.drift(Tenants.all(), DriftOptions.defaults());
    }

    private static void require(DriftReport report, int odd) {
        int found = report.classes().stream()
                .filter(StructureClass::drifted)
                .mapToInt(drifted -> drifted.tenants().size())
                .sum();
        if (found != odd || !report.unknown().isEmpty()) {
            throw new IllegalStateException(found + " tenants differ, not " + odd + "; unknown: " + report.unknown());
        }
    }
}
