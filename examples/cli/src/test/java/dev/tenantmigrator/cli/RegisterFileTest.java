package dev.tenantmigrator.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tenantmigrator.support.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Several users by one command, and tenants without a user. */
class RegisterFileTest {

    @TempDir
    private Path directory = Path.of("");

    private final TestDatabase database = TestDatabase.create("register_file");
    private Cli cli = new Cli(directory);

    @BeforeEach
    void connect() {
        cli = Cli.on(database, directory).withSample();
    }

    @AfterEach
    void close() throws SQLException {
        database.close();
    }

    private void file(String text) throws IOException {
        Files.writeString(directory.resolve("users.csv"), text);
    }

    @Test
    void registersTheUsersOfAFile() throws IOException {
        file("\uFEFFusername,email\r\nann,ann@example.com\r\n\r\n \"O'Neil, Zoë\" ,\nbob\n");

        JsonNode result = cli.json(0, "register", "--file", "users.csv");

        assertThat(result.at("/counts/created").asInt()).isEqualTo(3);
        assertThat(result.at("/tenants/1/username").asText()).isEqualTo("O'Neil, Zoë");
        assertThat(database.values(
                        "SELECT username || ' ' || coalesce(email, '-') FROM public.users ORDER BY created_at"))
                .containsExactly("ann ann@example.com", "O'Neil, Zoë -", "bob -");
        assertThat(cli.run("verify").exitCode()).isZero();
    }

    @Test
    void namesAFileThatCannotBeRead() throws IOException {
        Files.write(directory.resolve("users.csv"), new byte[] {'a', (byte) 0xFF, '\n'});
        assertThat(cli.run("register", "--file", "users.csv").all())
                .contains("users.csv: it is not UTF-8")
                .doesNotContain("Exception");
        assertThat(cli.run("register", "--file", "missing.csv").all()).contains("missing.csv: there is no such file");
        file("ann\nbob,\"b@example.com\n");
        assertThat(cli.run("register", "--file", "users.csv").all())
                .contains("users.csv")
                .doesNotContain("Exception");
    }

    @Test
    void registersSeveralNames() {
        assertThat(cli.json(0, "register", "ann", "bob").at("/counts/created").asInt())
                .isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ann\nbob,none\n",
                "ann\n,x@example.com\n",
                "ann\nbob,b@example.com,more\n",
                "ann\n\" \"\n",
                "ann\nbob\u001B[31m\n",
                "ann\nbob\u202Ename\n",
                "ann\nbob,b\u0007b@example.com\n",
            })
    void aWrongLineIsRefusedBeforeTheFirstUserIsCreated(String text) throws IOException {
        file(text);

        Cli.Result result = cli.run("register", "--file", "users.csv");

        assertThat(result.exitCode()).as(result.all()).isEqualTo(2);
        assertThat(result.all()).contains("users.csv:2");
        assertThat(cli.json(0, "list").at("/tenants").size()).isZero();
    }

    @Test
    void aTakenAddressIsThatUsersFailureAlone() throws IOException {
        file("ann,ann@example.com\nann,ann@example.com\nbob,bob@example.com\n");

        JsonNode result = cli.json(1, "register", "--file", "users.csv");

        assertThat(result.at("/counts").toString()).isEqualTo("{\"created\":2,\"failed\":1}");
        assertThat(result.at("/tenants/1/error/message").asText()).contains("ann@example.com");
        assertThat(cli.json(0, "verify").at("/counts/healthy").asInt()).isEqualTo(2);
    }

    @Test
    void aBrokenMigrationIsTriedOnce() throws IOException {
        cli.withMigration("99990101_broken", "SELECT nothing", "");
        file("ann\nbob\ncarol\n");

        JsonNode result = cli.json(1, "register", "--file", "users.csv");

        assertThat(result.at("/counts").toString()).isEqualTo("{\"failed\":1,\"skipped\":2}");
        assertThat(result.at("/tenants/0/error/version").asText()).isEqualTo("99990101_broken");
    }

    @Test
    void namesWhatIsMissing() throws IOException {
        assertThat(cli.run("register").exitCode()).isEqualTo(2);
        assertThat(cli.run("register").all()).contains("USERNAME", "--file");
        assertThat(cli.run("register", "a", "b", "--email", "a@b").all()).contains("--file users.csv");
        assertThat(cli.run("register", "a", "--file", "users.csv").exitCode()).isEqualTo(2);
        assertThat(cli.run("register", "--file", "users.csv").all()).contains("users.csv");
    }

    @Test
    void createsATenantWithoutAUser() {
        JsonNode created = cli.json(0, "create-tenant", "Acme Inc.");

        assertThat(created.at("/tenants/0/outcome").asText()).isEqualTo("created");
        assertThat(created.at("/tenants/0/schema").asText()).matches("acme_inc_\\d{8}");
        assertThat(database.value("SELECT to_regclass('public.users') IS NULL")).isEqualTo("true");
        assertThat(cli.run("create-tenant", " ").exitCode()).isEqualTo(2);
    }
}
