package dev.tenantmigrator.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@PostgresTest
class RegisterTest {

    @Test
    void aTakenEmailLeavesNothing(TestDatabase database, @TempDir Path directory) {
        Cli cli = Cli.on(database, directory).withSample();
        cli.register("dora", "--email", "dora@example.com");
        List<String> before = schemas(database);
        JsonNode refused = cli.json(1, "register", "dora2", "--email", "dora@example.com");
        assertThat(refused.at("/tenants/0/outcome").asText()).isEqualTo("failed");
        assertThat(refused.at("/tenants/0/error/message").asText()).contains("dora@example.com");
        assertThat(schemas(database)).isEqualTo(before);
        assertThat(database.values("SELECT username FROM public.users WHERE username = 'dora2'"))
                .isEmpty();
    }

    @Test
    void severalUsersMayHaveNoEmail(TestDatabase database, @TempDir Path directory) {
        Cli cli = Cli.on(database, directory).withSample();
        cli.register("emil");
        cli.register("emil");
        assertThat(database.value("SELECT count(*) FROM public.users WHERE username = 'emil' AND email IS NULL"))
                .isEqualTo("2");
    }

    @Test
    void aFailingMigrationLeavesNeitherUserNorSchema(TestDatabase database, @TempDir Path directory) {
        Cli cli = Cli.on(database, directory).withMigration("1_broken", "CREATE TABLE a (b INT);\nSELECT nothing;", "");
        List<String> before = schemas(database);
        JsonNode failed = cli.json(1, "register", "fred");
        assertThat(failed.at("/tenants/0/error/line").asInt()).isEqualTo(2);
        assertThat(schemas(database)).isEqualTo(before);
        assertThat(database.values("SELECT username FROM public.users WHERE username = 'fred'"))
                .isEmpty();
    }

    /** The first user's row is in the way of a second one with the same address; a lock would be in the way of all. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "LOCK TABLE public.users",
                "INSERT INTO public.users (username, email, schema_name) VALUES ('x', 'lea@example.com', 'x')"
            })
    @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void aLockThatSomebodyForgotEndsTheRegistration(String sql, TestDatabase database, @TempDir Path directory) {
        Cli cli = Cli.on(database, directory).withSample();
        cli.register("kai");
        List<String> before = schemas(database);
        database.execute("BEGIN; " + sql + "; PREPARE TRANSACTION 'forgotten'");
        Cli.Result failed;
        try {
            failed = cli.run("register", "lea", "--email", "lea@example.com");
        } finally {
            database.execute("ROLLBACK PREPARED 'forgotten'");
        }
        assertThat(failed.exitCode()).isEqualTo(1);
        assertThat(failed.out())
                .contains("lock timeout", "the prepared transaction forgotten", "ROLLBACK PREPARED 'forgotten'");
        assertThat(schemas(database)).isEqualTo(before);
        cli.register("lea");
    }

    /** SQLState 0A000, at which HikariCP closes a connection unless it is told not to. */
    @Test
    void aTypeThatAViewUsesIsReportedWithItsPlace(TestDatabase database, @TempDir Path directory) {
        Cli cli = Cli.on(database, directory)
                .withMigration(
                        "1_view",
                        "CREATE TABLE a (b INT);\nCREATE VIEW v AS SELECT b FROM a;\nALTER TABLE a ALTER b TYPE BIGINT;",
                        "");
        JsonNode failed = cli.json(1, "register", "fiona");
        assertThat(failed.at("/tenants/0/error/message").asText())
                .contains("used by a view")
                .doesNotContain("closed");
        assertThat(failed.at("/tenants/0/error/line").asInt()).isEqualTo(3);
    }

    @Test
    void anyOtherMigrationsDo(TestDatabase database, @TempDir Path directory) {
        Cli cli = Cli.on(database, directory)
                .withMigration(
                        "1_own",
                        "CREATE TABLE team_member (id SERIAL, login TEXT NOT NULL);",
                        "DROP TABLE team_member;");
        String tenant = cli.register("gina");
        assertThat(database.value("SELECT count(*) FROM " + tenant + ".team_member"))
                .isEqualTo("0");
        assertThat(cli.json(0, "status", tenant).at("/tenants/0/presentTables")).isEmpty();
    }

    @Test
    void aMemberColumnThatNobodyKnowsIsNoObstacle(TestDatabase database, @TempDir Path directory) {
        Cli cli = Cli.on(database, directory)
                .withMigration(
                        "1_own",
                        "CREATE TABLE team_member (us_id UUID, name TEXT, email TEXT, role TEXT, pin INT NOT NULL);",
                        "DROP TABLE team_member;");
        assertThat(database.value("SELECT count(*) FROM " + cli.register("hans") + ".team_member"))
                .isEqualTo("0");
    }

    @Test
    void namesThatCannotBeAreRefused(TestDatabase database, @TempDir Path directory) {
        Cli cli = Cli.on(database, directory).withSample();
        assertThat(cli.run("register", "  ").exitCode()).isEqualTo(2);
        assertThat(cli.run("register", "x", "--email", "nonsense").exitCode()).isEqualTo(2);
        assertThat(cli.register("@ida")).startsWith("ida_");
        assertThat(cli.register("pg_jo\"hn")).startsWith("t_pg_jo_hn_");
    }

    private static List<String> schemas(TestDatabase database) {
        return database.values("SELECT nspname::text FROM pg_namespace ORDER BY 1");
    }
}
