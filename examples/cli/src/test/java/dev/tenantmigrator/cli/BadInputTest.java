package dev.tenantmigrator.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Bad input gets a clear error and changes nothing. */
@PostgresTest
class BadInputTest {

    private static final String COUNT =
            "SELECT count(*)::text FROM pg_namespace UNION ALL SELECT count(*)::text FROM pg_class";

    @TempDir
    private Path directory;

    private final TestDatabase database;
    private Cli cli;
    private List<String> before = List.of();

    BadInputTest(TestDatabase database) {
        this.database = database;
    }

    @BeforeEach
    void remember() {
        cli = Cli.on(database, directory).withSample();
        cli.run("prepare");
        cli.register("ada");
        before = database.values(COUNT);
    }

    @AfterEach
    void nothingWasChanged() {
        assertThat(database.values(COUNT)).isEqualTo(before);
    }

    @ParameterizedTest
    @ValueSource(strings = {"20990101_unknown", "no/version", "", "' OR 1=1"})
    void anUnknownOrMalformedVersion(String version) {
        refused(cli.run("rollback", version));
    }

    @Test
    void aDirectoryWithoutAMigration() {
        cli.write("migrations/20250101_empty/rollback.sql", "SELECT 1;");
        refused(cli.run("deploy-all"), "20250101_empty");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "SELECT 1;~SELECT 'never ended | 2",
                "SELECT 1;~~SELECT \"never ended | 3",
                "/* never ended | 1",
                "SELECT 1;~DO $body$ BEGIN | 2",
            })
    void aScriptThatCannotBeReadToItsEnd(String script, int line) {
        cli.withMigration("20250101_bad", script.replace('~', '\n'), "SELECT 1;");
        refused(cli.run("deploy-all"), "20250101_bad/migration.sql:" + line);
        refused(cli.run("register", "bob"), "20250101_bad/migration.sql");
        assertThat(cli.run("deploy-all", "--json").json().at("/error/file").asText())
                .contains("20250101_bad");
    }

    @Test
    void aFileThatIsNotUtf8() throws Exception {
        cli.withMigration("20250101_latin", "", "");
        Files.write(
                directory.resolve("migrations/20250101_latin/migration.sql"),
                "SELECT 1;\nSELECT '\u00e9';\n".getBytes(StandardCharsets.ISO_8859_1));
        refused(cli.run("deploy-all"), "20250101_latin/migration.sql:2", "UTF-8");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"quoted\"", "UPPER", "with space", "pg_catalog", "", "public", "information_schema"})
    void aTenantThatCannotBe(String schema) {
        for (String command : List.of("deploy", "status", "verify", "backfill", "drop")) {
            Cli.Result result = command.equals("drop") ? cli.run("drop", schema, "--yes") : cli.run(command, schema);
            assertThat(result.exitCode()).as(command + " " + result.all()).isIn(1, 2);
            assertThat(result.all()).doesNotContain("\tat ").doesNotContain("unexpected");
        }
    }

    @Test
    void aRequiredTableThatNoMigrationCreates() {
        Cli.Result result = cli.run("register", "bob", "--required-table", "nowhere");
        assertThat(result.exitCode()).isIn(1, 2);
        assertThat(result.all()).contains("nowhere");
    }

    @Test
    void aWrongLogin() {
        Cli.Result result =
                cli.with("TENANT_MIGRATOR_USER", "nobody_of_that_name").run("status");
        refused(result, "cannot connect", "28");
        assertThat(result.all()).doesNotContain(database.password());
    }

    @Test
    void aServerThatIsNotThere() {
        refused(cli.run("status", "--url", "jdbc:postgresql://localhost:1/nowhere"), "cannot connect");
    }

    @Test
    void aUrlWithALoginBeforeTheHost() {
        Cli.Result result = cli.run("status", "--url", "jdbc:postgresql://ada:s3cr3t@localhost/nowhere");
        refused(result, "--user", "TENANT_MIGRATOR_PASSWORD");
        assertThat(result.all()).doesNotContain("s3cr3t");
    }

    @Test
    void migrationsThatAreNotThere() {
        refused(cli.run("status", "--migrations", "nowhere"), "--migrations", "nowhere");
    }

    private static void refused(Cli.Result result, String... parts) {
        assertThat(result.exitCode()).as(result.all()).isEqualTo(2);
        assertThat(result.err()).contains("Error: ").doesNotContain("\tat ");
        assertThat(List.of(parts)).allSatisfy(part -> assertThat(result.err()).contains(part));
    }
}
