package dev.tenantmigrator.internal.sql.copy;

import dev.tenantmigrator.SqlStatement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;

/**
 * Some rows of {@code COPY … FROM stdin} as the end of an {@code INSERT}. Each row stands on a line of its own, as many lines
 * behind the first as in the file, so that a position leads to its line there.
 *
 * @param values all behind the names of the table and the columns
 * @param line the line of the first row in the file
 */
public record CopyBatch(String values, int line) {

    /**
     * Begins the rows. The comment tells readers, and {@link #rows}, the origin of the statement. It is random, so that no name or
     * string in a script has it: {@link #rows} would take the text behind it for rows.
     */
    private static final String VALUES = " VALUES /* rows of COPY " + UUID.randomUUID() + " */ ";

    /** No row, but PostgreSQL checks the names. */
    static CopyBatch empty(int columns, int line) {
        return new CopyBatch(
                " SELECT " + String.join(", ", Collections.nCopies(columns, "NULL")) + " WHERE false", line);
    }

    /**
     * The rows of a batch as statements of their own.
     *
     * @return empty for other statements
     */
    public static List<SqlStatement> rows(SqlStatement statement) {
        String sql = statement.sql();
        int values = sql.startsWith("INSERT") ? sql.indexOf(VALUES) : -1;
        if (values < 0) {
            return List.of();
        }
        String head = sql.substring(0, values + VALUES.length());
        List<SqlStatement> rows = new ArrayList<>();
        int line = statement.line() + (int) head.chars().filter(c -> c == '\n').count();
        for (String row : sql.substring(head.length()).split("\n", -1)) {
            if (!row.isEmpty()) {
                rows.add(new SqlStatement(head + (row.endsWith(",") ? row.substring(0, row.length() - 1) : row), line));
            }
            line++;
        }
        return rows;
    }

    /** Collects rows into batches. */
    static final class Collector {

        private final int mostRows;
        private final int mostCharacters;
        private final List<CopyBatch> batches = new ArrayList<>();
        private final StringBuilder values = new StringBuilder();
        private int rows;
        private int firstLine;
        private int lastLine;
        private String separator = "";

        Collector(int mostRows, int mostCharacters) {
            this.mostRows = mostRows;
            this.mostCharacters = mostCharacters;
        }

        List<CopyBatch> all() {
            return batches;
        }

        void beginRow(int line) {
            if (rows == 0) {
                firstLine = line;
                values.append(VALUES);
            } else {
                values.append(",").append("\n".repeat(line - lastLine));
            }
            lastLine = line;
            separator = "(";
        }

        void add(String value) {
            values.append(separator).append(value);
            separator = ", ";
        }

        void endRow() {
            values.append(')');
            rows++;
            if (rows == mostRows || values.length() >= mostCharacters) {
                end();
            }
        }

        void end() {
            if (rows > 0) {
                batches.add(new CopyBatch(values.toString(), firstLine));
                values.setLength(0);
                rows = 0;
            }
        }
    }
}
