package dev.tenantmigrator.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tenantmigrator.support.TestDatabase;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The steps of the README's guide on a fleet of three tenants, as a script sees them: JSON and exit codes. */
class FleetLifecycleTest {

    private static final String ADD_INVOICE = "20250101_add_invoice";

    private TestDatabase database;
    private Cli cli;
    private String ada;
    private String bob;
    private String carol;

    @BeforeEach
    void registerThreeUsers(@TempDir Path directory) {
        database = TestDatabase.create("lifecycle");
        cli = Cli.on(database, directory).withSample();
        ada = cli.register("ada", "--email", "ada@example.com");
        bob = cli.register("bob");
        carol = cli.register("Carol O'Neil");
    }

    @AfterEach
    void dropDatabase() throws Exception {
        database.close();
    }

    @Test
    void eachUserHasATenantAndAFirstMember() {
        assertThat(ada).matches("ada_[0-9]{8}");
        assertThat(carol).matches("carol_o_neil_[0-9]{8}");
        assertThat(database.values("SELECT username FROM public.users ORDER BY username"))
                .containsExactly("Carol O'Neil", "ada", "bob");
        assertThat(database.value("SELECT name || ' ' || email || ' ' || role FROM " + ada + ".team_member"))
                .isEqualTo("ada ada@example.com owner");
        assertThat(database.value(
                        "SELECT u.username FROM public.users u JOIN " + bob + ".team_member m ON m.us_id = u.id"))
                .isEqualTo("bob");
        assertThat(Cli.outcomes(cli.json(0, "status"))).containsExactly("healthy", "healthy", "healthy");
    }

    @Test
    void statusShowsAPendingMigration() {
        writeAddInvoice();
        JsonNode behind = cli.json(1, "status", ada);
        assertThat(Cli.outcome(behind)).isEqualTo("pending");
        assertThat(Cli.texts(behind.at("/tenants/0/pending"))).containsExactly(ADD_INVOICE);
        assertThat(Cli.texts(behind.at("/tenants/0/versions")))
                .containsExactly(Cli.INITIAL_SCHEMA, Cli.ADD_PREFERENCES);
    }

    @Test
    void aFailedTenantIsReportedAndTheOthersAreMigrated() {
        writeAddInvoice();
        database.execute("CREATE TABLE " + bob + ".invoice (note TEXT)");

        JsonNode report = cli.json(1, "deploy-all");

        assertThat(report.at("/command").asText()).isEqualTo("deploy-all");
        assertThat(Cli.outcomes(report)).containsExactly("migrated", "failed", "migrated");
        assertThat(report.at("/counts/migrated").asInt()).isEqualTo(2);
        assertThat(report.at("/counts/failed").asInt()).isEqualTo(1);
        JsonNode error = report.at("/tenants/1/error");
        assertThat(error.at("/version").asText()).isEqualTo(ADD_INVOICE);
        assertThat(error.at("/file").asText()).endsWith(ADD_INVOICE + "/migration.sql");
        assertThat(error.at("/line").asInt()).isEqualTo(3);
        assertThat(error.at("/statement").asText()).startsWith("CREATE TABLE");
        assertThat(error.at("/sqlState").asText()).isEqualTo("42P07");
        assertThat(error.at("/message").asText()).contains("already exists");
    }

    @Test
    void theNextDeployContinuesWithTheFailedTenant() {
        writeAddInvoice();
        database.execute("CREATE TABLE " + bob + ".invoice (note TEXT)");
        cli.json(1, "deploy-all");
        database.execute("DROP TABLE " + bob + ".invoice");

        JsonNode report = cli.json(0, "deploy-all");

        assertThat(Cli.outcomes(report)).containsExactly("up-to-date", "migrated", "up-to-date");
        assertThat(Cli.texts(report.at("/tenants/1/versions"))).containsExactly(ADD_INVOICE);
    }

    @Test
    void backfillRecreatesAMissingTable() {
        database.execute("DROP TABLE " + ada + ".reminders");
        JsonNode unhealthy = cli.json(1, "verify");
        assertThat(Cli.outcomes(unhealthy)).containsExactly("unhealthy", "healthy", "healthy");
        assertThat(unhealthy.at("/tenants/0/findings/0/kind").asText()).isEqualTo("missing-table");
        assertThat(unhealthy.at("/tenants/0/findings/0/message").asText()).contains("reminders");
        assertThat(Cli.outcomes(cli.json(0, "backfill"))).containsExactly("backfilled", "up-to-date", "up-to-date");
        assertThat(Cli.outcomes(cli.json(0, "verify"))).containsExactly("healthy", "healthy", "healthy");
    }

    @Test
    void aVersionIsRolledBackInOneTenantAndThenInAll() {
        writeAddInvoice();
        cli.json(0, "deploy-all");
        assertThat(Cli.outcomes(cli.json(0, "rollback", ADD_INVOICE, ada))).containsExactly("rolled-back");
        assertThat(Cli.outcomes(cli.json(0, "rollback", ADD_INVOICE)))
                .containsExactly("not-applied", "rolled-back", "rolled-back");
        assertThat(database.values("SELECT nspname::text FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace"
                        + " WHERE relname = 'invoice'"))
                .isEmpty();
    }

    @Test
    void aRollbackOfLaterVersionsNeedsAnOption() {
        JsonNode refused = cli.json(1, "rollback", Cli.INITIAL_SCHEMA, ada);
        assertThat(refused.at("/tenants/0/error/message").asText()).contains(Cli.ADD_PREFERENCES);
        JsonNode done = cli.json(0, "rollback", Cli.INITIAL_SCHEMA, ada, "--with-later");
        assertThat(Cli.texts(done.at("/tenants/0/versions"))).containsExactly(Cli.ADD_PREFERENCES, Cli.INITIAL_SCHEMA);
    }

    private void writeAddInvoice() {
        cli.withMigration(
                ADD_INVOICE,
                "-- CreateTable\n\nCREATE TABLE \"public\".\"invoice\" (\"id\" UUID PRIMARY KEY)",
                "DROP TABLE invoice;");
    }
}
