package dev.tenantmigrator.internal.sql;

/**
 * The text cannot be read to its end. Checked, because what it means depends on the text: a script is refused, a
 * function body is not SQL after all.
 */
final class UnreadableSqlException extends Exception {

    private static final long serialVersionUID = 1L;

    private final String text;
    private final int offset;

    /**
     * @param problem what could not be read
     * @param text the text
     * @param offset where it began
     */
    UnreadableSqlException(String problem, String text, int offset) {
        super(problem);
        this.text = text;
        this.offset = offset;
    }

    /** Where the unreadable part began, as an index into the text. */
    int offset() {
        return offset;
    }

    /**
     * The line of the text on which the unreadable part began, from 1. Counted only now: most bodies are never asked.
     */
    int line() {
        return 1 + Tokens.lineBreaks(text, 0, offset);
    }
}
