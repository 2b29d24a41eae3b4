package dev.tenantmigrator.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A command that waits for a lock says on standard error for which tenant, and who holds it. */
@PostgresTest
class LockedTenantTest {

    private final TestDatabase database;

    LockedTenantTest(TestDatabase database) {
        this.database = database;
    }

    @ParameterizedTest
    @ValueSource(strings = {"status", "drift", "verify"})
    void theTenantAndTheHolderAreNamed(String command, @TempDir Path directory) throws Exception {
        Cli cli = Cli.on(database, directory).withMigration("1_t", "CREATE TABLE t (id int)", "DROP TABLE t");
        String schema =
                cli.json(0, "create-tenant", "locked").at("/tenants/0/schema").asText();
        ByteArrayOutputStream log = new ByteArrayOutputStream();
        PrintStream usual = System.err;
        try (Connection holder = database.rawDataSource().getConnection();
                Statement statement = holder.createStatement()) {
            holder.setAutoCommit(false);
            statement.execute("LOCK TABLE " + schema + ".schema_migrations");
            System.setErr(new PrintStream(log, true, StandardCharsets.UTF_8));
            assertThat(cli.run(command, "--tenants", schema).exitCode()).isEqualTo(1);
            holder.rollback();
        } finally {
            System.setErr(usual);
        }
        assertThat(log.toString(StandardCharsets.UTF_8))
                .containsOnlyOnce("Waiting up to 1.0 s more for a lock in tenant " + schema + ". ")
                .contains("held by server process ", "pg_terminate_backend");
    }
}
