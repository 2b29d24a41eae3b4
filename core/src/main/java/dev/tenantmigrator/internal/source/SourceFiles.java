package dev.tenantmigrator.internal.source;

import dev.tenantmigrator.InvalidMigrationException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipException;

/**
 * Checks files of a source, and the files beside the directories of migrations. Two of the latter are refused: a script, because it is in the wrong place and would
 * never run, and Prisma's lock file for another database, whose migrations are not written for PostgreSQL.
 */
final class SourceFiles {

    private static final String LOCK_FILE = "migration_lock.toml";

    /** The line {@code provider = "postgresql"} of the lock file. */
    private static final Pattern PROVIDER = Pattern.compile("\\s*provider\\s*=\\s*[\"']([^\"']*)[\"']\\s*(?:#.*)?");

    /** Bytes: PostgreSQL takes no longer statement, and a larger file would only exhaust memory. */
    private static final long LARGEST = 1L << 30;

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
    static void check(String location, String name, Content content) throws IOException {
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

    /** Refuses a script of a size that PostgreSQL does not take. */
    static void requireSendable(long bytes, String location) {
        if (bytes > LARGEST) {
            throw new InvalidMigrationException(
                    "the file is larger than 1 GB, the most that PostgreSQL takes in one statement; divide it",
                    location);
        }
    }

    /** The exception for a file that cannot be read. */
    static InvalidMigrationException unreadable(String location, IOException e) {
        String reason = "an input/output error";
        if (e instanceof AccessDeniedException) {
            reason = "this process is not permitted to read it; give its user the permission";
        } else if (e instanceof NoSuchFileException) {
            reason = "it was removed meanwhile; run it again";
        } else if (e instanceof ZipException) {
            reason = "the jar is damaged; build it again";
        } else if (e.getMessage() != null && !(e instanceof FileSystemException)) {
            reason = e.getMessage();
        } else if (e instanceof FileSystemException file && file.getReason() != null) {
            reason = file.getReason();
        }
        InvalidMigrationException wrapped = new InvalidMigrationException("cannot be read: " + reason, location);
        wrapped.initCause(e);
        return wrapped;
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
