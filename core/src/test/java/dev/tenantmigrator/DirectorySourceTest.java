package dev.tenantmigrator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenantmigrator.contract.MigrationSourceContract;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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

    @Test
    void aDirectoryThatIsNotThereIsNamed() {
        Path nowhere = directory.resolve("nowhere");
        assertThatThrownBy(() -> MigrationSource.directory(nowhere).read())
                .isInstanceOf(InvalidMigrationException.class)
                .hasMessageContaining("no such directory")
                .hasMessageContaining("nowhere");
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
