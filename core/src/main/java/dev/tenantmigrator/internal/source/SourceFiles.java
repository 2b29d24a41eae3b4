package dev.tenantmigrator.internal.source;

import dev.tenantmigrator.InvalidMigrationException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What may stand beside the directories of migrations: anything but a script, which somebody has put into the wrong place,
 * and Prisma's lock file of another database, whose migrations are no PostgreSQL.
 */
final class SourceFiles {

    private static final String LOCK_FILE = "migration_lock.toml";

    /** {@code provider = "postgresql"}, the one line of the lock file that is no comment. */
    private static final Pattern PROVIDER = Pattern.compile("\\s*provider\\s*=\\s*[\"']([^\"']*)[\"']\\s*(?:#.*)?");

    private SourceFiles() {}

    /** Reads a file. */
    @FunctionalInterface
    interface Content {
        byte[] read() throws IOException;
    }

    /**
     * Checks a file that stands directly in the source.
     *
     * @throws InvalidMigrationException when it must not be there
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
