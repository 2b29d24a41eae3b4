package dev.tenantmigrator.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The guide's whole story through the command line, as a script sees it: JSON and exit codes. */
@PostgresTest
class GuideStoryTest {

    private static final String ADD_INVOICE = "20250101_add_invoice";

    @Test
    void theWholeStory(TestDatabase database, @TempDir Path directory) {
        Cli cli = Cli.on(database, directory).withSample();
        String ada = cli.register("ada", "--email", "ada@example.com");
        String bob = cli.register("bob");
        String carol = cli.register("Carol O'Neil");
        assertThat(ada).matches("ada_[0-9]{8}");
        assertThat(carol).matches("carol_o_neil_[0-9]{8}");
        assertThat(database.values("SELECT username FROM public.users ORDER BY username"))
                .containsExactly("Carol O'Neil", "ada", "bob");
        assertThat(database.value("SELECT name || ' ' || email || ' ' || role FROM " + ada + ".team_member"))
                .isEqualTo("ada ada@example.com owner");
        assertThat(database.value(
                        "SELECT u.username FROM public.users u JOIN " + bob + ".team_member m ON m.us_id = u.id"))
                .isEqualTo("bob");
        assertThat(outcomes(cli.json(0, "status"))).containsExactly("healthy", "healthy", "healthy");

        cli.withMigration(
                ADD_INVOICE,
                "-- CreateTable\n\nCREATE TABLE \"public\".\"invoice\" (\"id\" UUID PRIMARY KEY)",
                "DROP TABLE invoice;");
        JsonNode behind = cli.json(1, "status", ada);
        assertThat(behind.at("/tenants/0/outcome").asText()).isEqualTo("unhealthy");
        assertThat(texts(behind.at("/tenants/0/pending"))).containsExactly(ADD_INVOICE);
        assertThat(texts(behind.at("/tenants/0/versions")))
                .containsExactly("20241218_initial_schema", "20241220_add_preferences");

        database.execute("CREATE TABLE " + bob + ".invoice (note TEXT)");
        JsonNode broken = cli.json(1, "deploy-all");
        assertThat(broken.at("/command").asText()).isEqualTo("deploy-all");
        assertThat(outcomes(broken)).containsExactly("migrated", "failed", "migrated");
        assertThat(broken.at("/counts/migrated").asInt()).isEqualTo(2);
        assertThat(broken.at("/counts/failed").asInt()).isEqualTo(1);
        JsonNode error = broken.at("/tenants/1/error");
        assertThat(error.at("/version").asText()).isEqualTo(ADD_INVOICE);
        assertThat(error.at("/file").asText()).endsWith(ADD_INVOICE + "/migration.sql");
        assertThat(error.at("/line").asInt()).isEqualTo(3);
        assertThat(error.at("/statement").asText()).startsWith("CREATE TABLE");
        assertThat(error.at("/sqlState").asText()).isEqualTo("42P07");
        assertThat(error.at("/message").asText()).contains("already exists");

        database.execute("DROP TABLE " + bob + ".invoice");
        JsonNode mended = cli.json(0, "deploy-all");
        assertThat(outcomes(mended)).containsExactly("up-to-date", "migrated", "up-to-date");
        assertThat(texts(mended.at("/tenants/1/versions"))).containsExactly(ADD_INVOICE);

        database.execute("DROP TABLE " + ada + ".reminders");
        JsonNode unhealthy = cli.json(1, "verify");
        assertThat(outcomes(unhealthy)).containsExactly("unhealthy", "healthy", "healthy");
        assertThat(unhealthy.at("/tenants/0/findings/0/kind").asText()).isEqualTo("missing-table");
        assertThat(unhealthy.at("/tenants/0/findings/0/message").asText()).contains("reminders");
        assertThat(outcomes(cli.json(0, "backfill"))).containsExactly("backfilled", "up-to-date", "up-to-date");
        assertThat(outcomes(cli.json(0, "verify"))).containsExactly("healthy", "healthy", "healthy");

        assertThat(outcomes(cli.json(0, "rollback", ADD_INVOICE, ada))).containsExactly("rolled-back");
        assertThat(outcomes(cli.json(0, "rollback", ADD_INVOICE)))
                .containsExactly("not-applied", "rolled-back", "rolled-back");
        assertThat(database.values("SELECT nspname::text FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace"
                        + " WHERE relname = 'invoice'"))
                .isEmpty();
    }

    @Test
    void aRollbackWithLaterVersionsMustBeAskedFor(@TempDir Path directory) throws Exception {
        try (TestDatabase database = TestDatabase.create("with_later")) {
            Cli cli = Cli.on(database, directory).withSample();
            String ada = cli.register("ada");
            JsonNode refused = cli.json(1, "rollback", "20241218_initial_schema", ada);
            assertThat(refused.at("/tenants/0/error/message").asText()).contains("20241220_add_preferences");
            JsonNode done = cli.json(0, "rollback", "20241218_initial_schema", ada, "--with-later");
            assertThat(texts(done.at("/tenants/0/versions")))
                    .containsExactly("20241220_add_preferences", "20241218_initial_schema");
        }
    }

    static List<String> outcomes(JsonNode document) {
        return StreamSupport.stream(document.at("/tenants").spliterator(), false)
                .map(tenant -> tenant.at("/outcome").asText())
                .toList();
    }

    static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(node -> texts.add(node.asText()));
        return texts;
    }
}
