package dev.tenantmigrator;

/**
 * One statement as it is sent to PostgreSQL, without a trailing semicolon.
 *
 * @param sql the adapted text, from the statement's first token that is neither white space nor a comment
 * @param line the line of that token in the original file, from 1; of rows of {@code COPY} the line of the first one. An
 *     adapter neither adds nor removes line breaks, so that a position in {@code sql} leads to the line in the file
 */
public record SqlStatement(String sql, int line) {

    /**
     * The line in the original file of a position that PostgreSQL reported.
     *
     * @param position characters (code points) into {@link #sql()}, from 1
     * @return the line, from 1
     */
    public int lineAt(int position) {
        int result = line;
        int end = sql.offsetByCodePoints(0, Math.max(0, Math.min(position - 1, sql.codePointCount(0, sql.length()))));
        for (int i = 0; i < end; i++) {
            if (sql.charAt(i) == '\n') {
                result++;
            }
        }
        return result;
    }
}
