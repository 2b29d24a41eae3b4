package dev.tenantmigrator;

import static dev.tenantmigrator.Samples.MEMBERS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenantmigrator.report.Finding;
import dev.tenantmigrator.report.FleetReport;
import dev.tenantmigrator.report.TenantOutcome.Migrated;
import dev.tenantmigrator.report.TenantOutcome.RolledBack;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Scripts without a statement: other tools ship them, and {@code create} writes them as skeletons. */
@PostgresTest
class EmptyScriptsTest {

    private static final String UP = """
            -- 20250102030405_now
            --
            -- Runs once in each tenant, in one transaction unless a statement cannot run in one. Write the change below. A
            -- name without a schema and a name in "public" both mean the tenant's own schema, e.g.:
            --
            -- CREATE TABLE "invoice" (
            --     "id" UUID NOT NULL DEFAULT uuid_generate_v4(),
            --     CONSTRAINT "invoice_pkey" PRIMARY KEY ("id")
            -- );
            """;

    private static final String DOWN = """
            -- Rolls back 20250102030405_now.
            --
            -- Write the reverse of migration.sql below, e.g. as follows. Delete this file if there is no reverse.
            --
            -- DROP TABLE "invoice";
            """;

    private static final String VERSION = "20240201_empty";

    private final TestDatabase database;

    EmptyScriptsTest(TestDatabase database) {
        this.database = database;
    }

    @AfterEach
    void dropAll() {
        Samples.dropAll(database);
        database.assertNoLeaks();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "\uFEFF",
                " \n\t\r\n",
                "-- nothing for PostgreSQL",
                "-- This is an empty migration.",
                "/* nothing */ ; ;;",
                "\\restrict x\n\\unrestrict x\n",
                "\\echo nothing to do",
                "BEGIN;\nCOMMIT;",
                "-- tenant-migrator: no-transaction",
                "-- tenant-migrator: lock_timeout=5s",
                UP + "-- nothing to do",
            })
    void areAppliedAndRolledBackAndDoNothing(String sql) {
        Migration empty = Migration.of(VERSION, sql, sql);
        TenantMigrator migrator = Samples.with(database, MEMBERS, empty);
        String a = Samples.create(database, "a", MEMBERS);
        String b = migrator.createTenant(TenantName.forUser("b")).schema();

        assertThat(migrator.deployAll().throwIfFailed().of(Migrated.class)).hasSize(1);
        for (String tenant : List.of(a, b)) {
            assertThat(database.values(
                            "SELECT version FROM " + tenant + ".schema_migrations WHERE applied_at IS NOT NULL"))
                    .containsExactly(MEMBERS.version(), VERSION);
        }
        assertThat(migrator.verify().successful()).isTrue();

        FleetReport report = migrator.rollback(Tenants.all(), VERSION, RollbackOptions.defaults())
                .throwIfFailed();

        assertThat(report.of(RolledBack.class))
                .hasSize(2)
                .allSatisfy(tenant -> assertThat(tenant.findings())
                        .singleElement()
                        .satisfies(finding -> {
                            assertThat(finding.kind()).isEqualTo(Finding.Kind.NOTHING_UNDONE);
                            assertThat(finding.severity()).isEqualTo(Finding.Severity.WARNING);
                            assertThat(finding.version()).contains(VERSION);
                        }));
        assertThat(database.values("SELECT version FROM " + a + ".schema_migrations"))
                .containsExactly(MEMBERS.version());
    }

    @Test
    void aRollbackWithStatementsHasNoFinding() {
        String a = Samples.create(database, "a", MEMBERS);
        FleetReport report = Samples.with(database, MEMBERS)
                .rollback(Tenants.named(a), MEMBERS.version(), RollbackOptions.defaults())
                .throwIfFailed();
        assertThat(report.of(RolledBack.class).get(0).findings()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {UP, DOWN})
    void skeletonsAreRefused(String skeleton) {
        String a = Samples.create(database, "a", MEMBERS);
        List<String> forms = List.of(
                skeleton,
                skeleton.replace("\n", "\r\n"),
                "\uFEFF" + skeleton.replace("\n", "  \n"),
                "\n" + skeleton.replace("\n", "\n\n") + "\n\n",
                skeleton.stripTrailing());
        for (String form : forms) {
            TenantMigrator migrator = Samples.with(database, MEMBERS, Migration.of(VERSION, form));
            assertThatThrownBy(() -> migrator.deploy(Tenants.named(a)))
                    .isInstanceOf(InvalidMigrationException.class)
                    .hasMessageContaining("empty")
                    .hasMessageContaining(VERSION + "/migration.sql");
            assertThatThrownBy(() -> migrator.createTenant(TenantName.forUser("b")))
                    .isInstanceOf(InvalidMigrationException.class)
                    .hasMessageContaining("empty");
            Migration down = Migration.of(MEMBERS.version(), MEMBERS.up().text(), form);
            assertThatThrownBy(() -> Samples.with(database, down)
                            .rollback(Tenants.named(a), MEMBERS.version(), RollbackOptions.defaults()))
                    .isInstanceOf(InvalidMigrationException.class)
                    .hasMessageContaining("empty")
                    .hasMessageContaining("rollback.sql");
        }
        assertThat(Samples.with(database, MEMBERS).tenants()).containsExactly(a);
    }

    @Test
    void aSkeletonThatWasWrittenRuns() {
        Samples.create(database, "a", Migration.of(VERSION, UP + "CREATE TABLE invoice ();"));
    }
}
