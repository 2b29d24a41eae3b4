package dev.tenantmigrator.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenantmigrator.TenantMigrator;
import dev.tenantmigrator.report.SpareCounts;
import dev.tenantmigrator.support.ChildJvm;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.sql.Connection;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The JVM is killed (SIGKILL) while it takes or makes spare tenants: nothing is lost, nothing exists twice, nothing is half made. */
@PostgresTest
class KilledSignUpTest {

    private static final int KILLS = 4;

    private final TestDatabase database;

    KilledSignUpTest(TestDatabase database) {
        this.database = database;
    }

    @BeforeEach
    void gate() {
        database.execute("CREATE TABLE public.gate (id int)");
    }

    @AfterEach
    void dropAll() {
        TenantMigrator migrator = SpareProcess.migrator(database.dataSource());
        migrator.tenants().forEach(migrator::dropTenant);
        migrator.dropSpares();
        database.execute("DROP TABLE public.gate");
    }

    private void awaitEnd() {
        database.awaitRow("SELECT 1 WHERE NOT EXISTS (SELECT FROM pg_stat_activity WHERE application_name = 'killed')");
    }

    /** Every schema with a tenant's table is a tenant or a spare, and whole. */
    private void assertWhole(TenantMigrator migrator, int schemas) {
        List<String> all = new ArrayList<>(migrator.tenants());
        migrator.spares().forEach(spare -> all.add(spare.schema()));
        assertThat(database.values("SELECT schemaname::text FROM pg_tables WHERE tablename = 't'"))
                .hasSize(schemas)
                .containsExactlyInAnyOrderElementsOf(all);
        for (String schema : all) {
            assertThat(database.value("SELECT (SELECT count(*) FROM " + schema + ".t) || ' '"
                            + " || (SELECT count(*) FROM " + schema + ".schema_migrations)"))
                    .isEqualTo("1 1");
        }
        assertThat(migrator.verify().successful()).isTrue();
    }

    @Test
    void inMidTakeTheSpareIsGivenBack() throws Exception {
        TenantMigrator migrator = SpareProcess.migrator(database.dataSource());
        migrator.maintainSpares();
        try (ChildJvm process = SpareProcess.start(database, "killed")) {
            process.send("hold");
            assertThat(process.receive()).startsWith("holds user_");
            process.kill();
        }
        awaitEnd();

        assertThat(migrator.status().spares()).isEqualTo(new SpareCounts(SpareProcess.SPARES, 0, 0, Optional.empty()));
        assertThat(migrator.tenants()).isEmpty();
        assertWhole(migrator, SpareProcess.SPARES);
    }

    @Test
    void inMidRefillNothingIsLeftAndTheNextRefillIsFree() throws Exception {
        TenantMigrator migrator = SpareProcess.migrator(database.dataSource());
        try (ChildJvm process = SpareProcess.start(database, "killed");
                Connection connection = database.connection();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("LOCK TABLE public.gate");
            process.send("fill");
            database.awaitRow(
                    "SELECT 1 FROM pg_stat_activity WHERE application_name = 'killed' AND wait_event_type = 'Lock'");
            process.kill();
            connection.rollback();
            connection.setAutoCommit(true);
        }
        awaitEnd();

        assertThat(migrator.spares()).isEmpty();
        assertWhole(migrator, 0);
        assertThat(migrator.maintainSpares().created()).isEqualTo(SpareProcess.SPARES);
    }

    @Test
    void atAnyMomentEverySignUpThatWasConfirmedIsThereOnce() throws Exception {
        TenantMigrator migrator = SpareProcess.migrator(database.dataSource());
        List<String> confirmed = new ArrayList<>();
        for (int kill = 1; kill <= KILLS; kill++) {
            migrator.maintainSpares();
            try (ChildJvm process = SpareProcess.start(database, "killed")) {
                process.send("1000");
                for (int i = 0; i < 2 * kill; i++) {
                    confirmed.add(process.receive().split(" ", -1)[0]);
                }
                process.kill();
            }
            awaitEnd();
        }
        assertThat(confirmed).doesNotHaveDuplicates();
        assertThat(migrator.tenants()).containsAll(confirmed);
        assertWhole(migrator, migrator.tenants().size() + migrator.spares().size());
    }
}
