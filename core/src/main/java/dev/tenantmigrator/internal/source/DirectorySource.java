package dev.tenantmigrator.internal.source;

import dev.tenantmigrator.InvalidMigrationException;
import dev.tenantmigrator.Migration;
import dev.tenantmigrator.MigrationScript;
import dev.tenantmigrator.MigrationSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Reads migrations from a directory that has one directory per migration. */
public final class DirectorySource implements MigrationSource {

    /** Bytes: PostgreSQL takes no longer statement, and a larger file would only exhaust memory. */
    private static final long LARGEST = 1L << 30;

    private final Path directory;
    private final String shown;

    /**
     * @param directory read at each run
     */
    public DirectorySource(Path directory) {
        this(directory, directory.toString());
    }

    /**
     * @param directory read at each run
     * @param shown the beginning of locations in messages
     */
    DirectorySource(Path directory, String shown) {
        this.directory = directory;
        this.shown = shown;
    }

    @Override
    public List<Migration> read() {
        if (!Files.isDirectory(directory)) {
            throw new InvalidMigrationException("there is no such directory of migrations", shown);
        }
        List<Migration> migrations = new ArrayList<>();
        try (Stream<Path> children = Files.list(directory)) {
            for (Path child : children.sorted().toList()) {
                // A Path of another file system (a jar) may end in a slash.
                String shownName = String.valueOf(child.getFileName());
                String name = shownName.endsWith("/") ? shownName.substring(0, shownName.length() - 1) : shownName;
                if (name.startsWith(".")) {
                    continue;
                }
                if (Files.isDirectory(child)) {
                    migrations.add(migration(child, name));
                } else {
                    requireFile(child, shown + '/' + name);
                    SourceFiles.check(shown, name, () -> Files.readAllBytes(child));
                }
            }
        } catch (IOException e) {
            throw unreadable(shown, e);
        }
        return migrations;
    }

    private Migration migration(Path path, String version) {
        String location = shown + '/' + version;
        MigrationScript up = script(path.resolve("migration.sql"), location + "/migration.sql")
                .orElseThrow(() -> new InvalidMigrationException(
                        "the directory has no migration.sql; add one or remove the directory", location));
        return new Migration(version, up, script(path.resolve("rollback.sql"), location + "/rollback.sql"));
    }

    private static Optional<MigrationScript> script(Path path, String location) {
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return Optional.empty();
        }
        requireFile(path, location);
        try {
            if (Files.size(path) > LARGEST) {
                throw new InvalidMigrationException(
                        "the file is larger than 1 GB, the most that PostgreSQL takes in one statement; divide it",
                        location);
            }
            return Optional.of(new MigrationScript(location, Files.readAllBytes(path)));
        } catch (IOException e) {
            throw unreadable(location, e);
        }
    }

    /** Checked before anything is opened: reading from a pipe or a device may never end. */
    private static void requireFile(Path path, String location) {
        if (Files.isRegularFile(path)) {
            return;
        }
        String message = "this is neither a file nor a directory but a pipe, socket or device; put a file there";
        if (Files.isDirectory(path)) {
            message = "a directory is no script; put a file there";
        } else if (Files.isSymbolicLink(path) && !Files.exists(path)) {
            message = "the symbolic link leads nowhere; correct or remove it";
        }
        throw new InvalidMigrationException(message, location);
    }

    private static InvalidMigrationException unreadable(String location, IOException e) {
        InvalidMigrationException wrapped =
                new InvalidMigrationException("cannot be read: " + e.getClass().getSimpleName(), location);
        wrapped.initCause(e);
        return wrapped;
    }
}
