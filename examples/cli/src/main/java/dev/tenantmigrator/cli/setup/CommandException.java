package dev.tenantmigrator.cli.setup;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A command cannot run with the options and files it was given. The message says what to do. */
public class CommandException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /**
     * @param message what is wrong and what to do
     */
    public CommandException(String message) {
        super(message);
    }

    /** A file cannot be read. */
    public static CommandException unreadable(Path file, IOException e) {
        String reason = Files.isDirectory(file)
                ? "it is a directory"
                : !Files.exists(file)
                        ? "there is no such file"
                        : e instanceof CharacterCodingException
                                ? "it is not UTF-8"
                                : "it has no valid lines, or this process may not read it";
        return new CommandException("cannot read " + file + ": " + reason, e);
    }

    /**
     * @param message what is wrong and what to do
     * @param cause the underlying error
     */
    public CommandException(String message, Throwable cause) {
        super(message, cause);
    }
}
