package dev.tenantmigrator;

import dev.tenantmigrator.internal.source.VersionNames;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * One migration: a directory {@code <version>/} with {@code migration.sql} and, optionally, {@code rollback.sql}.
 *
 * @param version the directory's whole name, e.g. {@code 20241218_initial_schema}; {@link MigrationSource#order()} orders versions
 * @param up {@code migration.sql}
 * @param down {@code rollback.sql}, when there is one
 */
public record Migration(String version, MigrationScript up, Optional<MigrationScript> down) {

    private static final Pattern DIGITS = Pattern.compile("^[0-9]+[._-]?");

    /**
     * A migration whose version is well formed.
     *
     * @throws InvalidMigrationException when the version cannot be the name of a directory: it is empty, longer than 255 bytes in UTF-8,
     *     has a {@code /} or a control character, or begins with a dot
     */
    public Migration {
        if (!isVersion(version)) {
            throw new InvalidMigrationException(
                    "malformed version \"" + VersionNames.printable(version) + "\": " + VersionNames.RULE,
                    VersionNames.printable(up.location()));
        }
    }

    /**
     * A migration from text, for tests and generated migrations.
     *
     * @param version its version
     * @param sql the text of {@code migration.sql}
     * @return a migration without a rollback
     */
    public static Migration of(String version, String sql) {
        return new Migration(version, MigrationScript.of(version + "/migration.sql", sql), Optional.empty());
    }

    /**
     * A migration with a rollback from text.
     *
     * @param version its version
     * @param sql the text of {@code migration.sql}
     * @param rollbackSql the text of {@code rollback.sql}
     * @return the migration
     */
    public static Migration of(String version, String sql, String rollbackSql) {
        return new Migration(
                version,
                MigrationScript.of(version + "/migration.sql", sql),
                Optional.of(MigrationScript.of(version + "/rollback.sql", rollbackSql)));
    }

    /**
     * Whether a text can be a version: the name of a directory, of at most 255 bytes in UTF-8, without {@code /} and control characters,
     * which does not begin with a dot. Characters that reverse the order of text (U+202A to U+202E, U+2066 to U+2069) count as control
     * characters.
     *
     * @param text any text
     * @return true when it is well formed
     */
    public static boolean isVersion(String text) {
        return VersionNames.isVersion(text);
    }

    /**
     * The description for the tracking table: the version without its leading digits, with spaces for {@code _}.
     *
     * @return e.g. {@code initial schema}; the whole version when nothing is left
     */
    public String description() {
        String words =
                DIGITS.matcher(version).replaceFirst("").replace('_', ' ').strip();
        return words.isEmpty() ? version : words;
    }
}
