package dev.tenantmigrator.internal.source;

import dev.tenantmigrator.InvalidMigrationException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Checks the files beside the directories of migrations. Two are refused: a script, because it is in the wrong place and would
 * never run, and Prisma's lock file for another database, whose migrations are not written for PostgreSQL.
 */
final class SourceFiles {

    private static final String LOCK_FILE = "migration_lock.toml";

    /** The line {@code provider = "postgresql"} of the lock file. */
    private static final Pattern PROVIDER = Pattern.compile("\\s*provider\\s*=\\s*[\"']([^\"']*)[\"']\\s*(?:#.*)?");

    private SourceFiles() {}

    /** Reads the content of a file, if the check needs it. */
    @FunctionalInterface
    interface Content {
        byte[] read() throws IOException;
    }

    /**
     * Checks a file directly in the source's directory.
     *
     * @throws InvalidMigrationException when the file must not be there
     */
    static void check(String source, String name, Content content) throws IOException {
        String location = source + '/' + name;
        if (name.toLowerCase(Locale.ROOT).endsWith(".sql")) {
            throw new InvalidMigrationException(
                    "a script beside the directories of migrations would never run; put it into a directory of its own,"
                            + " <version>/migration.sql, or move it elsewhere",
                    location);
        }
        if (name.equals(LOCK_FILE)) {
            checkProvider(
                    location,
                    new String(content.read(), StandardCharsets.UTF_8).lines().toList());
        }
    }

    private static void checkProvider(String location, List<String> lines) {
        for (int i = 0; i < lines.size(); i++) {
            Matcher provider = PROVIDER.matcher(lines.get(i));
            if (provider.matches() && !provider.group(1).equals("postgresql")) {
                throw new InvalidMigrationException(
                        "these migrations were made by Prisma for " + provider.group(1)
                                + "; the provider must be postgresql",
                        location,
                        i + 1);
            }
        }
    }
}
