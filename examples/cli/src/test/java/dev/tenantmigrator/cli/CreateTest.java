package dev.tenantmigrator.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@PostgresTest
class CreateTest {

    @TempDir
    private Path directory;

    @Test
    void createsBothFilesWithoutADatabase() {
        Path made = Path.of(new Cli(directory)
                .json(0, "create", "Add Invoices!")
                .at("/directory")
                .asText());
        assertThat(made.getFileName().toString()).matches("[0-9]{14}_add_invoices");
        assertThat(made.getParent()).isEqualTo(directory.resolve("migrations"));
        assertThat(made.resolve("migration.sql")).isNotEmptyFile();
        assertThat(made.resolve("rollback.sql")).isNotEmptyFile();
    }

    @Test
    void anUneditedTemplateIsRefused(TestDatabase database) {
        Cli cli = Cli.on(database, directory);
        cli.run("create", "nothing_yet");
        Cli.Result result = cli.run("register", "ada");
        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.err()).contains("migration.sql", "empty");
    }

    @Test
    void aSkeletonIsRecognizedAfterAnEditorSavedIt(TestDatabase database) throws IOException {
        Cli cli = Cli.on(database, directory);
        Path made =
                Path.of(cli.json(0, "create", "nothing_yet").at("/directory").asText());
        for (String name : List.of("migration.sql", "rollback.sql")) {
            Path file = made.resolve(name);
            Files.writeString(file, Files.readString(file).replace("\n", "  \r\n"));
        }
        assertThat(cli.run("register", "ada").err()).contains("migration.sql", "empty");
        Files.writeString(made.resolve("migration.sql"), "SELECT 1");
        assertThat(cli.run("register", "ada").exitCode()).isZero();
        assertThat(cli.run("rollback", made.getFileName().toString()).err()).contains("rollback.sql", "empty");
    }

    @Test
    void aNameKeepsLettersOfAnyAlphabet() {
        Cli cli = new Cli(directory).at(Instant.parse("2025-01-02T03:04:05Z"));
        assertThat(cli.json(0, "create", "Ünit  Straße").at("/version").asText())
                .isEqualTo("20250102030405_unit_straße");
        cli.at(Instant.parse("2025-01-02T03:04:06Z"));
        assertThat(cli.json(0, "create", "Добавить счёт (2)").at("/version").asText())
                .isEqualTo("20250102030406_добавить_счёт_2");
        cli.at(Instant.parse("2025-01-02T03:04:07Z"));
        assertThat(cli.json(0, "create", "漢字".repeat(50)).at("/version").asText())
                .isEqualTo("20250102030407_" + "漢字".repeat(33));
    }

    @Test
    void aNameThatTheLocaleCannotReadIsRefused() {
        assertThat(new Cli(directory).run("create", "caf\uFFFD\uFFFD").err()).contains("LC_ALL=C.UTF-8");
        assertThat(Files.exists(directory.resolve("migrations"))).isFalse();
    }

    /** Also of directories that other tools and people named. */
    @Test
    void anyNameOfADirectoryRuns(TestDatabase database) {
        Cli cli = Cli.on(database, directory);
        String copy = "20240101_x copy (2) + O'Brien";
        String empty = "20240102_漢字 $1 \"q\" \\";
        cli.withMigration(copy, "CREATE TABLE x ()", "DROP TABLE x");
        String schema = cli.register("ada");
        cli.withMigration(empty, "-- nothing for PostgreSQL", "");
        cli.run("create", "next");

        Cli.Result plan = cli.run("plan", schema, "--target", empty);
        assertThat(plan.out()).contains("-- tenant " + schema + ", version " + empty + ", ");
        assertThat(Cli.texts(cli.json(0, "deploy", schema, "--target", empty).at("/tenants/0/versions")))
                .containsExactly(empty);
        assertThat(cli.run("status", schema).out()).contains(copy, empty);

        Cli.Result back = cli.run("rollback", empty, schema);
        assertThat(back.exitCode()).isZero();
        assertThat(back.out()).contains("warning: " + empty + " was rolled back", "nothing was undone");
        assertThat(cli.json(0, "deploy", schema, "--target", empty)
                        .at("/counts/migrated")
                        .asInt())
                .isEqualTo(1);
        JsonNode finding = cli.json(0, "rollback", empty, schema).at("/tenants/0/findings/0");
        assertThat(finding.at("/kind").asText()).isEqualTo("nothing-undone");
        assertThat(finding.at("/severity").asText()).isEqualTo("warning");
        assertThat(finding.at("/version").asText()).isEqualTo(empty);
    }

    @Test
    void aNameNeedsLettersOrDigits() {
        assertThat(new Cli(directory).run("create", "../!").exitCode()).isEqualTo(2);
        assertThat(Files.exists(directory.resolve("migrations"))).isFalse();
    }

    @Test
    void aVersionThatWouldNotBeTheNewestIsRefused() {
        Cli cli = new Cli(directory).withMigration("30000101_far_away", "SELECT 1", "SELECT 1");
        Cli.Result result = cli.run("create", "now");
        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.err()).contains("30000101_far_away");
    }

    @Test
    void anExistingVersionIsRefused() {
        Cli cli = new Cli(directory).at(Instant.parse("2025-01-02T03:04:05Z"));
        assertThat(cli.run("create", "now").exitCode()).isZero();
        Cli.Result result = cli.run("create", "now");
        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.err()).contains("version 20250102030405_now exists already");
    }
}
