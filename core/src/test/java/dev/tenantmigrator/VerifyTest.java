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
import java.time.LocalDateTime;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Status, verification and repairs. */
@PostgresTest
class VerifyTest {

    private static final Migration BETWEEN = Migration.of("20240102_x", "SELECT 1");
    private static final Migration LATER = Migration.of("20240104_later", "SELECT 1");
    private static final Migration EDITED_NOTES = Migration.of(NOTES.version(), "SELECT 'not run again'");

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
        migrator.tenants().forEach(schema -> migrator.dropTenant(schema));
    }

    private List<Kind> kinds(TenantMigrator with, String schema) {
        return with.status(Tenants.named(schema)).tenants().get(0).findings().stream()
                .map(Finding::kind)
                .toList();
    }

    private TenantStatus statusOf(String schema) {
        return migrator.status(Tenants.named(schema)).tenants().get(0);
    }

    private String create(Migration... migrations) {
        return Samples.create(database, "a", migrations);
    }

    /** A tenant with a version that was applied after a later one. */
    private String createOutOfOrder() {
        String tenant = create(MEMBERS, NOTES, FLAG);
        Samples.with(database, MEMBERS, NOTES, BETWEEN, FLAG)
                .deploy(
                        Tenants.named(tenant),
                        DeployOptions.builder().outOfOrder(true).build())
                .throwIfFailed();
        return tenant;
    }

    private LocalDateTime serverTimeInUtc() {
        return LocalDateTime.parse(
                database.value("SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US')"));
    }

    @Nested
    class Status {

        @Test
        void coversAllTenantsInTheOrderOfTheirNames() {
            String a = Samples.create(database, "a", MEMBERS);
            String b = Samples.create(database, "b", MEMBERS, NOTES, FLAG);

            assertThat(migrator.status().tenants())
                    .extracting(TenantStatus::schema)
                    .containsExactly(a, b);
        }

        @Test
        void namesTheVersionsOfTheSource() {
            assertThat(migrator.status().versions())
                    .containsExactly(MEMBERS.version(), NOTES.version(), FLAG.version());
        }

        @Test
        void isUnhealthyIfOneTenantIsBehind() {
            Samples.create(database, "a", MEMBERS);
            Samples.create(database, "b", MEMBERS, NOTES, FLAG);

            StatusReport report = migrator.status();

            assertThat(report.healthy()).isFalse();
            assertThat(report.tenants()).extracting(TenantStatus::healthy).containsExactly(false, true);
        }

        @Test
        void namesThePendingVersions() {
            assertThat(statusOf(create(MEMBERS)).pending()).containsExactly(NOTES.version(), FLAG.version());
        }

        @Test
        void namesTheAppliedVersions() {
            assertThat(statusOf(create(MEMBERS)).applied())
                    .extracting(AppliedMigration::version)
                    .containsExactly(MEMBERS.version());
        }

        @Test
        void namesPresentAndMissingTables() {
            TenantStatus behind = statusOf(create(MEMBERS));

            assertThat(behind.presentTables()).containsExactly("team_member");
            assertThat(behind.missingTables()).containsExactly("notes");
        }

        @Test
        void givesTheTimeOfAnAppliedVersionInUtcWhateverTheSessionsTimeZoneIs() {
            LocalDateTime before = serverTimeInUtc();
            String tenant = create(MEMBERS);
            LocalDateTime after = serverTimeInUtc();

            assertThat(statusOf(tenant).applied())
                    .singleElement()
                    .satisfies(row -> assertThat(row.appliedAt().orElseThrow()).isBetween(before, after));
        }

        @Test
        void ofAnUnknownTenantThrows() {
            assertThatThrownBy(() -> migrator.status(Tenants.named("nobody_12345678")))
                    .isInstanceOf(TenantNotFoundException.class);
        }
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

    @Nested
    class Findings {

        @Test
        void aTenantThatIsUpToDateHasNone() {
            String tenant = create(MEMBERS, NOTES, FLAG);

            assertThat(migrator.verify().outcomes()).containsExactly(new TenantOutcome.Healthy(tenant, List.of()));
        }

        @Test
        void aVersionBeyondTheLastFileIsAhead() {
            String tenant = create(MEMBERS, NOTES, FLAG);

            assertThat(kinds(Samples.with(database, MEMBERS, NOTES), tenant)).containsExactly(Kind.AHEAD);
        }

        @Test
        void aTenantThatIsAheadPasses() {
            String tenant = create(MEMBERS, NOTES, FLAG);

            assertThat(Samples.with(database, MEMBERS, NOTES)
                            .verify(Tenants.named(tenant))
                            .successful())
                    .isTrue();
        }

        @Test
        void aVersionWithoutItsFileIsAMissingFile() {
            String tenant = create(MEMBERS, NOTES, FLAG);

            assertThat(kinds(Samples.with(database, MEMBERS, FLAG), tenant)).containsExactly(Kind.FILE_MISSING);
        }

        @Test
        void anEditedFileIsAChecksumMismatch() {
            String tenant = create(MEMBERS, NOTES, FLAG);
            Migration edited = Migration.of(FLAG.version(), "SELECT 2");

            assertThat(kinds(Samples.with(database, MEMBERS, NOTES, edited), tenant))
                    .containsExactly(Kind.CHECKSUM_MISMATCH);
        }

        @Test
        void aFileBetweenAppliedVersionsIsAGap() {
            String tenant = create(MEMBERS, NOTES, FLAG);

            assertThat(kinds(Samples.with(database, MEMBERS, NOTES, BETWEEN, FLAG), tenant))
                    .containsExactly(Kind.GAP);
        }

        @Test
        void aVersionAppliedAfterALaterOneIsInWrongOrder() {
            String tenant = createOutOfOrder();

            assertThat(kinds(Samples.with(database, MEMBERS, NOTES, BETWEEN, FLAG), tenant))
                    .containsExactly(Kind.WRONG_ORDER);
        }

        @Test
        void aPendingVersionStandsBesideOtherFindings() {
            String tenant = createOutOfOrder();

            assertThat(kinds(Samples.with(database, MEMBERS, NOTES, BETWEEN, FLAG, LATER), tenant))
                    .containsExactly(Kind.WRONG_ORDER, Kind.PENDING);
        }

        @Test
        void aRowWithoutAChecksumIsUnknown() {
            String tenant = create(MEMBERS, NOTES, FLAG);
            removeChecksum(tenant, NOTES);

            assertThat(kinds(migrator, tenant)).containsExactly(Kind.CHECKSUM_UNKNOWN);
        }

        @Test
        void aRowWithoutATimeIsUnfinished() {
            String tenant = create(MEMBERS, NOTES, FLAG);
            removeTime(tenant, MEMBERS);

            assertThat(kinds(migrator, tenant)).containsExactly(Kind.UNFINISHED);
        }

        @Test
        void aRequiredTableThatIsGoneIsAMissingTable() {
            String tenant = create(MEMBERS, NOTES, FLAG);
            database.execute("DROP TABLE " + tenant + ".notes");

            assertThat(kinds(migrator, tenant)).containsExactly(Kind.MISSING_TABLE);
        }

        @Test
        void severalFindingsAreAllReportedInAFixedOrder() {
            String tenant = createOutOfOrder();
            removeChecksum(tenant, NOTES);
            removeTime(tenant, MEMBERS);
            database.execute("DROP TABLE " + tenant + ".notes");
            TenantMigrator strict = Samples.migrator(database, MEMBERS, NOTES, BETWEEN, FLAG)
                    .requiredTables("notes")
                    .build();

            assertThat(kinds(strict, tenant))
                    .containsExactly(Kind.UNFINISHED, Kind.CHECKSUM_UNKNOWN, Kind.WRONG_ORDER, Kind.MISSING_TABLE);
        }

        @Test
        void aTenantWithErrorsIsUnhealthy() {
            String tenant = create(MEMBERS, NOTES, FLAG);
            removeTime(tenant, MEMBERS);

            assertThat(migrator.verify(Tenants.named(tenant)).of(TenantOutcome.Unhealthy.class))
                    .hasSize(1);
        }

        @Test
        void anUnknownTenantFails() {
            assertThat(migrator.verify(Tenants.named("nobody_12345678")).failed())
                    .hasSize(1);
        }

        private void removeChecksum(String tenant, Migration migration) {
            database.execute(
                    "UPDATE " + tenant + ".schema_migrations SET checksum = NULL WHERE version = ?",
                    migration.version());
        }

        private void removeTime(String tenant, Migration migration) {
            database.execute(
                    "UPDATE " + tenant + ".schema_migrations SET applied_at = NULL WHERE version = ?",
                    migration.version());
        }
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
                    .repair(Tenants.named(a), new Repair.MarkNotApplied(NOTES.version()));

            assertThat(report.outcomes()).containsExactly(new TenantOutcome.Repaired(a, List.of(NOTES.version())));
        }
    }

    @Test
    void aRepairIsRefusedIfATriggerWritesOutsideOfTheTenant() {
        String a = Samples.create(database, "a", MEMBERS, NOTES);
        database.execute("CREATE TABLE public.elsewhere (i int);"
                + " CREATE FUNCTION " + a + ".reach() RETURNS trigger LANGUAGE plpgsql AS"
                + " $$ BEGIN INSERT INTO public.elsewhere VALUES (1); RETURN OLD; END $$;"
                + " CREATE TRIGGER reach BEFORE DELETE ON " + a
                + ".schema_migrations FOR EACH ROW EXECUTE FUNCTION " + a + ".reach()");

        FleetReport report = migrator.repair(Tenants.named(a), new Repair.MarkNotApplied(NOTES.version()));

        assertThat(report.failed())
                .singleElement()
                .satisfies(failed -> assertThat(failed.failure().message()).contains("trigger on the tracking table"));
        assertThat(database.value("SELECT count(*) FROM public.elsewhere")).isEqualTo("0");
        database.execute("DROP TABLE public.elsewhere");
    }

    @Test
    void acceptingAChecksumRepairsTheNamedTenantAlone() {
        String a = Samples.create(database, "a", MEMBERS, NOTES);
        String b = Samples.create(database, "b", MEMBERS, NOTES);
        TenantMigrator changed = Samples.with(database, MEMBERS, EDITED_NOTES);

        FleetReport accepted = changed.repair(Tenants.named(a), new Repair.AcceptChecksum(NOTES.version()));

        assertThat(accepted.outcomes()).containsExactly(new TenantOutcome.Repaired(a, List.of(NOTES.version())));
        assertThat(changed.verify(Tenants.named(a)).successful()).isTrue();
        assertThat(changed.verify(Tenants.named(b)).successful()).isFalse();
    }

    @Test
    void acceptingAChecksumEverywhereLeavesARepairedTenantAlone() {
        String a = Samples.create(database, "a", MEMBERS, NOTES);
        Samples.create(database, "b", MEMBERS, NOTES);
        TenantMigrator changed = Samples.with(database, MEMBERS, EDITED_NOTES);
        changed.repair(Tenants.named(a), new Repair.AcceptChecksum(NOTES.version()))
                .throwIfFailed();

        FleetReport accepted = changed.repair(Tenants.all(), new Repair.AcceptChecksum(NOTES.version()));

        assertThat(accepted.counts())
                .isEqualTo(Map.of(TenantOutcome.Kind.REPAIRED, 1, TenantOutcome.Kind.UP_TO_DATE, 1));
        assertThat(changed.verify().successful()).isTrue();
    }

    @Test
    void missingChecksumsAreFilledFromTheFiles() {
        String tenant = create(MEMBERS, NOTES);
        TenantMigrator changed = Samples.with(database, MEMBERS, EDITED_NOTES);
        database.execute("UPDATE " + tenant + ".schema_migrations SET checksum = NULL");

        changed.repair(Tenants.all(), new Repair.FillChecksums()).throwIfFailed();

        assertThat(kinds(changed, tenant)).isEmpty();
    }

    @Test
    void aVersionThatIsMarkedAsNotAppliedIsPending() {
        String tenant = create(MEMBERS, NOTES);
        TenantMigrator with = Samples.with(database, MEMBERS, NOTES);

        with.repair(Tenants.named(tenant), new Repair.MarkNotApplied(NOTES.version()))
                .throwIfFailed();

        assertThat(kinds(with, tenant)).containsExactly(Kind.PENDING);
    }

    /** The edited script fails if it runs. */
    @Test
    void aVersionThatIsMarkedAsAppliedIsNotRun() {
        String tenant = create(MEMBERS);
        TenantMigrator with = Samples.with(database, MEMBERS, Migration.of(NOTES.version(), "SELECT 1 / 0"));

        with.repair(Tenants.named(tenant), new Repair.MarkApplied(NOTES.version()))
                .throwIfFailed();

        assertThat(kinds(with, tenant)).isEmpty();
    }

    @Test
    void aVersionThatIsNotRecordedCannotBeMarkedAsNotApplied() {
        String tenant = create(MEMBERS, NOTES);

        assertThat(migrator.repair(Tenants.named(tenant), new Repair.MarkNotApplied("20300101_unknown"))
                        .outcomes())
                .containsExactly(new TenantOutcome.NotApplied(tenant));
    }

    @Test
    void aVersionWithoutAFileCannotBeMarkedAsApplied() {
        String tenant = create(MEMBERS, NOTES);

        assertThatThrownBy(() -> migrator.repair(Tenants.named(tenant), new Repair.MarkApplied("20300101_unknown")))
                .isInstanceOf(InvalidMigrationException.class);
    }
}
