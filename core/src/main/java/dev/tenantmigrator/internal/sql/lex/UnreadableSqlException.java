package dev.tenantmigrator.internal.sql.lex;

/**
 * SQL text cannot be read to its end. A checked exception, because each caller must decide what follows: an unreadable
 * script is refused, whereas an unreadable function body is not SQL.
 */
public final class UnreadableSqlException extends Exception {

    private static final long serialVersionUID = 1L;

    private final String text;
    private final int offset;

    /**
     * @param problem the message
     * @param text the text
     * @param offset the offset of the unreadable part
     */
    public UnreadableSqlException(String problem, String text, int offset) {
        super(problem);
        this.text = text;
        this.offset = offset;
    }

    /** The offset of the unreadable part in the text. */
    public int offset() {
        return offset;
    }

    /**
     * The line on which the unreadable part begins, from 1. Counted on demand, because nobody asks about most bodies.
     */
    public int line() {
        return 1 + Tokens.lineBreaks(text, 0, offset);
    }
}
