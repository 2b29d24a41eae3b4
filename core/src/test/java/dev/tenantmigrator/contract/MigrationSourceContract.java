package dev.tenantmigrator.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenantmigrator.InvalidMigrationException;
import dev.tenantmigrator.Migration;
import dev.tenantmigrator.MigrationSource;
import dev.tenantmigrator.ScriptFile;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The contract of {@link MigrationSource}. */
public abstract class MigrationSourceContract {

    /**
     * A source over files.
     *
     * @param files content by path below the source's root, e.g. {@code 1_a/migration.sql}
     */
    protected abstract MigrationSource source(Map<String, byte[]> files) throws Exception;

    private static Map<String, byte[]> files(String... pathsAndContents) {
        Map<String, byte[]> files = new TreeMap<>();
        for (int i = 0; i < pathsAndContents.length; i += 2) {
            files.put(pathsAndContents[i], pathsAndContents[i + 1].getBytes(StandardCharsets.UTF_8));
        }
        return files;
    }

    @Test
    void readsEachMigrationWithItsRollback() throws Exception {
        MigrationSource source = source(files(
                "2_b/migration.sql", "SELECT 2",
                "1_a/migration.sql", "SELECT 1",
                "1_a/rollback.sql", "SELECT -1"));

        List<Migration> migrations = source.read().stream().sorted().toList();

        assertThat(migrations).extracting(Migration::version).containsExactly("1_a", "2_b");
        assertThat(migrations.get(0).up().text()).isEqualTo("SELECT 1");
        assertThat(migrations.get(0).down().map(ScriptFile::text)).contains("SELECT -1");
        assertThat(migrations.get(1).down()).isEmpty();
        assertThat(migrations.get(1).up().location()).endsWith("2_b/migration.sql");
        assertThat(source.read()).hasSize(2);
    }

    @Test
    void passesOverWhatIsNoMigration() throws Exception {
        MigrationSource source = source(files(
                "1_a/migration.sql", "SELECT 1",
                "1_a/notes.txt", "x",
                "1_a/old/migration.sql", "x",
                "migration_lock.toml", "provider = \"postgresql\"",
                ".git/config", "x"));
        assertThat(source.read()).extracting(Migration::version).containsExactly("1_a");
    }

    @Test
    void namesTheDirectoryThatHasNoMigration() throws Exception {
        MigrationSource source = source(files("1_a/migration.sql", "SELECT 1", "2_b/rollback.sql", "SELECT 2"));
        assertThatThrownBy(source::read)
                .isInstanceOf(InvalidMigrationException.class)
                .hasMessageContaining("has no migration.sql")
                .hasMessageContaining("2_b");
    }

    @Test
    void refusesAMalformedVersion() throws Exception {
        MigrationSource source = source(files("1 a'b/migration.sql", "SELECT 1"));
        assertThatThrownBy(source::read)
                .isInstanceOf(InvalidMigrationException.class)
                .hasMessageContaining("malformed version \"1 a'b\"");
    }

    @Test
    void readsScriptsThatCannotRun() throws Exception {
        Map<String, byte[]> files = files("1_empty/migration.sql", "", "2_open/migration.sql", "'");
        files.put("3_latin/migration.sql", new byte[] {'a', '\n', (byte) 0xE9});
        assertThat(source(files).read()).hasSize(3);
    }
}
