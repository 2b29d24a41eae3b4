package dev.tenantmigrator.internal.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenantmigrator.InvalidMigrationException;
import dev.tenantmigrator.Migration;
import java.util.List;
import org.junit.jupiter.api.Test;

class VersionNamesTest {

    @Test
    void aVersionIsOneElementOfAPath() {
        assertThat(List.of(
                        " ",
                        "a b",
                        "-",
                        "a.",
                        "a..b",
                        "O'Brien \"x\"",
                        "a\\b",
                        "%s{}",
                        "\u200D",
                        "\u00AD",
                        "x\uFFFD",
                        "🐘"))
                .allMatch(Migration::isVersion);
        assertThat(List.of(
                        "", ".", "..", ".git", "/", "a/b", "a\0", "a\tb", "a\rb", "a\u007F", "a\u009F", "\u2029",
                        "\u2066"))
                .noneMatch(Migration::isVersion);
    }

    @Test
    void itsLengthIsCountedInBytes() {
        assertThat(Migration.isVersion("x".repeat(255))).isTrue();
        assertThat(Migration.isVersion("x".repeat(256))).isFalse();
        assertThat(Migration.isVersion("é".repeat(127) + "x")).isTrue();
        assertThat(Migration.isVersion("é".repeat(128))).isFalse();
        assertThat(Migration.isVersion("🐘".repeat(63) + "xyz")).isTrue();
        assertThat(Migration.isVersion("🐘".repeat(64))).isFalse();
    }

    /** It would arrive in the database as a question mark. */
    @Test
    void halfACharacterIsNoName() {
        assertThat(Migration.isVersion("a\uD83D")).isFalse();
        assertThat(Migration.isVersion("\uDC18a")).isFalse();
    }

    @Test
    void messagesShowNoRawControlCharacters() {
        assertThat(VersionNames.printable("a\nb\u202Ec é🐘")).isEqualTo("a\\u000ab\\u202ec é🐘");
        assertThatThrownBy(() -> Migration.of("a\nb", "SELECT 1"))
                .isInstanceOf(InvalidMigrationException.class)
                .hasMessageContaining("malformed version \"a\\u000ab\"")
                .hasMessageNotContaining("\n");
    }

    /** A deploy on one system would otherwise apply what one on another has applied. */
    @Test
    void twoSpellingsAreOneVersion() {
        Migration composed = Migration.of("2_\u00E9", "SELECT 1");
        Migration decomposed = Migration.of("2_e\u0301", "SELECT 1");

        assertThatThrownBy(() -> MigrationCatalog.read(() -> List.of(composed, decomposed)))
                .isInstanceOf(InvalidMigrationException.class)
                .hasMessageContaining("normal forms");
        MigrationCatalog catalog = MigrationCatalog.read(() -> List.of(decomposed));
        assertThat(catalog.find(composed.version())).isEmpty();
        assertThat(catalog.findOtherSpelling(composed.version())).contains(decomposed);
        assertThat(catalog.findOtherSpelling(decomposed.version())).isEmpty();
        assertThat(catalog.findOtherSpelling("3_\u00E9")).isEmpty();
    }
}
