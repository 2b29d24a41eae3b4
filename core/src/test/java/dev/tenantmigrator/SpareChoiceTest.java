package dev.tenantmigrator;

import static dev.tenantmigrator.Samples.FLAG;
import static dev.tenantmigrator.Samples.MEMBERS;
import static dev.tenantmigrator.Samples.NOTES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenantmigrator.report.CreatedTenant;
import dev.tenantmigrator.report.SpareCounts;
import dev.tenantmigrator.report.SpareTenant;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which spare a sign-up takes, and when it takes none. */
@PostgresTest
class SpareChoiceTest extends SpareTenants {

    SpareChoiceTest(TestDatabase database) {
        super(database);
    }

    @Test
    void withoutASpareThatFitsAllMigrationsRun() {
        TenantMigrator migrator = migrator(1, MEMBERS, NOTES);
        assertThat(migrator.createTenant(TenantName.forUser("a")).fromSpare()).isFalse();
        assertThat(noSpare()).contains("no spare with these migrations");

        filled(1, MEMBERS);
        filled(1, MEMBERS, NOTES, FLAG);
        filled(1, MEMBERS, Migration.of(NOTES.version(), NOTES.up().text() + "; SELECT 1"));
        assertThat(migrator.createTenant(TenantName.forUser("a")).fromSpare()).isFalse();
        assertThat(migrator.spares()).extracting(SpareTenant::state).containsOnly(SpareTenant.State.BEHIND);
        assertThat(migrator.status().spares()).isEqualTo(new SpareCounts(0, 3, 0, Optional.empty()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "INSERT INTO %s.schema_migrations (version) VALUES ('other')",
                "DELETE FROM %s.schema_migrations WHERE version LIKE '%%notes'",
                "UPDATE %s.schema_migrations SET checksum = NULL",
                "UPDATE %s.schema_migrations SET applied_at = NULL",
                "ALTER TABLE %s.schema_migrations ENABLE ROW LEVEL SECURITY; ALTER TABLE %1$s.schema_migrations FORCE ROW LEVEL SECURITY",
                "DROP TABLE %s.schema_migrations",
                "DROP TABLE %s.notes",
                "COMMENT ON SCHEMA %s IS 'mine'",
                "DROP SCHEMA %s CASCADE"
            })
    void aSpareThatAnotherToolChangedIsNotTaken(String change) {
        TenantMigrator migrator = migrator(2, builder -> builder.requiredTables("notes"), MEMBERS, NOTES);
        migrator.maintainSpares();
        // Now this instance knows the other spare, and asks no more for it.
        migrator.createTenant(TenantName.forUser("a"));
        String spare = migrator.spares().get(0).schema();
        database.execute(change.formatted(spare));

        assertThat(migrator.createTenant(TenantName.forUser("a")).fromSpare()).isFalse();
        assertThat(spareEvents).hasSize(1);
        database.execute("DROP SCHEMA IF EXISTS " + spare + " CASCADE");
    }

    @Test
    void anExactNameThatIsTakenIsRefusedAndTheSpareStays() {
        TenantMigrator migrator = filled(1, MEMBERS);
        database.execute("CREATE SCHEMA taken");

        assertThatThrownBy(() -> migrator.createTenant(TenantName.exactly("taken")))
                .isInstanceOf(TenantExistsException.class)
                .hasMessageContaining("taken");
        assertThat(migrator.createTenant(TenantName.exactly("free")).fromSpare())
                .isTrue();
        database.execute("DROP SCHEMA taken");
    }

    @ParameterizedTest
    @ValueSource(strings = {"REPEATABLE READ", "SERIALIZABLE"})
    void anOlderSnapshotTakesNoSpare(String level) throws SQLException {
        TenantMigrator migrator = filled(1, MEMBERS);
        try (Connection connection = database.connection()) {
            connection.setAutoCommit(false);
            try (Statement statement = connection.createStatement()) {
                statement.execute("SET TRANSACTION ISOLATION LEVEL " + level);
            }
            assertThat(migrator.createTenant(connection, TenantName.forUser("a"))
                            .fromSpare())
                    .isFalse();
            connection.commit();
            connection.setAutoCommit(true);
        }
        assertThat(noSpare()).contains("READ COMMITTED");
        assertThat(migrator.status().spares().ready()).isEqualTo(1);
    }

    @Test
    void instancesTakeOnlySparesWithTheirMigrationsDuringARollingDeploy() {
        TenantMigrator old = filled(3, MEMBERS);
        TenantMigrator renewed = filled(3, MEMBERS, NOTES);

        for (int i = 0; i < 3; i++) {
            assertThat(old.createTenant(TenantName.forUser("old")).versions()).containsExactly(MEMBERS.version());
            CreatedTenant created = renewed.createTenant(TenantName.forUser("new"));
            assertThat(created.fromSpare()).isTrue();
            assertThat(database.values("SELECT version FROM " + created.schema() + ".schema_migrations ORDER BY id"))
                    .containsExactly(MEMBERS.version(), NOTES.version());
        }
        assertThat(spareEvents).isEmpty();
        assertThat(old.createTenant(TenantName.forUser("old")).fromSpare()).isFalse();
    }

    @Test
    void aNameThatIsRefusedCostsNoSpare() {
        TenantMigrator migrator = migrator(1, builder -> builder.sharedSchema("shared"), Migration.of("1", "SELECT 1"));
        database.execute("CREATE SCHEMA shared; CREATE EXTENSION IF NOT EXISTS \"uuid-ossp\" SCHEMA public");
        migrator.maintainSpares();
        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(() -> migrator.createTenant(TenantName.exactly("shared")))
                    .isInstanceOf(InvalidTenantNameException.class);
        }
        assertThat(migrator.createTenant(TenantName.forUser("a")).fromSpare()).isTrue();
        database.execute("DROP SCHEMA shared CASCADE");
    }
}
