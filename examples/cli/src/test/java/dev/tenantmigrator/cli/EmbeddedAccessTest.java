package dev.tenantmigrator.cli;

import static java.nio.file.attribute.PosixFilePermission.OTHERS_WRITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenantmigrator.cli.setup.EmbeddedServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.Properties;
import java.util.stream.Stream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The embedded server as other users of the machine see it: its port, its processes and its files. */
class EmbeddedAccessTest {

    @TempDir
    private static Path parent;

    private static Path directory;
    private static EmbeddedServer server;

    @BeforeAll
    static void start() throws IOException {
        directory = Files.createDirectory(parent.resolve("server"));
        // An older version created it with the default umask.
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        server = EmbeddedServer.start(directory, new PrintWriter(new StringWriter()));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"postgres", "tenant_migrator"})
    void nobodyLogsInWithoutThePassword(String user) {
        for (String database : List.of("postgres", "template1")) {
            assertRefused(user, database, "");
            assertRefused(user, database, "wrong");
            assertRefused(user, database, user);
        }
    }

    @Test
    void theSuperuserHasNoPassword() throws Exception {
        assertRefused("postgres", "postgres", password());
        try (Connection connection = login("tenant_migrator", "postgres", password())) {
            assertThat(connection.isValid(0)).isTrue();
        }
    }

    @Test
    void itListensOnTheLoopbackAddressOnly() throws Exception {
        assertThat(postmaster(4)).as("directory of its Unix socket").isEmpty();
        assertThat(postmaster(5)).as("address").isEqualTo("127.0.0.1");
    }

    @Test
    void onlyTheOwnerReachesItsFiles() throws Exception {
        assertThat(permissions(directory)).isEqualTo("rwx------");
        assertThat(permissions(directory.resolve("data"))).isEqualTo("rwx------");
        assertThat(permissions(directory.resolve("password"))).isEqualTo("rw-------");
        assertThat(permissions(directory.resolve("log"))).isEqualTo("rw-------");
    }

    @Test
    void otherUsersCannotReplaceItsPrograms() throws Exception {
        Path program = Path.of(process().info().command().orElseThrow());
        assertThat(program).startsWith(directory.toRealPath());
        try (Stream<Path> files = Files.walk(directory)) {
            assertThat(files.filter(file -> !Files.isSymbolicLink(file)))
                    .allSatisfy(file ->
                            assertThat(Files.getPosixFilePermissions(file)).doesNotContain(OTHERS_WRITE));
        }
    }

    @Test
    void thePasswordIsInItsFileOnly() throws Exception {
        String password = password();
        assertThat(password).hasSizeGreaterThan(20);
        assertThat(process().info().commandLine().orElseThrow()).doesNotContain(password);
        assertThat(directory.resolve("log")).content().doesNotContain(password);
        assertThat(server.url()).doesNotContain(password);
    }

    private static void assertRefused(String user, String database, String password) {
        assertThatThrownBy(() -> login(user, database, password).close())
                .asInstanceOf(InstanceOfAssertFactories.throwable(SQLException.class))
                .extracting(SQLException::getSQLState)
                .isIn("08004", "28000", "28P01");
    }

    private static Connection login(String user, String database, String password) throws SQLException, IOException {
        Properties login = new Properties();
        login.setProperty("user", user);
        login.setProperty("password", password);
        return DriverManager.getConnection("jdbc:postgresql://localhost:" + postmaster(3) + "/" + database, login);
    }

    private static String password() throws IOException {
        return Files.readString(directory.resolve("password")).strip();
    }

    private static ProcessHandle process() throws IOException {
        return ProcessHandle.of(Long.parseLong(postmaster(0))).orElseThrow();
    }

    private static String postmaster(int line) throws IOException {
        return Files.readAllLines(directory.resolve("data/postmaster.pid"))
                .get(line)
                .strip();
    }

    private static String permissions(Path file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }
}
