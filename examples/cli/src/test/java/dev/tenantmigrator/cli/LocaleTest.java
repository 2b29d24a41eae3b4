package dev.tenantmigrator.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A process without a locale reads its arguments as ASCII, so it cannot know another letter. It refuses such an argument instead
 * of storing a replacement for it.
 */
@PostgresTest
class LocaleTest {

    private final TestDatabase database;

    @TempDir
    private Path directory;

    LocaleTest(TestDatabase database) {
        this.database = database;
    }

    @BeforeEach
    void prepare() {
        Cli.on(database, directory).withSample().run("prepare");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "register Zoë",
                "register zoe --email zoë@example.com",
                "status zoë",
                "verify --tenants zo*ë",
                "drop --yes zoë",
                "deploy-all --group zoë",
                "create größe",
                "--migrations größe status",
                "help größe",
            })
    void anArgumentThatCannotBeReadIsRefused(String command) throws Exception {
        Output output = run(Map.of(), command.split(" ", -1));

        assertThat(output.exitCode()).as(output.text()).isEqualTo(2);
        assertThat(output.text())
                .contains("LC_ALL=C.UTF-8", "nothing was changed")
                .doesNotContain("\tat ");
        assertThat(database.values("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'zo%'"))
                .isEmpty();
    }

    @Test
    void theDocumentOfTheRefusalIsJson() throws Exception {
        Output output = run(Map.of(), "--json", "register", "Zoë");

        assertThat(output.exitCode()).isEqualTo(2);
        assertThat(output.text()).startsWith("{").contains("LC_ALL=C.UTF-8");
    }

    @Test
    void aUtf8LocaleReadsIt() throws Exception {
        Output output = run(Map.of("LC_ALL", "C.UTF-8"), "register", "Zoë");

        assertThat(output.exitCode()).as(output.text()).isZero();
        assertThat(database.value("SELECT username FROM users")).isEqualTo("Zoë");
        String tenant = database.value("SELECT schema_name FROM users");
        database.execute("DROP TABLE users; DROP SCHEMA " + tenant + " CASCADE");
    }

    @Test
    void asciiNeedsNoLocale() throws Exception {
        assertThat(run(Map.of(), "status").exitCode()).isZero();
    }

    @Test
    void aVariableThatCannotBeReadIsRefused() {
        Cli.Result result = new Cli(directory)
                .with("TENANT_MIGRATOR_USER", "zo\uFFFD\uFFFD")
                .with("TENANT_MIGRATOR_URL", database.jdbcUrl())
                .run("status");
        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.err()).contains("TENANT_MIGRATOR_USER", "LC_ALL=C.UTF-8");
    }

    private record Output(int exitCode, String text) {}

    /** A child process with no other variables than these; the shell passes the bytes on as they are. */
    private Output run(Map<String, String> environment, String... args) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName()));
        command.addAll(List.of(args));
        StringBuilder script = new StringBuilder("exec env -i");
        environment.forEach(
                (name, value) -> script.append(' ').append(name).append('=').append(value));
        script.append(" TENANT_MIGRATOR_URL='").append(database.jdbcUrl()).append('\'');
        script.append(" TENANT_MIGRATOR_USER='").append(database.user()).append('\'');
        script.append(" TENANT_MIGRATOR_PASSWORD='").append(database.password()).append('\'');
        command.forEach(word -> script.append(" '").append(word).append('\''));
        Path file = directory.resolve("run.sh");
        Files.writeString(file, script);
        Process process = new ProcessBuilder("sh", file.toString())
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Output(process.waitFor(), text);
    }
}
