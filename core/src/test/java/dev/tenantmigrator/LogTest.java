package dev.tenantmigrator;

import static dev.tenantmigrator.Samples.FLAG;
import static dev.tenantmigrator.Samples.MEMBERS;
import static dev.tenantmigrator.Samples.NOTES;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tenantmigrator.event.TenantEvent;
import dev.tenantmigrator.event.TenantEventListener;
import dev.tenantmigrator.log.TestLog;
import dev.tenantmigrator.log.TestLog.Line;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.MDC;
import org.slf4j.event.Level;

/** The library's lines in the log of an application that embeds it. */
@PostgresTest
class LogTest {

    private final TestDatabase database;

    LogTest(TestDatabase database) {
        this.database = database;
    }

    @AfterEach
    void dropAll() {
        Samples.dropAll(database);
    }

    /** All that is done to a fleet in which nothing is wrong. */
    private void life(TenantMigrator migrator) {
        migrator.deployAll().throwIfFailed();
        migrator.deployAll().throwIfFailed();
        migrator.verify();
        migrator.status();
        migrator.plan(Tenants.all());
        migrator.tenants().forEach(schema -> database.execute("DROP TABLE " + schema + ".notes"));
        migrator.backfill(Tenants.all()).throwIfFailed();
        migrator.rollback(Tenants.all(), FLAG.version(), RollbackOptions.defaults())
                .throwIfFailed();
        migrator.repair(Tenants.all(), new Repair.FillChecksums()).throwIfFailed();
    }

    private List<Line> linesOfALife(int tenants) throws Exception {
        for (int i = 0; i < tenants; i++) {
            Samples.create(database, "t" + i, MEMBERS);
        }
        TenantMigrator migrator = Samples.migrator(database, MEMBERS, NOTES, FLAG)
                .requiredTables("notes")
                .parallelism(2)
                .build();
        return TestLog.during(() -> life(migrator)).stream()
                .filter(Line::isShown)
                .toList();
    }

    @Test
    void healthyTenantsHaveNoLines() throws Exception {
        List<Line> few = linesOfALife(6);
        dropAll();

        List<Line> many = linesOfALife(30);

        assertThat(few).hasSizeBetween(1, 10).allMatch(line -> line.level() == Level.INFO);
        assertThat(many).hasSameSizeAs(few);
    }

    @Test
    void creationsHaveNoLines() throws Exception {
        assertThat(TestLog.during(() -> Samples.create(database, "a", MEMBERS)))
                .isNotEmpty()
                .noneMatch(Line::isShown);
    }

    @Test
    void eachFailedTenantHasOneLine() throws Exception {
        String good = Samples.create(database, "good", MEMBERS);
        List<String> bad = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            bad.add(Samples.create(database, "bad" + i, MEMBERS));
        }
        Migration fails = Migration.of(
                "20240201_fails", "SELECT 1 / (CASE WHEN current_schema() = '" + good + "' THEN 1 ELSE 0 END)");

        List<Line> lines =
                TestLog.during(() -> Samples.with(database, MEMBERS, fails).deployAll());

        assertThat(lines.stream().filter(line -> line.level() == Level.WARN))
                .hasSameSizeAs(bad)
                .allSatisfy(line -> assertThat(line.text().lines()).hasSize(1))
                .allSatisfy(
                        line -> assertThat(line.text()).contains(line.context().get("tenant")))
                .extracting(line -> line.context().get("tenant"))
                .containsExactlyInAnyOrderElementsOf(bad);
    }

    @Test
    void aScriptCannotForgeALine() throws Exception {
        Samples.create(database, "a", MEMBERS);
        Migration forges = Migration.of("20240201_forges", """
                DO $$ BEGIN RAISE EXCEPTION 'bad
                INFO all tenants migrated'; END $$""");

        List<Line> lines = TestLog.during(() -> assertThat(
                        Samples.with(database, MEMBERS, forges).deployAll().failed())
                .singleElement()
                .satisfies(failed -> assertThat(failed.failure().message()).contains("bad INFO all tenants migrated")));

        assertThat(lines)
                .filteredOn(line -> line.level() == Level.WARN)
                .singleElement()
                .satisfies(line -> assertThat(line.text().lines()).hasSize(1));
    }

    @Test
    void linesAndListenersDuringAMigrationHaveTheTenantInTheirContext() throws Exception {
        String a = Samples.create(database, "a", MEMBERS);
        List<String> seen = new ArrayList<>();
        TenantEventListener listener = event -> {
            if (event instanceof TenantEvent.MigrationApplied) {
                seen.add(String.valueOf(MDC.get("tenant")));
                throw new IllegalStateException("of the listener");
            }
        };
        MDC.put("tenant", "of the application");
        try {
            List<Line> lines = TestLog.during(() -> Samples.migrator(database, MEMBERS, NOTES)
                    .listener(listener)
                    .build()
                    .deployAll());

            assertThat(seen).containsExactly(a);
            assertThat(lines)
                    .filteredOn(line -> line.text().contains("of the listener"))
                    .singleElement()
                    .satisfies(line -> assertThat(line.context()).isEqualTo(Map.of("tenant", a)));
            assertThat(MDC.get("tenant")).isEqualTo("of the application");
        } finally {
            MDC.remove("tenant");
        }
    }
}
