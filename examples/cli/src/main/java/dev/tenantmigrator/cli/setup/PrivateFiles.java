package dev.tenantmigrator.cli.setup;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;

/** Files that other users of the machine can neither read nor write. */
final class PrivateFiles {

    private PrivateFiles() {}

    /** Creates a directory if it is missing and removes the permissions of all users except its owner. */
    static void directory(Path directory) throws IOException {
        Files.createDirectories(directory);
        // On Windows a directory in the user's home is private by inheritance.
        if (directory.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
        }
    }

    /** Writes a file atomically: after a crash it has its old text or its new text. */
    static void write(Path file, String text) throws IOException {
        // Temporary files are readable by their owner only.
        Path draft = Files.createTempFile(file.toAbsolutePath().getParent(), "draft", "");
        Files.writeString(draft, text, StandardOpenOption.SYNC);
        Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
