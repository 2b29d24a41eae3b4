package dev.tenantmigrator;

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

    private static final Pattern VERSION = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,254}");

    private static final Pattern DIGITS = Pattern.compile("^[0-9]+[._-]?");

    /**
     * A migration whose version is well formed.
     *
     * @throws InvalidMigrationException when the version has other characters than letters, digits, {@code _}, {@code -} and {@code
     *     .}, does not begin with a letter or digit, or is longer than 255 characters, the width of the tracking table's column
     */
    public Migration {
        if (!isVersion(version)) {
            throw new InvalidMigrationException(
                    "malformed version \"" + version + "\": a version has 1 to 255 letters, digits, '_', '-' or '.',"
                            + " and begins with a letter or digit; rename the directory",
                    up.location());
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
     * Whether a text can be a version.
     *
     * @param text any text
     * @return true when it is well formed
     */
    public static boolean isVersion(String text) {
        return VERSION.matcher(text).matches();
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
