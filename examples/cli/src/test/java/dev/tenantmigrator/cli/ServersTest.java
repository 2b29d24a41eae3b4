package dev.tenantmigrator.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tenantmigrator.support.TestDatabase;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
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
        assertThat(cli.json(1, "list").toString()).contains("NO FORCE ROW LEVEL SECURITY");
        JsonNode status = cli.json(1, "status");
        assertThat(status.toString()).contains("\"unreadable\"", "NO FORCE ROW LEVEL SECURITY");
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

    void asSuperuser(String sql) {
        try (Connection connection = database.superuserDataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }
}
