package dev.tenantmigrator.cli.setup;

/** A command cannot run with the options and files it was given. The message says what to do. */
public class CommandException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /**
     * @param message what is wrong and what to do
     */
    public CommandException(String message) {
        super(message);
    }

    /**
     * @param message what is wrong and what to do
     * @param cause the underlying error
     */
    public CommandException(String message, Throwable cause) {
        super(message, cause);
    }
}
