package dev.tenantmigrator.cli.setup;

/** A command that cannot run as it was asked for. The message says what to do. */
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
     * @param cause why
     */
    public CommandException(String message, Throwable cause) {
        super(message, cause);
    }
}
