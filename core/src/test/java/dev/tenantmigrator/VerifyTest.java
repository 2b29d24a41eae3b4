package dev.tenantmigrator;

import static dev.tenantmigrator.Samples.FLAG;
import static dev.tenantmigrator.Samples.MEMBERS;
import static dev.tenantmigrator.Samples.NOTES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import dev.tenantmigrator.report.Finding;
import dev.tenantmigrator.report.Finding.Kind;
import dev.tenantmigrator.report.FleetReport;
import dev.tenantmigrator.report.StatusReport;
import dev.tenantmigrator.report.TenantOutcome;
import dev.tenantmigrator.report.TenantStatus;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Status, verification, and the repairs that they lead to. */
@PostgresTest
class VerifyTest {

    private final TestDatabase database;
    private final TenantMigrator migrator;

    VerifyTest(TestDatabase database) {
        this.database = database;
        this.migrator = Samples.migrator(database, MEMBERS, NOTES, FLAG)
                .requiredTables("team_member", "notes")
                .build();
    }

    @AfterEach
    void dropAll() {
        migrator.tenants().forEach(schema -> migrator.dropTenant(schema, schema));
    }

    private List<Kind> kinds(TenantMigrator with, String schema) {
        return with.status(schema).tenants().get(0).findings().stream()
                .map(Finding::kind)
                .toList();
    }

    @Test
    void statusTellsAppliedPendingAndTables() {
        String a = Samples.create(database, "a", MEMBERS);
        String b = Samples.create(database, "b", MEMBERS, NOTES, FLAG);

        StatusReport report = migrator.status();

        assertThat(report.healthy()).isFalse();
        assertThat(report.versions()).containsExactly(MEMBERS.version(), NOTES.version(), FLAG.version());
        TenantStatus behind = report.tenants().get(0);
        assertThat(behind.schema()).isEqualTo(a);
        assertThat(behind.healthy()).isFalse();
        assertThat(behind.pending()).containsExactly(NOTES.version(), FLAG.version());
        assertThat(behind.presentTables()).containsExactly("team_member");
        assertThat(behind.missingTables()).containsExactly("notes");
        assertThat(behind.applied()).singleElement().satisfies(row -> {
            assertThat(row.version()).isEqualTo(MEMBERS.version());
            // UTC, whatever the session's time zone is.
            assertThat(Duration.between(row.appliedAt().orElseThrow(), LocalDateTime.now(ZoneOffset.UTC))
                            .abs())
                    .isLessThan(Duration.ofMinutes(10));
        });
        assertThat(report.tenants().get(1).schema()).isEqualTo(b);
        assertThat(report.tenants().get(1).healthy()).isTrue();
        assertThatThrownBy(() -> migrator.status("nobody_12345678")).isInstanceOf(TenantNotFoundException.class);
    }

    @Test
    void chunksOfAFleetAreReadWithAnUnreadableTenantAmongThem() {
        for (int i = 0; i < 60; i++) {
            database.execute(
                    "CREATE SCHEMA t" + i + "; CREATE TABLE t" + i + ".schema_migrations (id serial PRIMARY KEY,"
                            + " version varchar(255) UNIQUE NOT NULL, description text, applied_at timestamp DEFAULT"
                            + " CURRENT_TIMESTAMP, checksum varchar(64)); INSERT INTO t" + i
                            + ".schema_migrations (version) VALUES ('" + MEMBERS.version() + "')");
        }
        database.execute("REVOKE ALL ON SCHEMA t7 FROM CURRENT_USER");

        StatusReport report = Samples.with(database, MEMBERS).status();

        assertThat(report.tenants())
                .hasSize(60)
                .filteredOn(TenantStatus::healthy)
                .hasSize(59);
        assertThat(kinds(Samples.with(database, MEMBERS), "t7")).containsExactly(Kind.UNREADABLE);
        database.execute("GRANT ALL ON SCHEMA t7 TO CURRENT_USER");
    }

    @Test
    void everyFindingHasItsKind() {
        String a = Samples.create(database, "a", MEMBERS, NOTES, FLAG);
        assertThat(migrator.verify().outcomes()).containsExactly(new TenantOutcome.Healthy(a, List.of()));

        assertThat(kinds(Samples.with(database, MEMBERS, NOTES), a)).containsExactly(Kind.AHEAD);
        assertThat(Samples.with(database, MEMBERS, NOTES).verify(a).successful())
                .isTrue();
        assertThat(kinds(Samples.with(database, MEMBERS, FLAG), a)).containsExactly(Kind.FILE_MISSING);
        assertThat(kinds(Samples.with(database, MEMBERS, NOTES, Migration.of(FLAG.version(), "SELECT 2")), a))
                .containsExactly(Kind.CHECKSUM_MISMATCH);
        Migration between = Migration.of("20240102_x", "SELECT 1");
        assertThat(kinds(Samples.with(database, MEMBERS, NOTES, between, FLAG), a))
                .containsExactly(Kind.GAP);
        Samples.with(database, MEMBERS, NOTES, between, FLAG)
                .deploy(a, DeployOptions.defaults().withOutOfOrder())
                .throwIfFailed();
        assertThat(kinds(Samples.with(database, MEMBERS, NOTES, between, FLAG), a))
                .containsExactly(Kind.WRONG_ORDER);
        Migration later = Migration.of("20240104_later", "SELECT 1");
        assertThat(kinds(Samples.with(database, MEMBERS, NOTES, between, FLAG, later), a))
                .containsExactly(Kind.WRONG_ORDER, Kind.PENDING);
        database.execute("UPDATE " + a + ".schema_migrations SET checksum = NULL WHERE version = ?", NOTES.version());
        database.execute(
                "UPDATE " + a + ".schema_migrations SET applied_at = NULL WHERE version = ?", MEMBERS.version());
        database.execute("DROP TABLE " + a + ".notes");
        assertThat(kinds(
                        Samples.migrator(database, MEMBERS, NOTES, between, FLAG)
                                .requiredTables("notes")
                                .build(),
                        a))
                .containsExactly(Kind.UNFINISHED, Kind.CHECKSUM_UNKNOWN, Kind.WRONG_ORDER, Kind.MISSING_TABLE);
        assertThat(migrator.verify(a).of(TenantOutcome.Unhealthy.class)).hasSize(1);
        assertThat(migrator.verify("nobody_12345678").failed()).hasSize(1);
    }

    @Test
    void aRepairWorksOnAConnectionThatKeepsATemporaryTable() throws SQLException {
        String a = Samples.create(database, "a", MEMBERS, NOTES);
        try (HikariDataSource one = Samples.pool(database, 1)) {
            try (Connection connection = one.getConnection();
                    Statement statement = connection.createStatement()) {
                statement.execute("CREATE TEMP TABLE kept AS SELECT 1 AS i");
            }
            FleetReport report = TenantMigrator.builder(one)
                    .migrations(MigrationSource.of(MEMBERS, NOTES))
                    .build()
                    .repair(a, new Repair.MarkNotApplied(NOTES.version()));

            assertThat(report.outcomes()).containsExactly(new TenantOutcome.Repaired(a, List.of(NOTES.version())));
        }
    }

    @Test
    void aRepairWhoseTriggerReachesOutIsRefused() {
        String a = Samples.create(database, "a", MEMBERS, NOTES);
        database.execute("CREATE TABLE public.elsewhere (i int);"
                + " CREATE FUNCTION " + a + ".reach() RETURNS trigger LANGUAGE plpgsql AS"
                + " $$ BEGIN INSERT INTO public.elsewhere VALUES (1); RETURN OLD; END $$;"
                + " CREATE TRIGGER reach BEFORE DELETE ON " + a
                + ".schema_migrations FOR EACH ROW EXECUTE FUNCTION " + a + ".reach()");

        FleetReport report = migrator.repair(a, new Repair.MarkNotApplied(NOTES.version()));

        assertThat(report.failed())
                .singleElement()
                .satisfies(failed -> assertThat(failed.failure().message()).contains("trigger on the tracking table"));
        assertThat(database.value("SELECT count(*) FROM public.elsewhere")).isEqualTo("0");
        database.execute("DROP TABLE public.elsewhere");
    }

    @Test
    void repairsAreExplicitAndRunNothing() {
        String a = Samples.create(database, "a", MEMBERS, NOTES);
        String b = Samples.create(database, "b", MEMBERS, NOTES);
        Migration edited = Migration.of(NOTES.version(), "SELECT 'not run again'");
        TenantMigrator changed = Samples.with(database, MEMBERS, edited);

        FleetReport accepted = changed.repair(a, new Repair.AcceptChecksum(NOTES.version()));
        assertThat(accepted.outcomes()).containsExactly(new TenantOutcome.Repaired(a, List.of(NOTES.version())));
        assertThat(changed.verify(a).successful()).isTrue();
        assertThat(changed.verify(b).successful()).isFalse();
        assertThat(changed.repairAll(new Repair.AcceptChecksum(NOTES.version())).counts())
                .isEqualTo(java.util.Map.of("Repaired", 1, "UpToDate", 1));
        assertThat(changed.verify().successful()).isTrue();

        database.execute("UPDATE " + a + ".schema_migrations SET checksum = NULL");
        changed.repairAll(new Repair.FillChecksums()).throwIfFailed();
        assertThat(kinds(changed, a)).isEmpty();

        changed.repair(a, new Repair.MarkNotApplied(NOTES.version())).throwIfFailed();
        assertThat(kinds(changed, a)).containsExactly(Kind.PENDING);
        changed.repair(a, new Repair.MarkApplied(NOTES.version())).throwIfFailed();
        assertThat(kinds(changed, a)).isEmpty();
        assertThat(changed.repair(a, new Repair.MarkNotApplied("20300101_unknown"))
                        .outcomes())
                .containsExactly(new TenantOutcome.NotApplied(a));
        assertThatThrownBy(() -> changed.repair(a, new Repair.MarkApplied("20300101_unknown")))
                .isInstanceOf(InvalidMigrationException.class);
    }
}
