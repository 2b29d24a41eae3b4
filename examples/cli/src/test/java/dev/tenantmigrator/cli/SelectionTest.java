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

/** The options {@code --tenants} and {@code --only} of status, verify, backfill and plan. */
class SelectionTest {

    @TempDir
    private Path directory;

    private TestDatabase database;
    private Cli cli;
    private String ada;
    private String alan;
    private String bob;

    /** Of three tenants two have lost a table, and one of them waits for a deploy. */
    @BeforeEach
    void registerTenants() {
        database = TestDatabase.create("selection");
        cli = Cli.on(database, directory).withSample();
        ada = cli.register("ada");
        alan = cli.register("alan");
        cli.withMigration("20250101_tag", "CREATE TABLE tag (id INT)", "DROP TABLE tag");
        bob = cli.register("bob");
        cli.run("deploy", alan);
        database.execute("DROP TABLE " + ada + ".reminders; DROP TABLE " + bob + ".reminders");
    }

    @AfterEach
    void dropTheDatabase() throws Exception {
        database.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"status", "verify", "backfill", "plan"})
    void tenantsSelectsByName(String command) {
        assertThat(schemas(cli.run("--json", command, "--tenants", "a*").json()))
                .isEqualTo(ada + " " + alan);
        assertThat(schemas(
                        cli.run("--json", command, "--tenants", bob + ",ada*").json()))
                .isEqualTo(ada + " " + bob);
        assertThat(cli.run(command, "--tenants", "nobody").exitCode()).isEqualTo(2);
        assertThat(cli.run(command, "--tenants", "x*").err()).contains("no tenant matches --tenants x*");
        assertThat(cli.run(command, ada, "--tenants", "a*").err()).contains("give either SCHEMA or --tenants");
    }

    @ParameterizedTest
    @ValueSource(strings = {"status", "verify"})
    void aSchemaThatHasLostItsRecordIsWarnedOfAndNotCounted(String command) {
        database.execute("DROP TABLE " + alan + ".schema_migrations");

        Cli.Result text = cli.run(command);
        JsonNode json = cli.run("--json", command).json();

        assertThat(text.err().replaceAll("\\s+", " "))
                .contains(
                        "warning: 1 schema has all required tables but no record, so no run includes it and no count: "
                                + alan
                                + ". If it is a tenant, restore the record (rename it back, or from a backup), or run: adopt "
                                + alan);
        assertThat(text.out()).doesNotContain(alan);
        assertThat(schemas(json)).isEqualTo(ada + " " + bob);
        assertThat(json.at("/unrecorded/0").asText()).isEqualTo(alan);
        assertThat(cli.run("deploy", alan).all().replaceAll("\\s+", " "))
                .contains("the schema exists and has the required tables, but no");
    }

    @ParameterizedTest
    @ValueSource(strings = {"status", "verify", "backfill", "plan"})
    void onlySelectsByFinding(String command) {
        assertThat(schemas(cli.run("--json", command, "--only", "missing-table", "--tenants", "b*")
                        .json()))
                .isEqualTo(bob);
        assertThat(schemas(cli.run("--json", command, "--only", "PENDING,gap").json()))
                .isEqualTo(ada);
        Cli.Result none = cli.run(command, "--only", "invalid-index");
        assertThat(none.exitCode()).isZero();
        assertThat(none.all()).isEqualTo("No tenant has a finding of the kind invalid-index.\n");
        Cli.Result unknown = cli.run(command, "--only", "nonsense");
        assertThat(unknown.exitCode()).isEqualTo(2);
        assertThat(unknown.err()).contains("nonsense", "missing-table, ", "unfinished-drop");
    }

    @Test
    void backfillOfASelectionLeavesTheOthers() {
        assertThat(cli.json(0, "backfill", "--tenants", "a*", "--only", "missing-table")
                        .at("/counts")
                        .toString())
                .isEqualTo("{\"backfilled\":1}");
        assertThat(schemas(cli.json(1, "verify", "--only", "missing-table"))).isEqualTo(bob);
    }

    @Test
    void theExitCodeIsThatOfTheSelection() {
        assertThat(cli.run("verify", "--tenants", alan).exitCode()).isZero();
        assertThat(cli.run("verify", "--tenants", "a*").exitCode()).isEqualTo(1);
        assertThat(cli.run("verify", "--tenants", "b*").out())
                .contains("1 tenant: 1 unhealthy", "  run: backfill " + bob);
    }

    private static String schemas(JsonNode document) {
        return String.join(" ", document.at("/tenants").findValuesAsText("schema"));
    }
}
