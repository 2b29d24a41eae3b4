package dev.tenantmigrator.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Single commands of an operator on one tenant. */
@PostgresTest
class OperatorTest {

    @TempDir
    private Path directory;

    private Cli cli;
    private String tenant;

    @BeforeEach
    void registerATenant(TestDatabase database) {
        cli = Cli.on(database, directory).withSample();
        tenant = cli.register("ada");
    }

    @Test
    void dropNeedsAConfirmation() {
        assertThat(cli.run("drop", tenant).exitCode()).isEqualTo(2);
        assertThat(cli.answering("yes").run("drop", tenant).exitCode()).isEqualTo(2);
        assertThat(cli.run("list").out()).contains(tenant);
        assertThat(cli.answering(tenant).run("drop", tenant).exitCode()).isZero();
        assertThat(cli.run("list").out()).doesNotContain(tenant);
    }

    @Test
    void aSecondDropFails() {
        cli.json(0, "drop", tenant, "--yes");
        assertThat(cli.run("drop", tenant, "--yes").exitCode()).isEqualTo(2);
    }

    @Test
    void dropOfASharedSchemaIsRefused() {
        assertThat(cli.run("drop", "public", "--yes").exitCode()).isEqualTo(2);
    }

    @Test
    void dropWithYes() {
        assertThat(Cli.outcome(cli.json(0, "drop", tenant, "--yes"))).isEqualTo("dropped");
    }

    @Test
    void rename() {
        String renamed = tenant + "_old";
        assertThat(cli.json(0, "rename", tenant, renamed)
                        .at("/tenants/0/schema")
                        .asText())
                .isEqualTo(renamed);
        assertThat(cli.run("verify", renamed).exitCode()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"Upper", "a b", "a\"b", "pg_x", ""})
    void renameRefusesAnInvalidName(String name) {
        assertThat(cli.run("rename", tenant, name).exitCode()).isEqualTo(2);
    }

    @Test
    void renameRefusesANameOf64Bytes() {
        assertThat(cli.run("rename", tenant, "x".repeat(64)).exitCode()).isEqualTo(2);
    }

    @Test
    void adoptShowsThePlanAndAsks(TestDatabase database) {
        database.execute("DROP TABLE " + tenant + ".schema_migrations");
        database.execute("DROP TABLE " + tenant + ".user_preferences");
        JsonNode plan = cli.json(0, "adopt", tenant, "--dry-run");
        assertThat(Cli.texts(plan.at("/tenants/0/versions"))).containsExactly(Cli.INITIAL_SCHEMA);
        assertThat(Cli.texts(plan.at("/tenants/0/pending"))).containsExactly(Cli.ADD_PREFERENCES);
        assertThat(cli.run("list").out()).doesNotContain(tenant);
        assertThat(cli.answering("n").run("adopt", tenant).exitCode()).isEqualTo(1);
        assertThat(cli.run("list").out()).doesNotContain(tenant);
        assertThat(cli.answering("y").run("adopt", tenant).exitCode()).isZero();
        assertThat(Cli.texts(cli.json(0, "deploy", tenant).at("/tenants/0/versions")))
                .containsExactly(Cli.ADD_PREFERENCES);
    }

    @Test
    void adoptWithNamedVersions(TestDatabase database) {
        database.execute("DROP TABLE " + tenant + ".schema_migrations");
        assertThat(cli.run("adopt", tenant, "--version", "unknown").exitCode()).isEqualTo(2);
        JsonNode adopted =
                cli.json(0, "adopt", tenant, "--version", Cli.INITIAL_SCHEMA, "--version", Cli.ADD_PREFERENCES);
        assertThat(adopted.at("/tenants/0/outcome").asText()).isEqualTo("adopted");
        assertThat(cli.run("verify", tenant).exitCode()).isZero();
    }

    @Test
    void acceptChecksumRecordsAnEditedFile() {
        cli.write("migrations/" + Cli.ADD_PREFERENCES + "/migration.sql", "CREATE TABLE edited (id INT);");
        JsonNode edited = cli.json(1, "verify", tenant);
        assertThat(edited.at("/tenants/0/findings/0/kind").asText()).isEqualTo("checksum-mismatch");
        assertThat(Cli.outcome(cli.json(0, "repair", "accept-checksum", Cli.ADD_PREFERENCES, tenant)))
                .isEqualTo("repaired");
        assertThat(cli.run("verify", tenant).exitCode()).isZero();
    }

    @Test
    void fillChecksumsRecordsMissingChecksums(TestDatabase database) {
        database.execute("UPDATE " + tenant + ".schema_migrations SET checksum = NULL");
        assertThat(cli.run("repair", "fill-checksums", tenant).exitCode()).isZero();
        assertThat(database.value("SELECT count(checksum) FROM " + tenant + ".schema_migrations"))
                .isEqualTo("2");
    }

    @Test
    void aVersionCanBeMarkedNotAppliedAndApplied() {
        assertThat(cli.run("repair", "mark-not-applied", Cli.ADD_PREFERENCES, tenant)
                        .exitCode())
                .isZero();
        assertThat(Cli.texts(cli.json(1, "status", tenant).at("/tenants/0/pending")))
                .containsExactly(Cli.ADD_PREFERENCES);
        assertThat(cli.run("repair", "mark-applied", Cli.ADD_PREFERENCES, tenant)
                        .exitCode())
                .isZero();
        assertThat(cli.run("verify", tenant).exitCode()).isZero();
    }

    @Test
    void repairNeedsEitherATenantOrAll() {
        assertThat(cli.run("repair", "fill-checksums").exitCode()).isEqualTo(2);
        assertThat(cli.run("repair", "fill-checksums", tenant, "--all").exitCode())
                .isEqualTo(2);
        assertThat(cli.run("repair", "fill-checksums", "--all").exitCode()).isZero();
    }

    @Test
    void outOfOrderMustBeAskedFor() {
        cli.withMigration("20241219_merged_late", "CREATE TABLE late (id INT);", "DROP TABLE late;");
        assertThat(cli.json(1, "deploy", tenant).at("/tenants/0/error/message").asText())
                .contains("20241219_merged_late");
        assertThat(Cli.outcome(cli.json(0, "deploy", tenant, "--out-of-order"))).isEqualTo("migrated");
    }

    @Test
    void aTenantThatIsAheadIsNoFailure() {
        cli.withMigration("20250101_newer", "CREATE TABLE newer (id INT);", "DROP TABLE newer;");
        assertThat(cli.run("deploy", tenant).exitCode()).isZero();
        Cli old = cli.with(
                "TENANT_MIGRATOR_MIGRATIONS", Cli.SAMPLE.toAbsolutePath().toString());
        assertThat(old.json(0, "deploy", tenant).at("/tenants/0/outcome").asText())
                .isEqualTo("ahead");
        assertThat(old.json(0, "verify", tenant)
                        .at("/tenants/0/findings/0/kind")
                        .asText())
                .isEqualTo("ahead");
    }

    @Test
    void prepareAndList() {
        assertThat(cli.run("prepare").exitCode()).isZero();
        assertThat(cli.json(0, "list").findValuesAsText("schema")).contains(tenant);
    }

    @Test
    void textIsAlignedAndHasNoColoursWithoutATerminal() {
        String[] lines = cli.run("status", tenant).out().lines().toArray(String[]::new);
        assertThat(lines[0]).isEqualTo(tenant + ": healthy");
        assertThat(lines[2]).isEqualTo("VERSION                   APPLIED");
        assertThat(lines[3]).matches(Cli.INITIAL_SCHEMA + "   \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d");
        assertThat(cli.run("verify", tenant).out())
                .contains("1 tenant: 1 healthy")
                .doesNotContain("\u001B");
    }
}
