package dev.tenantmigrator.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenantmigrator.ReadsOutside;
import dev.tenantmigrator.cli.setup.CliContext;
import dev.tenantmigrator.cli.setup.CliSettings;
import dev.tenantmigrator.cli.setup.CommandException;
import dev.tenantmigrator.cli.setup.SettingsLoader;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OptionsTest {

    @TempDir
    private Path directory;

    @Test
    void argumentsWinOverEnvironmentOverWorkingDirectoryOverMigrations() {
        cli().write("tenant-migrator.properties", "migrations=there\nuser=from-here\nparallelism=3")
                .write("there/tenant-migrator.properties", "user=from-there\nparallelism=4\nrequired-table=a, b");
        CliSettings settings = settings(Map.of(), Map.of());
        assertThat(settings.migrations()).isEqualTo(directory.resolve("there"));
        assertThat(settings.requiredTables()).containsExactly("a", "b");
        assertThat(settings.user()).contains("from-here");
        assertThat(settings.parallelism()).isEqualTo(3);

        Map<String, String> environment =
                Map.of("TENANT_MIGRATOR_USER", "from-environment", "TENANT_MIGRATOR_REQUIRED_TABLE", "c");
        assertThat(settings(environment, Map.of()).user()).contains("from-environment");
        assertThat(settings(environment, Map.of()).requiredTables()).containsExactly("c");
        assertThat(settings(environment, Map.of("user", "from-argument")).user())
                .contains("from-argument");
    }

    @Test
    void nothingIsRequiredOrSharedUnlessNamed() {
        CliSettings settings = settings(Map.of(), Map.of());
        assertThat(settings.requiredTables()).isEmpty();
        assertThat(settings.sharedObjects()).isEmpty();
        assertThat(settings.parallelism()).isEqualTo(1);
    }

    @Test
    void readsOutsideAreLoggedUnlessALayerSaysOtherwise() {
        assertThat(settings(Map.of(), Map.of()).readsOutside()).isEqualTo(ReadsOutside.WARN);
        cli().write("tenant-migrator.properties", "reads-outside=allow");
        assertThat(settings(Map.of(), Map.of()).readsOutside()).isEqualTo(ReadsOutside.ALLOW);
        Map<String, String> environment = Map.of("TENANT_MIGRATOR_READS_OUTSIDE", "forbid");
        assertThat(settings(environment, Map.of()).readsOutside()).isEqualTo(ReadsOutside.FORBID);
        assertThat(settings(environment, Map.of("reads-outside", "warn")).readsOutside())
                .isEqualTo(ReadsOutside.WARN);
        assertThatThrownBy(() -> settings(Map.of(), Map.of("reads-outside", "never")))
                .isInstanceOf(CommandException.class)
                .hasMessageContaining("forbid, warn or allow");
    }

    @Test
    void theDatabaseOfTheFirstLayerWins() {
        cli().write("tenant-migrator.properties", "url=jdbc:postgresql://far/away");
        assertThat(settings(Map.of(), Map.of("embedded", "true")).url()).isEmpty();
        assertThat(settings(Map.of("TENANT_MIGRATOR_EMBEDDED", "true"), Map.of("url", "jdbc:x"))
                        .embedded())
                .isFalse();
    }

    @Test
    void twoDatabasesAreRefused() {
        Cli.Result result = cli().withSample().run("--embedded", "status", "--url", "jdbc:postgresql://nowhere/x");
        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.err()).contains("--url and --embedded");
    }

    @ParameterizedTest
    @ValueSource(strings = {"status", "deploy-all", "verify", "register ada", "list", "drop x --yes", "prepare"})
    void noDatabaseIsNoSuccess(String command) {
        Cli.Result result = cli().withSample().run(command.split(" "));
        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.err()).contains("--url", "--embedded");
    }

    @ParameterizedTest
    @ValueSource(strings = {"list", "rename a b", "drop x --yes"})
    void commandsWithoutScriptsNeedNoMigrations(String command) {
        Cli.Result result = cli().run(command.split(" "));
        assertThat(result.err()).contains("--url").doesNotContain("--migrations");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--password=hunter2 status",
                "status --password=hunter2",
                "status --password hunter2",
                "--password hunter2 status",
                "--nonsense=jdbc:postgresql://h/d?password=hunter2 status",
                "--url jdbc:postgresql://localhost:1/d?user=u&password=hunter2 status",
                "--url jdbc:postgresql://localhost:x1/d?user=u&password=hunter2 status",
                "--url jdbc:mysql://localhost/d?password=hunter2 status",
                "--verbose --url jdbc:postgresql://localhost:1/d?password=hunter2 status",
            })
    void aPasswordIsNeverPrinted(String command) {
        Cli.Result result = cli().withSample().run(command.split(" "));
        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.all()).doesNotContain("hunter2").containsPattern("password|connect|jdbc:postgresql");
    }

    @Test
    void aPasswordInAFileIsRefused() {
        assertThatThrownBy(() -> {
                    cli().write("tenant-migrator.properties", "password=hunter2");
                    settings(Map.of(), Map.of());
                })
                .isInstanceOf(CommandException.class)
                .hasMessageContaining("TENANT_MIGRATOR_PASSWORD")
                .hasMessageNotContaining("hunter2");
    }

    @Test
    void anUnknownKeyIsRefused() {
        cli().write("tenant-migrator.properties", "required-tables=a");
        assertThat(cli().run("create", "x").err()).contains("required-tables");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-1", "many"})
    void parallelismIsANumberFromOne(String value) {
        assertThat(cli().run("create", "x", "--parallelism", value).exitCode()).isEqualTo(2);
    }

    @Test
    void anErrorIsAJsonDocumentToo() {
        Cli.Result result = cli().run("--json", "status");
        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.json().at("/error/message").asText()).contains("--migrations");
    }

    @Test
    void wrongUsageIsAJsonDocumentToo() {
        assertThat(cli().run("deploy", "--json").json().at("/error/message").asText())
                .contains("SCHEMA");
    }

    @Test
    void jsonCanBeSetByTheEnvironment() {
        assertThat(cli().with("TENANT_MIGRATOR_JSON", "true")
                        .run("status")
                        .json()
                        .at("/command")
                        .asText())
                .isEqualTo("status");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "nonsense", "deploy", "deploy a b", "rollback", "repair", "status --nonsense"})
    void wrongUsageEndsWithTwo(String command) {
        Cli.Result result = cli().run(command.isEmpty() ? new String[0] : command.split(" "));
        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.err()).contains("Error: ").doesNotContain("\tat ");
    }

    @Test
    void anUnknownCommandIsNamed() {
        assertThat(cli().run("frobnicate").err()).contains("unknown command 'frobnicate'");
        assertThat(cli().run("repair", "frobnicate").err()).contains("unknown command 'frobnicate'");
        assertThat(cli().run("--nonsense").err()).contains("--nonsense").doesNotContain("unknown command");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--help", "--version", "help", "help repair fill-checksums", "status --help"})
    void helpNeedsNeitherMigrationsNorADatabase(String command) {
        Cli.Result result = cli().run(command.split(" "));
        assertThat(result.exitCode()).isZero();
        assertThat(result.out()).contains("tenant-migrator");
    }

    private Cli cli() {
        return new Cli(directory);
    }

    private CliSettings settings(Map<String, String> environment, Map<String, String> arguments) {
        PrintWriter nowhere = new PrintWriter(Writer.nullWriter());
        return SettingsLoader.load(
                new CliContext(nowhere, nowhere, environment, directory, Optional.empty(), false, Clock.systemUTC()),
                arguments);
    }
}
