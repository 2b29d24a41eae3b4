package dev.tenantmigrator.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands that are printed do in a shell as they say, whatever characters the names have. */
@PostgresTest
class PastedRemediesTest {

    private static final List<String> NAMES = List.of(
            "a,b",
            "a*b",
            "axb",
            "it's",
            "-x",
            "$HOME",
            "two words",
            "Upper",
            "Zoë \"Q\"",
            "back\\slash",
            "plain",
            "other");

    private final TestDatabase database;

    PastedRemediesTest(TestDatabase database) {
        this.database = database;
    }

    private static String identifier(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }

    /** The words that a shell makes of a line. */
    private static List<String> words(String line) throws IOException, InterruptedException {
        Process shell = new ProcessBuilder("sh", "-c", "printf '%s\\n' " + line)
                .redirectErrorStream(true)
                .start();
        String out = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(shell.waitFor()).as(line + out).isZero();
        return out.lines().toList();
    }

    private static List<String> printed(Cli cli, String command) {
        return cli.run("verify")
                .out()
                .lines()
                .map(String::strip)
                .filter(line -> line.startsWith("run: " + command))
                .map(line -> line.substring("run: ".length()))
                .toList();
    }

    private static void follow(Cli cli, List<String> commands) throws IOException, InterruptedException {
        for (String command : commands) {
            Cli.Result result = cli.run(words(command).toArray(String[]::new));
            assertThat(result.exitCode()).as(command + result.all()).isZero();
        }
    }

    @Test
    void everyPrintedCommandReachesItsTenantsOnly(@TempDir Path directory) throws Exception {
        Cli cli = Cli.on(database, directory).withSample();
        for (String name : NAMES) {
            String schema = cli.register("user");
            database.execute("ALTER SCHEMA " + schema + " RENAME TO " + identifier(name));
            if (!name.equals("axb")) {
                database.execute("DROP TABLE " + identifier(name) + ".reminders CASCADE");
            }
        }
        List<String> backfills = printed(cli, "backfill");
        assertThat(backfills).containsExactly("backfill");
        follow(cli, backfills);
        assertThat(cli.run("verify").exitCode()).isZero();

        cli.withMigration("30000101_more", "CREATE TABLE more (id INT);", "DROP TABLE more;");
        assertThat(cli.run("deploy", "axb").exitCode()).isZero();
        List<String> deploys = printed(cli, "deploy");
        assertThat(deploys).containsExactly("deploy-all");
        follow(cli, deploys);
        assertThat(cli.run("verify").exitCode()).isZero();

        // One tenant at a time, and the names that a list can have.
        for (String name : NAMES) {
            database.execute("DROP TABLE " + identifier(name) + ".reminders CASCADE");
            follow(cli, printed(cli, "backfill"));
            assertThat(cli.run("verify").exitCode()).as(name).isZero();
        }
        List<String> plain = NAMES.subList(NAMES.size() - 2, NAMES.size());
        plain.forEach(name -> database.execute("DROP TABLE " + identifier(name) + ".reminders CASCADE"));
        assertThat(printed(cli, "backfill")).containsExactly("backfill --tenants other,plain");
        follow(cli, printed(cli, "backfill"));
        assertThat(cli.run("verify").exitCode()).isZero();
    }

    @Test
    void theStatementForPsqlIsOneArgument(@TempDir Path directory) throws Exception {
        Cli cli = Cli.on(database, directory).withSample();
        String schema = cli.register("user");
        String odd = "It's \"$HOME\" `x`";
        database.execute("ALTER SCHEMA " + schema + " RENAME TO " + identifier(odd));
        database.execute("CREATE TABLE " + identifier(odd) + ".t (a int); CREATE UNIQUE INDEX \"I'x\" ON "
                + identifier(odd) + ".t (a)");
        invalidate("I'x");

        List<String> commands = printed(cli, "psql");
        assertThat(commands).hasSize(1);
        List<String> words = words(commands.get(0));
        assertThat(words).hasSize(3).startsWith("psql", "-c");
        database.execute(words.get(2));

        assertThat(cli.run("verify", odd).exitCode()).isZero();
        assertThat(database.value("SELECT indisvalid FROM pg_index WHERE indexrelid = ("
                        + "SELECT oid FROM pg_class WHERE relname = 'I''x')"))
                .isEqualTo("true");
    }

    private void invalidate(String index) throws Exception {
        try (var connection = database.superuserDataSource().getConnection();
                var statement = connection.createStatement()) {
            statement.execute("UPDATE pg_index SET indisvalid = false WHERE indexrelid = (SELECT oid FROM pg_class"
                    + " WHERE relname = '" + index.replace("'", "''") + "')");
        }
    }
}
