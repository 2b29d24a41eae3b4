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
            int list = cursor.token();
            while (!cursor.takeSymbol(')')) {
                cursor.skip();
            }
            columns = significant(tokens, list, cursor.token()).stream()
                    .filter(tokens::isIdentifier)
                    .toList();
        }
        cursor.take("FROM");
        cursor.skip();
        options.read();
        List<String> names = columns.stream().map(tokens::name).toList();
        CopyRows rows = new CopyRows(statement, options, names);
        rows.read();
        List<String> name =
                table.stream().filter(tokens::isIdentifier).map(tokens::name).toList();
        List<CopyBatch> batches = rows.batches().isEmpty() && !names.isEmpty()
                ? List.of(CopyBatch.empty(names.size(), statement.line()))
                : rows.batches();
        return new CopyFromStdin(new CopyCheck(name, names, rows).sql(), insert(tokens, table, columns), batches);
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
