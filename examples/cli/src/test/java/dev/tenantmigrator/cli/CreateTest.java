package dev.tenantmigrator.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
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
