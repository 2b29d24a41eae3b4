package dev.tenantmigrator.cli.setup;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;

/** Files that other users of the machine neither read nor write. */
final class PrivateFiles {

    private PrivateFiles() {}

    /** Makes a directory, or takes the one that is there, and closes it to everybody but its owner. */
    static void directory(Path directory) throws IOException {
        Files.createDirectories(directory);
        // Elsewhere (Windows) a directory below a user's own is that user's alone.
        if (directory.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
        }
    }

    /** Writes a file as a whole, also when the machine stops meanwhile: there is the old text, or the new one. */
    static void write(Path file, String text) throws IOException {
        // What is temporary is made for its owner alone.
        Path draft = Files.createTempFile(file.toAbsolutePath().getParent(), "draft", "");
        Files.writeString(draft, text, StandardOpenOption.SYNC);
        Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
