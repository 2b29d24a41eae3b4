package dev.tenantmigrator.internal.source;

import dev.tenantmigrator.InvalidMigrationException;
import dev.tenantmigrator.Migration;
import dev.tenantmigrator.MigrationScript;
import dev.tenantmigrator.MigrationSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/** Reads migrations from a directory that has one directory per migration. */
public final class DirectorySource implements MigrationSource {

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
                String location = shown + '/' + VersionNames.printable(name);
                if (Files.isDirectory(child)) {
                    requireReadableName(child.getFileName(), shownName, location);
                    migrations.add(migration(child, name, location));
                } else {
                    requireFile(child, location);
                    SourceFiles.check(location, name, () -> Files.readAllBytes(child));
                }
            }
        } catch (UncheckedIOException e) {
            throw SourceFiles.unreadable(shown, Objects.requireNonNull(e.getCause()));
        } catch (IOException e) {
            throw SourceFiles.unreadable(shown, e);
        }
        return migrations;
    }

    /** Changes when a directory is added, removed or renamed. */
    Object stampOfListing() {
        return modified(directory);
    }

    /** Changes when a script is edited, too. */
    Object stampOfFiles() {
        List<Object> stamps = new ArrayList<>();
        try (DirectoryStream<Path> children = Files.newDirectoryStream(directory)) {
            for (Path child : children) {
                stamps.add(child);
                stamps.add(modified(child.resolve("migration.sql")));
                stamps.add(modified(child.resolve("rollback.sql")));
            }
        } catch (IOException | DirectoryIteratorException e) {
            // Reading the directory reports the problem.
            return new Object();
        }
        return stamps;
    }

    private static Object modified(Path path) {
        try {
            BasicFileAttributes file = Files.readAttributes(path, BasicFileAttributes.class);
            return List.of(file.lastModifiedTime(), file.size());
        } catch (IOException e) {
            return "";
        }
    }

    /**
     * Refuses a name that cannot be read in the encoding of this process: it arrives with replacement characters, and would be recorded
     * with them. Such a name does not lead back to the directory.
     */
    private static void requireReadableName(Path fileName, String name, String location) {
        boolean same;
        try {
            same = fileName.getFileSystem().getPath(name).equals(fileName);
        } catch (InvalidPathException e) {
            same = false;
        }
        if (!same) {
            throw new InvalidMigrationException(
                    "the name of this directory cannot be read in the encoding of this process; start the process with"
                            + " a UTF-8 locale (e.g. LC_ALL=C.UTF-8), or rename the directory if the name is not UTF-8",
                    location);
        }
    }

    private static Migration migration(Path path, String version, String location) {
        MigrationScript up = script(path.resolve("migration.sql"), location + "/migration.sql")
                .orElseThrow(() -> new InvalidMigrationException(
                        "the directory has no migration.sql; add one or remove the directory", location));
        return new Migration(version, up, script(path.resolve("rollback.sql"), location + "/rollback.sql"));
    }

    private static Optional<MigrationScript> script(Path path, String location) {
        if (Files.notExists(path, LinkOption.NOFOLLOW_LINKS)) {
            return Optional.empty();
        }
        try {
            requireFile(path, location);
            SourceFiles.requireSendable(Files.size(path), location);
            return Optional.of(new MigrationScript(location, Files.readAllBytes(path)));
        } catch (IOException e) {
            throw SourceFiles.unreadable(location, e);
        }
    }

    /** Checked before anything is opened: reading from a pipe or a device may never end. */
    private static void requireFile(Path path, String location) throws IOException {
        if (Files.isSymbolicLink(path) && !Files.exists(path)) {
            throw new InvalidMigrationException(
                    "the symbolic link leads nowhere, in a circle, or to a place that this process must not read; correct"
                            + " or remove it",
                    location);
        }
        BasicFileAttributes file = Files.readAttributes(path, BasicFileAttributes.class);
        if (!file.isRegularFile()) {
            throw new InvalidMigrationException(
                    file.isDirectory()
                            ? "a directory is no script; put a file there"
                            : "this is neither a file nor a directory but a pipe, socket or device; put a file there",
                    location);
        }
    }
}
