package dev.tenantmigrator.internal.sql.copy;

import dev.tenantmigrator.internal.sql.lex.Statement;
import dev.tenantmigrator.internal.sql.lex.StatementCursor;
import dev.tenantmigrator.internal.sql.lex.Tokens;
import dev.tenantmigrator.internal.sql.lex.UnreadableSqlException;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code COPY … FROM stdin} with its data, as statements with the same effect that need no protocol of their own: a query that
 * checks the table, and {@code INSERT}s of many rows.
 *
 * @param check the query, see {@link CopyCheck}
 * @param insert the beginning of each {@code INSERT}, for the rows to follow
 * @param batches the rows
 */
public record CopyFromStdin(String check, String insert, List<CopyBatch> batches) {

    /** The problem where PostgreSQL expects a name. */
    public static final String UNREADABLE = "this COPY cannot be read; write COPY t (a, b) FROM stdin";

    public CopyFromStdin {
        batches = List.copyOf(batches);
    }

    /** Whether a statement is {@code COPY … FROM stdin}, in any format. */
    public static boolean is(Statement statement) {
        StatementCursor cursor = statement.cursor();
        return cursor.take("COPY") && takeTarget(cursor) && cursor.take("FROM") && cursor.takeAny("STDIN", "STDOUT");
    }

    private static boolean takeTarget(StatementCursor cursor) {
        cursor.take("BINARY");
        if (cursor.takeUnqualifiedName().equals("(")) {
            return false;
        }
        cursor.skipParentheses();
        return true;
    }

    /**
     * Reads a statement and its data.
     *
     * @throws UnreadableSqlException when the format or an option is not supported, or a row does not fit
     */
    public static CopyFromStdin read(Statement statement) throws UnreadableSqlException {
        Statement head = statement.withoutCopyData();
        Tokens tokens = head.tokens();
        StatementCursor cursor = head.cursor();
        CopyOptions options = new CopyOptions(head, cursor);
        cursor.take("COPY");
        if (cursor.take("BINARY")) {
            options.format("binary");
        }
        int first = cursor.token();
        cursor.takeUnqualifiedName();
        List<Integer> table = significant(tokens, first, cursor.token());
        List<Integer> columns = new ArrayList<>();
        if (cursor.takeSymbol('(')) {
            do {
                columns.add(cursor.token());
                cursor.skip();
            } while (cursor.takeSymbol(','));
            cursor.takeSymbol(')');
        }
        List<String> name = names(
                tokens,
                table.stream().filter(token -> !tokens.isSymbol(token, '.')).toList());
        List<String> names = names(tokens, columns);
        if (!cursor.take("FROM")) {
            throw new UnreadableSqlException(UNREADABLE, tokens.source(), head.start());
        }
        cursor.skip();
        options.read();
        CopyRows rows = new CopyRows(statement, options, names);
        rows.read();
        List<CopyBatch> batches = rows.batches().isEmpty() && !names.isEmpty()
                ? List.of(CopyBatch.empty(names.size(), statement.line()))
                : rows.batches();
        return new CopyFromStdin(new CopyCheck(name, names, rows).sql(), insert(tokens, table, columns), batches);
    }

    /** The identifiers as PostgreSQL stores them. */
    private static List<String> names(Tokens tokens, List<Integer> identifiers) throws UnreadableSqlException {
        List<String> names = new ArrayList<>();
        for (int token : identifiers) {
            String name = tokens.isIdentifier(token) ? tokens.name(token) : "";
            if (name.isEmpty() || name.indexOf('\0') >= 0) {
                throw new UnreadableSqlException(UNREADABLE, tokens.source(), tokens.start(token));
            }
            names.add(name);
        }
        return names;
    }

    private static String insert(Tokens tokens, List<Integer> table, List<Integer> columns) {
        StringBuilder sql = new StringBuilder("INSERT INTO ");
        table.forEach(token -> sql.append(tokens.text(token)));
        String separator = " (";
        for (int column : columns) {
            sql.append(separator).append(tokens.text(column));
            separator = ", ";
        }
        return sql.append(columns.isEmpty() ? "" : ")")
                .append(" OVERRIDING SYSTEM VALUE")
                .toString();
    }

    private static List<Integer> significant(Tokens tokens, int from, int to) {
        List<Integer> result = new ArrayList<>();
        for (int token = from; token < to; token = tokens.next(token)) {
            result.add(token);
        }
        return result;
    }
}
