package dev.tenantmigrator.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenantmigrator.support.TestDatabase;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoTest {

    @Test
    void everyStepDoesWhatItTells(@TempDir Path directory) {
        Cli.Result result = new Cli(directory).run("demo");
        assertThat(result.exitCode()).as(result.all()).isZero();
        assertThat(result.out()).contains("Demo passed");
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void onAServerItLeavesNothing(@TempDir Path directory) throws Exception {
        try (TestDatabase database = TestDatabase.create("demo")) {
            try (Connection superuser = database.superuserDataSource().getConnection();
                    Statement statement = superuser.createStatement()) {
                statement.execute("ALTER ROLE " + database.user() + " CREATEDB");
            }
            Cli.Result result = Cli.on(database, directory).run("demo", "--json");
            assertThat(result.exitCode()).as(result.all()).isZero();
            assertThat(result.json().at("/steps")).isNotEmpty();
            assertThat(database.values("SELECT datname FROM pg_database WHERE datname LIKE 'tenant_migrator_demo%'"))
                    .isEmpty();
            assertThat(Cli.on(database, directory).withSample().json(0, "list").at("/tenants"))
                    .isEmpty();
        }
    }
}
