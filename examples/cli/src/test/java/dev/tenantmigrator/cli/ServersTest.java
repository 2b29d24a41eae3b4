package dev.tenantmigrator.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.zaxxer.hikari.HikariDataSource;
import dev.tenantmigrator.support.OwnServer;
import dev.tenantmigrator.support.TestDatabase;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Servers, roles and settings that operators have: exit codes and remedies. */
class ServersTest {

    @TempDir
    private Path directory;

    private TestDatabase database;
    private Cli cli;

    @BeforeEach
    void createDatabase() {
        database = TestDatabase.create("servers");
        cli = Cli.on(database, directory).withSample();
    }

    @AfterEach
    void dropTheDatabase() throws Exception {
        database.close();
    }

    @Test
    void aTenantWhoseRecordCannotBeReadIsListedAsUnreadableAndTheOthersGoOn() {
        String ada = cli.register("ada");
        String bob = cli.register("bob");
        database.execute(
                "ALTER TABLE " + ada + ".schema_migrations ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY");
        String remedy = "ALTER TABLE \"" + ada + "\".\"schema_migrations\" NO FORCE ROW LEVEL SECURITY";

        Cli.Result list = cli.run("list");
        assertThat(list.exitCode()).isEqualTo(1);
        assertThat(list.out().lines()).containsExactlyInAnyOrder(ada, bob);
        assertThat(list.err())
                .contains(ada + " is unreadable: ")
                .contains(remedy)
                .doesNotContain(bob);
        for (String[] command : new String[][] {
            {"list"}, {"status"}, {"verify"}, {"history"}, {"verify", ada}, {"verify", "--only", "unreadable"}
        }) {
            JsonNode document = cli.json(1, command);
            JsonNode tenant = StreamSupport.stream(document.at("/tenants").spliterator(), false)
                    .filter(entry -> entry.at("/schema").asText().equals(ada))
                    .findFirst()
                    .orElseThrow();
            assertThat(tenant.at("/outcome").asText())
                    .as(List.of(command).toString())
                    .isEqualTo("unhealthy");
            assertThat(tenant.at("/findings")).as(List.of(command).toString()).hasSize(1);
            assertThat(tenant.at("/findings/0/kind").asText()).isEqualTo("unreadable");
            assertThat(tenant.at("/findings/0/severity").asText()).isEqualTo("error");
            assertThat(tenant.at("/findings/0/message").asText()).contains(remedy);
            assertThat(tenant.has("error")).isFalse();
        }
        assertThat(cli.json(1, "verify").at("/findings/unreadable").asInt()).isEqualTo(1);
        assertThat(cli.run("verify").out())
                .contains("1 broken: 1 unreadable", "unreadable: " + ada, remedy)
                .doesNotContain("failed");
        assertThat(cli.run("history").err()).contains(ada + " is unreadable: ").contains(remedy);
        for (String command : new String[] {"plan", "backfill"}) {
            Cli.Result refused = cli.run(command, "--only", "unreadable");
            assertThat(refused.exitCode()).as(command + refused).isEqualTo(1);
            assertThat(refused.all()).as(command).contains(remedy).doesNotContain(bob);
        }
        cli.withMigration("30000101_more", "CREATE TABLE more (id INT);", "DROP TABLE more;");
        assertThat(cli.run("verify").exitCode()).isEqualTo(1);
        Cli.Result deployed = cli.run("deploy-all");
        assertThat(deployed.exitCode()).isEqualTo(1);
        assertThat(deployed.out()).contains(ada).contains(remedy).contains("1 migrated", "1 failed");
        assertThat(cli.json(1, "deploy", ada).toString()).contains("NO FORCE ROW LEVEL SECURITY");

        database.execute(remedy);
        assertThat(cli.run("deploy-all").exitCode()).isZero();
        assertThat(cli.run("list").exitCode()).isZero();
    }

    private static final String[] WRITING = {
        "prepare",
        "register bob",
        "deploy-all",
        "deploy ada",
        "rollback 20241220_add_preferences",
        "backfill",
        "repair accept-checksum 20241218_initial_schema --all",
        "adopt adoptable --yes",
        "move-tracking --to fleet",
        "rename ada renamed",
        "drop ada --yes",
        "run count.sql --write",
        "create-tenant carol"
    };

    private void assertRefusesToWrite(String... message) {
        cli.write("count.sql", "SELECT count(*) FROM public.team_member;")
                .write("delete.sql", "DELETE FROM public.team_member;");
        for (String command : WRITING) {
            Cli.Result result = cli.run(command.split(" "));
            assertThat(result.exitCode()).as(command + result).isEqualTo(2);
            assertThat(result.err().strip().lines()).as(command).hasSize(1);
            assertThat(result.err()).as(command).contains(message).contains("nothing was changed");
            assertThat(result.out()).as(command).isEmpty();
        }
        for (String command :
                new String[] {"status", "verify", "list", "plan", "status ada", "history", "history ada", "plan ada"}) {
            assertThat(cli.run(command.split(" ")).exitCode()).as(command).isZero();
        }
        Cli.Result counted = cli.run("run", "count.sql", "--csv");
        assertThat(counted.exitCode()).as(counted.toString()).isZero();
        assertThat(counted.out()).isEqualTo("tenant,count\nada,1\n");
        Cli.Result refused = cli.run("run", "delete.sql");
        assertThat(refused.exitCode()).as(refused.toString()).isEqualTo(1);
        assertThat(refused.all()).contains("read-only transaction", "delete.sql:1", "unless --write");
    }

    @Test
    void aReadOnlySettingIsNamedAndNothingIsTried() {
        cli.register("ada");
        database.execute("ALTER SCHEMA " + cli.run("list").out().strip() + " RENAME TO ada; CREATE SCHEMA adoptable");
        asSuperuser("ALTER ROLE " + database.user() + " SET default_transaction_read_only = on");
        assertRefusesToWrite(
                "default_transaction_read_only",
                "ALTER ROLE \"" + database.user() + "\" RESET default_transaction_read_only");
        database.execute("BEGIN READ WRITE; DROP TABLE public.users; COMMIT");
        assertThat(cli.run("register", "bob").err()).contains("ALTER ROLE");
        assertThat(cli.run("register", "bob").exitCode()).isEqualTo(2);
    }

    @Test
    void aStandbyIsNamedOnceAndNothingIsTried(@TempDir Path data) throws Exception {
        try (OwnServer server = OwnServer.start(data, Map.of("max_connections", "300"));
                HikariDataSource pool = server.pool(1)) {
            cli.with("TENANT_MIGRATOR_URL", server.jdbcUrl())
                    .with("TENANT_MIGRATOR_USER", server.user())
                    .without("TENANT_MIGRATOR_PASSWORD");
            String schema = cli.register("ada");
            try (Connection connection = pool.getConnection();
                    Statement statement = connection.createStatement()) {
                statement.execute("ALTER SCHEMA " + schema + " RENAME TO ada; CREATE SCHEMA adoptable");
            }
            server.kill();
            server.startAsStandby(pool);
            assertRefusesToWrite("this server is a standby");
        }
    }

    @Test
    void aSharedSchemaWithoutPrivilegesNamesTheGrantAndTheOption() {
        asSuperuser("ALTER SCHEMA public OWNER TO postgres; REVOKE CREATE ON SCHEMA public FROM PUBLIC;"
                + " CREATE SCHEMA extensions AUTHORIZATION " + database.user());
        Cli.Result refused = cli.run("register", "ada");
        assertThat(refused.exitCode()).isEqualTo(2);
        assertThat(refused.err())
                .contains(
                        "permission denied for schema public",
                        "GRANT USAGE, CREATE ON SCHEMA \"public\"",
                        "--shared-schema");
        asSuperuser("DROP SCHEMA public CASCADE");
        Cli.Result dropped = cli.run("prepare");
        assertThat(dropped.exitCode()).isEqualTo(2);
        assertThat(dropped.err()).contains("schema public does not exist", "--shared-schema");

        cli.with("TENANT_MIGRATOR_SHARED_SCHEMA", "extensions");
        assertThat(cli.run("prepare").exitCode()).isZero();
        String ada = cli.register("ada");
        assertThat(database.value("SELECT schema_name FROM extensions.users")).isEqualTo(ada);
        assertThat(cli.run("register", "bob", "--shared-schema", "extensions").exitCode())
                .isZero();
        assertThat(cli.run("list").out().lines()).hasSize(2);
    }

    private void asSuperuser(String sql) {
        try (Connection connection = database.superuserDataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }
}
