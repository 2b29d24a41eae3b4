package dev.tenantmigrator.cli.setup;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/** A file that a command writes. Readers see its old text or its new text. */
public final class OutputFile {

    private final Path file;

    /**
     * Checks the file before the work begins whose result goes into it.
     *
     * @throws CommandException if it cannot be written
     */
    public OutputFile(Path path) {
        this.file = target(path);
        Path directory = directory();
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            throw cannot("it is no regular file");
        }
        if (!Files.isDirectory(directory)) {
            throw cannot("there is no directory " + directory);
        }
        if (!Files.isWritable(directory)) {
            throw cannot("this process may not write into " + directory);
        }
    }

    /** Replaces the text. */
    public void write(String text) {
        Path draft = directory().resolve(".tenant-migrator-" + UUID.randomUUID() + ".tmp");
        try {
            try {
                // Letters that UTF-8 lacks become "?".
                Files.write(draft, text.getBytes(StandardCharsets.UTF_8), StandardOpenOption.CREATE_NEW);
                Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(draft);
            }
        } catch (AccessDeniedException e) {
            throw new CommandException("cannot write " + file + ": this process may not write there", e);
        } catch (IOException e) {
            throw new CommandException("cannot write " + file + ": " + e.getMessage(), e);
        }
    }

    @Override
    public String toString() {
        return file.toString();
    }

    /** A link is kept: the file that it names is replaced. */
    private static Path target(Path path) {
        try {
            return Files.isSymbolicLink(path) ? path.toRealPath() : path;
        } catch (IOException e) {
            throw new CommandException("cannot write " + path + ": the link leads nowhere", e);
        }
    }

    private Path directory() {
        return file.toAbsolutePath().resolveSibling(".").normalize();
    }

    private CommandException cannot(String reason) {
        return new CommandException("cannot write " + file + ": " + reason);
    }
}
