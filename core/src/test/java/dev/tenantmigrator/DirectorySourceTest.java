package dev.tenantmigrator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tenantmigrator.contract.MigrationSourceContract;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DirectorySourceTest extends MigrationSourceContract {

    @TempDir
    private Path directory;

    @Override
    protected MigrationSource source(Map<String, byte[]> files) throws IOException {
        for (Map.Entry<String, byte[]> file : files.entrySet()) {
            Path path = directory.resolve(file.getKey());
            Files.createDirectories(path.getParent());
            Files.write(path, file.getValue());
        }
        return MigrationSource.directory(directory);
    }

    @Override
    protected void clear() throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.filter(path -> !path.equals(directory))
                    .sorted(Comparator.reverseOrder())
                    .toList()) {
                Files.delete(file);
            }
        }
    }

    /** The bytes of the name would arrive as a replacement character, and be recorded so. */
    @Test
    void aNameInAnotherEncodingIsRefused() throws Exception {
        shell("mkdir \"$(printf '1_a\\351')\" && echo 'SELECT 1' > \"$(printf '1_a\\351')/migration.sql\"");
        assertThatThrownBy(() -> MigrationSource.directory(directory).read())
                .isInstanceOf(InvalidMigrationException.class)
                .hasMessageContaining("LC_ALL=C.UTF-8");
    }

    @Test
    void aLinkInACircleIsRefused() throws Exception {
        for (String place : List.of("1_a", "2_b/migration.sql", "2_b/rollback.sql")) {
            source(Map.of("2_b/notes.txt", new byte[0]));
            if (!place.equals("2_b/migration.sql")) {
                source(Map.of("2_b/migration.sql", "SELECT 1".getBytes(StandardCharsets.UTF_8)));
            }
            Files.createSymbolicLink(directory.resolve(place), directory.resolve(place));
            assertRefused(MigrationSource.directory(directory), place, "in a circle");
            clear();
        }
    }

    @Test
    void aFileThatMustNotBeReadIsNamed() throws Exception {
        MigrationSource source = source(Map.of(
                "1_a/migration.sql", new byte[0], "2_b/migration.sql", new byte[0], "2_b/rollback.sql", new byte[0]));
        Path rollback = directory.resolve("2_b/rollback.sql");
        shell("chmod 000 2_b/rollback.sql");
        assumeFalse(Files.isReadable(rollback), "LEFT OUT: this user reads every file");

        assertRefused(source, "2_b/rollback.sql", "not permitted to read it");
        shell("chmod 000 1_a");
        try {
            assertRefused(source, "1_a/migration.sql", "not permitted to read it");
        } finally {
            shell("chmod 700 1_a");
        }
    }

    /** A file that every user may open and none may read from its beginning. */
    @Test
    void anErrorOfTheDiskIsShownInItsWords() throws Exception {
        Path memory = Path.of("/proc/self/mem");
        assumeTrue(Files.isReadable(memory), "LEFT OUT: no /proc here");
        Files.createDirectory(directory.resolve("1_a"));
        Files.createSymbolicLink(directory.resolve("1_a/migration.sql"), memory);
        assertThatThrownBy(() -> MigrationSource.directory(directory).read())
                .isInstanceOf(InvalidMigrationException.class)
                .hasMessageContaining("cannot be read: Input/output error")
                .hasMessageContaining("1_a/migration.sql")
                .hasMessageNotContaining("Exception");
        Files.delete(directory.resolve("1_a/migration.sql"));
    }

    private void shell(String command) throws Exception {
        Process process = new ProcessBuilder("sh", "-c", command)
                .directory(directory.toFile())
                .inheritIO()
                .start();
        assertThat(process.waitFor()).isZero();
    }

    @Test
    void aDirectoryThatIsNotThereIsNamed() {
        Path nowhere = directory.resolve("nowhere");
        assertThatThrownBy(() -> MigrationSource.directory(nowhere).read())
                .isInstanceOf(InvalidMigrationException.class)
                .hasMessageContaining("no such directory")
                .hasMessageContaining("nowhere");
    }

    /** Files that a reader would wait for, never finish or overlook. */
    @ParameterizedTest
    @ValueSource(strings = {"1_a/migration.sql", "1_a/rollback.sql", "migration_lock.toml", "2_b"})
    void onlyFilesAreRead(String place) throws Exception {
        MigrationSource source = source(Map.of("1_a/notes.txt", new byte[0]));
        if (!place.equals("1_a/migration.sql")) {
            source(Map.of("1_a/migration.sql", "SELECT 1".getBytes(StandardCharsets.UTF_8)));
        }
        Path file = directory.resolve(place);
        Path pipe = directory.resolve(".pipe");
        assumeTrue(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor() == 0, "LEFT OUT: no mkfifo here");

        Files.createSymbolicLink(file, pipe);
        assertRefused(source, place, "neither a file nor a directory");
        Files.move(pipe, file, StandardCopyOption.REPLACE_EXISTING);
        assertRefused(source, place, "neither a file nor a directory");
        Files.delete(file);
        Files.createSymbolicLink(file, Path.of("/dev/zero"));
        assertRefused(source, place, "neither a file nor a directory");
        Files.delete(file);
        Files.createSymbolicLink(file, directory.resolve("nowhere"));
        assertRefused(source, place, "leads nowhere");
        Files.delete(file);
        try (ServerSocketChannel socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            socket.bind(UnixDomainSocketAddress.of(file));
            assertRefused(source, place, "neither a file nor a directory");
        }
    }

    private static void assertRefused(MigrationSource source, String place, String why) {
        assertTimeoutPreemptively(
                Duration.ofSeconds(5),
                () -> assertThatThrownBy(source::read)
                        .isInstanceOf(InvalidMigrationException.class)
                        .hasMessageContaining(why)
                        .hasMessageContaining(place));
    }

    @Test
    void aDirectoryIsNoScript() throws Exception {
        MigrationSource source = source(Map.of("1_a/migration.sql/x", new byte[0]));
        assertThatThrownBy(source::read)
                .isInstanceOf(InvalidMigrationException.class)
                .hasMessageContaining("a directory is no script")
                .hasMessageContaining("1_a/migration.sql");
    }

    @Test
    void linksToFilesAndDirectoriesAreRead() throws Exception {
        Path elsewhere = Files.createDirectories(directory.resolve(".elsewhere/1_a"));
        Files.writeString(directory.resolve(".script"), "SELECT 1");
        Files.createSymbolicLink(elsewhere.resolve("migration.sql"), directory.resolve(".script"));
        Files.createSymbolicLink(directory.resolve("1_a"), elsewhere);
        assertThat(MigrationSource.directory(directory).read())
                .singleElement()
                .satisfies(migration -> assertThat(migration.up().text()).isEqualTo("SELECT 1"));
    }

    @Test
    void aFileThatNoStatementFillsIsRefusedUnread() throws Exception {
        MigrationSource source = source(Map.of("1_a/migration.sql", new byte[0]));
        try (RandomAccessFile file =
                new RandomAccessFile(directory.resolve("1_a/migration.sql").toFile(), "rw")) {
            file.setLength((1L << 30) + 1);
        }
        assertThatThrownBy(source::read)
                .isInstanceOf(InvalidMigrationException.class)
                .hasMessageContaining("larger than 1 GB")
                .hasMessageContaining("1_a/migration.sql");
    }

    @Test
    void anEmptyDirectoryIsNoFleetWithoutMigrations() {
        assertThat(MigrationSource.directory(directory).read()).isEmpty();
        assertThatThrownBy(() ->
                        dev.tenantmigrator.internal.source.MigrationCatalog.read(MigrationSource.directory(directory)))
                .isInstanceOf(InvalidMigrationException.class)
                .hasMessageContaining("no migrations");
    }

    @Test
    void twoMigrationsOfOneVersionAreRefused() {
        MigrationSource twice = MigrationSource.of(Migration.of("1_a", "SELECT 1"), Migration.of("1_a", "SELECT 2"));
        assertThatThrownBy(() -> dev.tenantmigrator.internal.source.MigrationCatalog.read(twice))
                .isInstanceOf(InvalidMigrationException.class)
                .hasMessageContaining("two migrations have this version")
                .hasMessageContaining("1_a");
    }
}
