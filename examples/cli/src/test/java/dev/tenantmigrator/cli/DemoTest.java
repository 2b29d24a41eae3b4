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
    void everyStepHasTheExpectedResult(@TempDir Path directory) {
        Cli.Result result = new Cli(directory).run("demo");
        assertThat(result.exitCode()).as(result.all()).isZero();
        assertThat(result.out()).contains("Demo passed");
        assertThat(result.out().substring(result.out().indexOf("What to try next:")))
                .contains(
                        "alias tm=\"java -jar ",
                        "tenant-migrator.jar --embedded\"",
                        "tm create add_invoices",
                        "tm register ada",
                        "tm help");
        assertThat(directory).isEmptyDirectory();
    }

    /** Runs in its own JVM, because slf4j-simple reads its level once and logs to the real standard error. */
    @Test
    void logsNoWarning(@TempDir Path directory) throws Exception {
        Path errors = directory.resolve("errors");
        Process demo = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        // The class path of the tests has a second provider.
                        "-Dslf4j.internal.verbosity=ERROR",
                        "-Dslf4j.provider=org.slf4j.simple.SimpleServiceProvider",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Main.class.getName(),
                        "demo")
                .directory(directory.toFile())
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(errors.toFile())
                .start();
        assertThat(demo.waitFor()).isZero();
        assertThat(errors).content().isEmpty();
    }

    @Test
    void onAServerItDropsItsDatabase(@TempDir Path directory) throws Exception {
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
