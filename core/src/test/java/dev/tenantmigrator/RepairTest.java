package dev.tenantmigrator;

import static dev.tenantmigrator.Samples.MEMBERS;
import static dev.tenantmigrator.Samples.NOTES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import dev.tenantmigrator.report.Finding.Kind;
import dev.tenantmigrator.report.FleetReport;
import dev.tenantmigrator.report.TenantOutcome;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Repairs of the record. */
@PostgresTest
class RepairTest extends ThreeMigrations {

    private static final Migration EDITED_NOTES = Migration.of(NOTES.version(), "SELECT 'not run again'");

    RepairTest(TestDatabase database) {
        super(database);
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
