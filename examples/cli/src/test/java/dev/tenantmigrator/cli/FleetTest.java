package dev.tenantmigrator.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tenantmigrator.support.TestDatabase;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Output of commands on a fleet. */
class FleetTest {

    @TempDir
    private Path directory;

    private TestDatabase database;
    private Cli cli;

    @BeforeEach
    void createDatabase() {
        database = TestDatabase.create("fleet");
        cli = Cli.on(database, directory).withSample();
    }

    @AfterEach
    void dropTheDatabase() throws Exception {
        database.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"deploy-all", "status", "verify", "backfill", "rollback 20241218_initial_schema"})
    void anEmptyFleetIsReportedWithItsDatabase(String command) {
        Cli.Result result = cli.run(command.split(" "));
        assertThat(result.exitCode()).isZero();
        assertThat(result.out())
                .startsWith("There is no tenant in database " + database.name() + " at ")
                .contains(" as " + database.user() + ".")
                .doesNotContain("?");
        assertThat(cli.json(0, command.split(" ")).at("/tenants")).isEmpty();
    }

    @Test
    void aReadOutsideFailsOnlyWhereItIsForbidden() {
        String ada = cli.register("ada");
        database.execute("CREATE TABLE public.price_list (id int)");
        cli.withMigration("30000101_prices", "CREATE TABLE prices AS SELECT * FROM price_list;", "DROP TABLE prices;");

        Cli.Result refused = cli.run("deploy-all", "--reads-outside", "forbid");
        assertThat(refused.exitCode()).isEqualTo(1);
        assertThat(refused.all())
                .contains(
                        "read table public.price_list", ada, "30000101_prices/migration.sql:1", "--reads-outside warn");
        assertThat(cli.run("--reads-outside", "forbid", "register", "bob").exitCode())
                .isEqualTo(1);

        assertThat(cli.run("deploy-all").exitCode()).isZero();
        assertThat(cli.run("register", "bob", "--reads-outside=allow").exitCode())
                .isZero();
    }

    @Test
    void connectionsAreNamedUnlessTheUrlNamesThem() {
        String named = "CREATE TABLE who AS SELECT current_setting('application_name') AS name;";
        cli.withMigration("30000101_who", named, "DROP TABLE who;");
        assertThat(database.value("SELECT name FROM " + cli.register("ada") + ".who"))
                .isEqualTo("tenant-migrator");
        cli.with("TENANT_MIGRATOR_URL", database.jdbcUrl() + "?ApplicationName=mine");
        assertThat(database.value("SELECT name FROM " + cli.register("bob") + ".who"))
                .isEqualTo("mine");
    }

    @Test
    void rowsOfATenantAreShownOnlyWithErrorDetails() {
        String ada = cli.register("ada");
        cli.withMigration(
                "30000101_unique",
                "CREATE TABLE secret (word TEXT); INSERT INTO secret SELECT chr(122) || 'ebra' FROM generate_series(1, 2);"
                        + " CREATE UNIQUE INDEX ON secret (word);",
                "SELECT 1;");

        assertThat(cli.run("deploy", ada).out())
                .contains("could not create unique index")
                .doesNotContain("zebra");
        assertThat(cli.json(1, "deploy", ada).toString()).doesNotContain("zebra");

        assertThat(cli.run("deploy", ada, "--error-details").out()).contains("zebra");
        assertThat(cli.json(1, "deploy", ada, "--error-details")
                        .at("/tenants/0/error/detail")
                        .asText())
                .contains("zebra");
    }

    @Test
    void aFailedDeployNamesTheVersionsAppliedBefore() {
        String ada = cli.register("ada");
        cli.withMigration("30000101_good", "CREATE TABLE good (id INT);", "DROP TABLE good;")
                .withMigration("30000102_bad", "SELECT nothing;", "SELECT 1;");
        JsonNode failed = cli.json(1, "deploy-all").at("/tenants/0");
        assertThat(Cli.texts(failed.at("/versions"))).containsExactly("30000101_good");
        assertThat(failed.has("pending")).isFalse();
        cli.json(0, "rollback", "30000101_good", ada);
        assertThat(cli.run("deploy", ada).out())
                .contains(
                        "applied before: 30000101_good",
                        "A failed script leaves no changes behind, unless its message says otherwise.");
    }

    @Test
    void aRollbackSaysThatTheVersionIsPendingAgain() {
        String ada = cli.register("ada");
        assertThat(cli.run("rollback", Cli.ADD_PREFERENCES, ada).out())
                .contains(Cli.ADD_PREFERENCES + " is pending again");
    }

    @Test
    void aFailedTenantIsNamedOnceInItsBlock() {
        String ada = cli.register("ada");
        cli.withMigration("30000103_bad", "SELECT nothing;", "SELECT 1;");
        assertThat(cli.run("deploy", ada).out())
                .containsOnlyOnce(ada)
                .contains("failed: " + ada + "\n  version 30000103_bad, ")
                .contains("30000103_bad/migration.sql:1\n", " [SQLState 42703]");
    }

    @Test
    void aRefusalWithoutAScriptGivesNoHintOnScripts() {
        assertThat(cli.run("deploy", "nobody").all())
                .contains("no such tenant", "[tenant nobody]")
                .doesNotContain("A failed script");
    }

    @Test
    void aLostForeignKeyIsShownWithItsStatement() {
        String ada = cli.withMigration(
                        "30000101_key",
                        "CREATE TABLE base (id INT PRIMARY KEY); CREATE TABLE leaf (base_id INT REFERENCES base);",
                        "DROP TABLE leaf; DROP TABLE base;")
                .register("ada");
        database.execute("DROP TABLE " + ada + ".base CASCADE");
        Cli.Result result = cli.run("backfill", "--required-table", "base");
        assertThat(result.exitCode()).as(result.all()).isZero();
        assertThat(result.out()).contains("warning: ", "ALTER TABLE", "1 backfilled");
    }

    @Test
    void aTenantThatCannotBeDroppedHasFailed() {
        String ada = cli.register("ada");
        database.execute("CREATE VIEW public.outside AS SELECT * FROM " + ada + ".reminders");
        JsonNode refused = cli.json(1, "drop", ada, "--yes");
        assertThat(refused.at("/tenants/0/schema").asText()).isEqualTo(ada);
        assertThat(refused.at("/tenants/0/outcome").asText()).isEqualTo("failed");
        assertThat(refused.has("error")).isFalse();
        assertThat(cli.run("drop", ada, "--yes").out()).contains(ada, "failed", "outside");
    }

    @Test
    void nothingIsAdoptedWhereNoMigrationFits() {
        database.execute("CREATE SCHEMA foreign_one");
        Cli.Result refused = cli.run("adopt", "foreign_one");
        assertThat(refused.exitCode()).isEqualTo(2);
        assertThat(refused.err()).contains("--version", "--yes");
        assertThat(cli.run("adopt", "foreign_one", "--dry-run").exitCode()).isZero();
        assertThat(cli.run("list").out()).doesNotContain("foreign_one");
        assertThat(cli.run("adopt", "foreign_one", "--yes").exitCode()).isZero();
        assertThat(cli.run("list").out()).contains("foreign_one");
    }
}
