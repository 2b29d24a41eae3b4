package dev.tenantmigrator.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tenantmigrator.support.TestDatabase;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rollouts: targets, selected tenants, groups, checks and timeouts. */
class RolloutTest {

    private static final String FIRST = "1_t";
    private static final String SECOND = "2_u";
    private static final String THIRD = "3_v";

    /** Fails in tenants prepared by {@link #breakThirdIn}. */
    private static final String FAILS_IF_TAKEN = "ALTER TABLE t ADD COLUMN taken int;";

    /** A port without a server. */
    private static final String UNREACHABLE = "jdbc:postgresql://localhost:1/x";

    @TempDir
    private Path directory;

    private TestDatabase database;
    private Cli cli;

    @BeforeEach
    void fourTenants() {
        database = TestDatabase.create("rollout");
        cli = Cli.on(database, directory)
                .with("TENANT_MIGRATOR_EXTENSION", "")
                .withMigration(FIRST, "CREATE TABLE t (id int);", "DROP TABLE t;");
        for (String tenant : List.of("a1", "a2", "b1", "b2")) {
            database.execute("CREATE SCHEMA " + tenant);
            cli.json(0, "adopt", tenant, "--yes");
        }
        cli.json(0, "deploy-all");
        cli.withMigration(SECOND, "CREATE TABLE u (id int);", "DROP TABLE u;");
    }

    @AfterEach
    void dropTheDatabase() throws SQLException {
        database.close();
    }

    @Test
    void aTargetLeavesNewerVersionsPending() {
        cli.withMigration(THIRD, "CREATE TABLE v (id int);", "DROP TABLE v;");
        assertThat(cli.run("plan", "--target", SECOND).out())
                .contains("version " + SECOND)
                .doesNotContain(THIRD);
        assertThat(cli.json(0, "deploy-all", "--target", SECOND)
                        .at("/counts/migrated")
                        .asInt())
                .isEqualTo(4);
        assertThat(Cli.texts(cli.json(1, "status", "a1").at("/tenants/0/pending")))
                .containsExactly(THIRD);
        cli.json(0, "deploy", "a1", "--target", THIRD);
    }

    @Test
    void anUnknownTargetIsWrongUsage() {
        Cli.Result unknown = cli.run("deploy-all", "--target", "9_x");
        assertThat(unknown.exitCode()).isEqualTo(2);
        assertThat(unknown.err()).contains("9_x");
    }

    @Test
    void onlyMatchingTenantsAreProcessed() {
        assertThat(names(cli.json(0, "plan", "--tenants", "b*"))).containsExactly("b1", "b2");
        assertThat(names(cli.json(0, "deploy-all", "--tenants", "*1,b2"))).containsExactly("a1", "b1", "b2");
        assertThat(names(cli.json(0, "rollback", SECOND, "--tenants", "a1"))).containsExactly("a1");
        assertThat(cli.json(1, "verify").at("/counts/pending").asInt()).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"--tenants x*", "--tenants a1,x", "--group x", "--group 1,x,rest"})
    void aMisspelledNameIsRefused(String options) {
        String[] option = options.split(" ", -1);
        Cli.Result result = cli.run("deploy-all", option[0], option[1]);
        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.err()).contains(" x", "The command list shows all names");
        assertThat(cli.json(1, "status").at("/counts/pending").asInt()).isEqualTo(4);
    }

    @Test
    void aTenantAndAPatternAreRefused() {
        assertThat(cli.run("rollback", FIRST, "a1", "--tenants", "a*").err()).contains("either SCHEMA or --tenants");
    }

    @Test
    void aFailedGroupStopsTheRollout() {
        breakThirdIn("a1");

        JsonNode report = cli.json(1, "deploy-all", "--groups", "1,50%", "--parallelism", "2");
        assertThat(report.at("/groups/0/name").asText()).isEqualTo("1");
        assertThat(report.at("/groups/0/tenants").asInt()).isEqualTo(1);
        assertThat(report.at("/groups")).hasSize(1);
        assertThat(report.at("/stopped").asText()).contains("in group 1 after 1 of 1 tenants failed");
        assertThat(report.at("/counts/skipped").asInt()).isEqualTo(3);
        assertThat(report.at("/tenants/1/reason").asText()).isNotEmpty();
    }

    @Test
    void aGroupCanContinueAfterAFailure() {
        breakThirdIn("a1");
        Cli.Result text = cli.run("deploy-all", "--group", "a1:on-failure=go-on", "--on-failure", "stop");
        assertThat(text.exitCode()).isEqualTo(1);
        assertThat(text.out()).contains("4 tenants: 1 failed, 3 migrated").doesNotContain("Stopped");
    }

    @Test
    void theNextRunContinuesWithTheFailedTenant() {
        breakThirdIn("a1");
        cli.json(1, "deploy-all");
        database.execute("ALTER TABLE a1.t DROP COLUMN taken");
        assertThat(cli.json(0, "deploy-all", "--groups", "1,50%")
                        .at("/counts/migrated")
                        .asInt())
                .isEqualTo(1);
    }

    @Test
    void aStopIsReported() {
        breakThirdIn("a1");
        Cli.Result text = cli.run("deploy-all", "--on-failure", "25%", "--order", "name");
        assertThat(text.exitCode()).isEqualTo(1);
        assertThat(text.out())
                .contains("4 tenants: 1 failed, 3 skipped")
                .containsPattern("(?m)^Stopped: the rollout stopped after 1 of 4 tenants failed;");
    }

    @Test
    void aFailedCheckStopsTheRollout() {
        JsonNode report = cli.json(1, "deploy-all", "--group", "1", "--check", "test $ROLLOUT_CHANGED -ne 1 || exit 3");
        assertThat(report.at("/stopped").asText())
                .contains("--check ended with exit code 3")
                .doesNotContain("dev.ten");
        assertThat(report.at("/counts/migrated").asInt()).isEqualTo(1);
    }

    @Test
    void aSuccessfulCheckContinuesTheRollout() {
        Cli.Result text = cli.run("deploy-all", "--group", "50%", "--check", "echo seen", "--pause", "1ms");
        assertThat(text.exitCode()).as(text.all()).isZero();
        assertThat(text.err()).contains("group 50 %: 2 tenants", "seen");
    }

    @Test
    void aLockTimeoutFailsOneTenant() throws SQLException {
        cli.withMigration(THIRD, FAILS_IF_TAKEN, "ALTER TABLE t DROP COLUMN taken;");
        try (Connection connection = database.connection();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("LOCK TABLE a1.t");
            JsonNode report = cli.json(1, "deploy-all", "--lock-timeout", "10ms", "--tries", "1");
            assertThat(report.at("/tenants/0/error/sqlState").asText()).isEqualTo("55P03");
            assertThat(report.at("/counts/migrated").asInt()).isEqualTo(3);
            connection.rollback();
            connection.setAutoCommit(true);
        }
    }

    @Test
    void aStatementTimeoutFailsTheTenant() {
        cli.withMigration("4_w", "SELECT pg_sleep(100);", "SELECT 1;");
        JsonNode slow = cli.json(1, "deploy", "a1", "--statement-timeout", "100ms");
        assertThat(slow.at("/tenants/0/error/sqlState").asText()).isEqualTo("57014");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "deploy nobody",
                "status nobody",
                "verify nobody",
                "plan nobody",
                "backfill nobody",
                "rollback 1_t nobody",
                "repair fill-checksums nobody",
                "rename nobody somebody",
                "drop nobody --yes",
                "history nobody",
                "drift nobody",
                "drift nobody --sql",
                "drift --fix nobody",
                "drift --fix nobody --yes",
                "verify --structure nobody",
                "status --only pending nobody",
            })
    void anUnknownTenantIsAMistakeInTheArguments(String command) {
        JsonNode report = cli.json(2, command.split(" ", -1));
        assertThat(report.at("/tenants").isEmpty()).isTrue();
        assertThat(report.at("/error/message").asText()).contains("no such tenant");
    }

    @Test
    void anUnreachableUrlIsReportedWithItsOption() {
        assertThat(cli.run("list", "--url", UNREACHABLE).err()).contains("of --url: ");
    }

    @Test
    void anUnreachableDirectUrlIsReportedWithItsOption() {
        cli.withMigration(THIRD, "CREATE INDEX CONCURRENTLY i ON t (id);", "DROP INDEX CONCURRENTLY i;");
        Cli.Result direct = cli.run("deploy-all", "--direct-url", UNREACHABLE);
        assertThat(direct.exitCode()).isEqualTo(2);
        assertThat(direct.err()).contains("--direct-url", "cannot connect", "nothing was changed");
    }

    /** Adds a third migration, which fails in a tenant. */
    private void breakThirdIn(String tenant) {
        cli.withMigration(THIRD, FAILS_IF_TAKEN, "ALTER TABLE t DROP COLUMN taken;");
        database.execute("ALTER TABLE " + tenant + ".t ADD COLUMN taken int");
    }

    private static List<String> names(JsonNode report) {
        return report.at("/tenants").findValuesAsText("schema");
    }
}
