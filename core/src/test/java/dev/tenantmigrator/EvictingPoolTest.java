package dev.tenantmigrator;

import static dev.tenantmigrator.Samples.FLAG;
import static dev.tenantmigrator.Samples.MEMBERS;
import static dev.tenantmigrator.Samples.NOTES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.zaxxer.hikari.HikariDataSource;
import dev.tenantmigrator.report.Failure;
import dev.tenantmigrator.report.FleetReport;
import dev.tenantmigrator.report.TenantOutcome;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;

/** HikariCP closes a connection on which an error with SQLState 0A000 occurred, before the library can roll back. */
@PostgresTest
class EvictingPoolTest {

    /** 0A000: cannot alter type of a column used by a view or rule. */
    private static final Migration UNDER_A_VIEW = Migration.of(
            "20240201_type",
            "CREATE TABLE before_it (id int);\nALTER TABLE public.notes ALTER COLUMN body TYPE varchar(50);");

    private static final Migration VIEW =
            Migration.of("20240105_view", "CREATE VIEW bodies AS SELECT body FROM notes", "DROP VIEW bodies");

    private final TestDatabase database;

    EvictingPoolTest(TestDatabase database) {
        this.database = database;
    }

    private static void assertFirstCause(Failure failure) {
        assertThat(failure.sqlState()).contains("0A000");
        assertThat(failure.message()).contains("used by a view");
        assertThat(failure.version()).contains(UNDER_A_VIEW.version());
        assertThat(failure.toString()).contains("migration.sql:2");
    }

    private static TenantMigrator migrator(HikariDataSource pool, Migration... migrations) {
        return TenantMigrator.builder(pool)
                .migrations(MigrationSource.of(migrations))
                .build();
    }

    @Test
    void aCreationTellsTheFirstCauseAndItsPlace() {
        try (HikariDataSource pool = Samples.pool(database, 1)) {
            TenantMigrator migrator = migrator(pool, MEMBERS, NOTES, VIEW, UNDER_A_VIEW);
            MigrationFailedException e = catchThrowableOfType(
                    MigrationFailedException.class, () -> migrator.createTenant(TenantName.forUser("own")));
            assertFirstCause(e.failure());
            assertThat(migrator.tenants()).isEmpty();
        }
    }

    @Test
    void aCreationInTheCallersTransactionTellsTheFirstCauseAndItsPlace() throws SQLException {
        try (HikariDataSource pool = Samples.pool(database, 1);
                Connection connection = pool.getConnection()) {
            connection.setAutoCommit(false);
            TenantMigrator migrator = migrator(pool, MEMBERS, NOTES, VIEW, UNDER_A_VIEW);
            MigrationFailedException e = catchThrowableOfType(
                    MigrationFailedException.class,
                    () -> migrator.createTenant(connection, TenantName.forUser("callers")));
            assertFirstCause(e.failure());
            assertThat(e).hasMessageContaining("the pool closed").hasMessageContaining("exceptionOverrideClassName");
        }
    }

    @Test
    void theOtherTenantsOfADeployAreMigrated() {
        try (HikariDataSource pool = Samples.pool(database, 1)) {
            TenantMigrator first = migrator(pool, MEMBERS, NOTES);
            for (String user : new String[] {"aa", "bb", "cc"}) {
                first.createTenant(TenantName.forUser(user));
            }
            String hindered = first.tenants().get(1);
            database.execute("CREATE VIEW " + hindered + ".bodies AS SELECT body FROM " + hindered + ".notes");

            FleetReport report =
                    migrator(pool, MEMBERS, NOTES, FLAG, UNDER_A_VIEW).deployAll();

            assertThat(report.of(TenantOutcome.Migrated.class)).hasSize(2);
            assertThat(report.of(TenantOutcome.Failed.class)).singleElement().satisfies(outcome -> {
                assertThat(outcome.schema()).isEqualTo(hindered);
                assertFirstCause(outcome.failure());
            });
            first.tenants().forEach(first::dropTenant);
        }
    }

    @Test
    void anExtensionThatIsNotAvailableIsNamed() {
        try (HikariDataSource pool = Samples.pool(database, 1)) {
            TenantMigrator migrator = TenantMigrator.builder(pool)
                    .migrations(MigrationSource.of(MEMBERS))
                    .extensions("no_such_extension")
                    .build();
            TenantMigratorException e = catchThrowableOfType(TenantMigratorException.class, () -> migrator.prepare());
            assertThat(e).hasMessageContaining("no_such_extension").hasMessageNotContaining("is closed");
            e = catchThrowableOfType(
                    TenantMigratorException.class, () -> migrator.createTenant(TenantName.forUser("extended")));
            assertThat(e).hasMessageContaining("no_such_extension").hasMessageNotContaining("is closed");
        }
    }
}
