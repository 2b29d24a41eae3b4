package dev.tenantmigrator;

import static dev.tenantmigrator.Samples.MEMBERS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tenantmigrator.report.TenantOutcome;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** A server process keeps what it learned of each table until its end, so no worker uses one for a whole fleet. */
@PostgresTest
class RenewedConnectionTest {

    private final TestDatabase database;

    RenewedConnectionTest(TestDatabase database) {
        this.database = database;
    }

    @Test
    void aWorkerTakesAnotherConnectionAfterSomeHundredTenants() {
        database.execute("""
                DO $$ BEGIN FOR i IN 1..501 LOOP
                    EXECUTE 'CREATE SCHEMA t' || i || ' CREATE TABLE schema_migrations (id SERIAL PRIMARY KEY,'
                        || ' version VARCHAR(255) UNIQUE NOT NULL, description TEXT, applied_at TIMESTAMP, checksum VARCHAR(64))';
                END LOOP; END $$""");
        Migration process = Migration.of("20240101_process", "CREATE TABLE process AS SELECT pg_backend_pid() AS pid");

        assertThat(Samples.with(database, process).deployAll().throwIfFailed().of(TenantOutcome.Migrated.class))
                .hasSize(501);

        String all = Samples.with(database, MEMBERS).tenants().stream()
                .map(schema -> "SELECT pid FROM " + schema + ".process")
                .collect(Collectors.joining(" UNION ALL "));
        assertThat(Set.copyOf(database.values(all))).hasSize(2);
        database.assertNoLeaks();
    }
}
