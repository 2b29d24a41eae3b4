package dev.tenantmigrator;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.tenantmigrator.report.TenantOutcome.Failed;
import dev.tenantmigrator.report.TenantOutcome.Migrated;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.util.List;
import javax.sql.DataSource;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A connection that the server itself has lost, to another server: its error has a SQLState of class 08, and the session that reports
 * it goes on.
 */
@PostgresTest
class LostForeignServerTest {

    /** Nobody listens on port 1. */
    private static final Migration BROKEN = Migration.of("20240102_broken", """
            CREATE TABLE copy (id INTEGER);
            INSERT INTO copy SELECT id FROM far""");

    private static final Migration FIRST = Migration.of("20240101_first", """
            CREATE TABLE item (id INTEGER);
            INSERT INTO item VALUES (1)""");

    private final TestDatabase database;

    LostForeignServerTest(TestDatabase database) {
        this.database = database;
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theMigrationFailsWithThePlaceAndTheNextTenantGoesOn(boolean pooled) throws Exception {
        DataSource superuser = database.superuserDataSource();
        try (var connection = superuser.getConnection();
                var statement = connection.createStatement()) {
            statement.execute("CREATE EXTENSION IF NOT EXISTS postgres_fdw");
            statement.execute("DROP SERVER IF EXISTS far CASCADE");
            statement.execute(
                    "CREATE SERVER far FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host 'localhost', port '1')");
            statement.execute("CREATE USER MAPPING FOR PUBLIC SERVER far OPTIONS (user 'nobody', password 'nothing')");
            statement.execute("CREATE FOREIGN TABLE public.far (id INTEGER) SERVER far");
            statement.execute("GRANT SELECT ON public.far TO PUBLIC");
        }
        List<String> tenants = List.of(create("ada"), create("bob"));
        HikariConfig config = new HikariConfig();
        config.setDataSource(database.rawDataSource());
        config.setMaximumPoolSize(1);
        try (HikariDataSource pool = new HikariDataSource(config)) {
            TenantMigrator migrator = TenantMigrator.builder(pooled ? pool : database.dataSource())
                    .migrations(MigrationSource.of(FIRST, BROKEN))
                    .build();
            List<Failed> failed = migrator.deployAll().of(Failed.class);
            assertThat(failed).hasSize(tenants.size()).allSatisfy(outcome -> {
                assertThat(outcome.failure().sqlState()).contains("08001");
                assertThat(outcome.failure().toString())
                        .contains("20240102_broken")
                        .doesNotContain("connection was lost");
                assertThat(outcome.failure().line()).hasValue(2);
            });
        }
        assertThat(Samples.with(database, FIRST, Migration.of("20240102_broken", "CREATE TABLE copy (id INTEGER)"))
                        .deployAll()
                        .of(Migrated.class))
                .hasSize(tenants.size());
        tenants.forEach(Samples.with(database, FIRST)::dropTenant);
    }

    private String create(String user) {
        return Samples.create(database, user, FIRST);
    }
}
