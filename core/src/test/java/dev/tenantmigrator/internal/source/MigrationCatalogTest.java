package dev.tenantmigrator.internal.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenantmigrator.InvalidMigrationException;
import dev.tenantmigrator.Migration;
import dev.tenantmigrator.MigrationSource;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.Test;

class MigrationCatalogTest {

    private static final MigrationSource SOURCE = MigrationSource.of(
            Migration.of("third", "SELECT 3"), Migration.of("first", "SELECT 1"), Migration.of("second", "SELECT 2"));

    @Test
    void ordersByCodePointUnlessTheSourceSaysOtherwise() {
        MigrationSource lambda = () -> List.of(Migration.of("b", "SELECT 2"), Migration.of("B", "SELECT 1"));

        assertThat(MigrationCatalog.read(lambda).versions()).containsExactly("B", "b");
        assertThat(MigrationCatalog.read(SOURCE).versions()).containsExactly("first", "second", "third");
    }

    @Test
    void takesTheOrderOfAJournal() {
        List<String> journal = List.of("second", "third", "first");
        Comparator<String> listed = Comparator.comparingInt(
                version -> journal.contains(version) ? journal.indexOf(version) : journal.size());

        MigrationCatalog catalog = MigrationCatalog.read(SOURCE.ordered(listed.thenComparing(SOURCE.order())));

        assertThat(catalog.versions()).isEqualTo(journal);
        assertThat(catalog.find("third").map(Migration::version)).contains("third");
        assertThat(catalog.isNewerThanAll("a_newer_release")).isTrue();
        assertThat(catalog.isNewerThanAll("third")).isFalse();
        assertThat(catalog.isNewerThanAll("first")).isFalse();
    }

    @Test
    void refusesVersionsThatTheOrderDoesNotTellApart() {
        Comparator<String> byFirstLetter = Comparator.comparing(version -> version.charAt(0));
        MigrationSource source = MigrationSource.of(
                        Migration.of("2_b", "SELECT 1"),
                        Migration.of("1_a", "SELECT 1"),
                        Migration.of("2_c", "SELECT 1"))
                .ordered(byFirstLetter);

        assertThatThrownBy(() -> MigrationCatalog.read(source))
                .isInstanceOf(InvalidMigrationException.class)
                .hasMessageContaining("does not tell this version from 2_b")
                .hasMessageContaining("2_c/migration.sql");
    }
}
