package dev.tenantmigrator.internal.sql.copy;

import dev.tenantmigrator.SqlStatement;
import dev.tenantmigrator.internal.sql.Sql;
import dev.tenantmigrator.internal.sql.lex.Lexer;
import dev.tenantmigrator.internal.sql.lex.TokenKind;
import dev.tenantmigrator.internal.sql.lex.Tokens;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A query that fails where {@code INSERT} would differ from {@code COPY}. Only the database knows the table, which the
 * script may have created itself. It returns one row, so it needs no round trip of its own.
 */
public final class CopyCheck {

    private static final String MARK = " /* checks the target of COPY */";

    private static final String NAME_COLUMNS = "; name the columns: COPY t (a, b) FROM stdin";

    private static final String OF_INSERT = "t.tgtype & 4 <> 0 AND NOT t.tgisinternal AND t.tgenabled <> 'D'";

    private final StringBuilder cases = new StringBuilder();
    private final String table;

    /**
     * @param name the identifiers of the table's name
     * @param columns the columns as PostgreSQL stores them; empty when the statement lists none
     */
    CopyCheck(List<String> name, List<String> columns, CopyRows rows) {
        this.table = Sql.literal(name.stream().map(Sql::identifier).collect(Collectors.joining(".")));
        refuse(
                "c.relkind NOT IN ('r', 'p', 'f')",
                "COPY loads a table here, nothing else; write INSERT statements into the tables behind it");
        refuse(
                "EXISTS (SELECT FROM pg_catalog.pg_rewrite r WHERE r.ev_class = c.oid AND r.ev_type = '3'"
                        + " AND r.ev_enabled <> 'D')",
                "COPY ignores the rules of its table, but its rows are sent in INSERT statements; create the rules"
                        + " behind it, or disable them meanwhile with ALTER TABLE t DISABLE RULE r");
        refuse(
                "pg_catalog.row_security_active(c.oid)",
                "PostgreSQL refuses COPY into a table whose row security applies to the role; load it before its"
                        + " row security is enabled, or write INSERT statements");
        refuse(
                "EXISTS (SELECT FROM pg_catalog.pg_trigger t WHERE t.tgrelid = c.oid AND t.tgtype & 1 = 0 AND "
                        + OF_INSERT + ")",
                "its table has a trigger that fires once for a statement, but the rows are sent in several; create the"
                        + " trigger behind it, or disable it meanwhile with ALTER TABLE t DISABLE TRIGGER r");
        if (rows.batches().size() > 1) {
            refuse(
                    "EXISTS (SELECT FROM pg_catalog.pg_trigger t WHERE (t.tgrelid = c.oid OR t.tgrelid IN"
                            + " (SELECT p.relid FROM pg_catalog.pg_partition_tree(c.oid) p))"
                            + " AND t.tgtype & 1 <> 0 AND t.tgtype & 66 = 0 AND NOT t.tginitdeferred AND " + OF_INSERT
                            + ")",
                    "its table has a trigger that fires after all rows of COPY, but so many rows are sent in several"
                            + " statements; create the trigger behind it, or disable it meanwhile with ALTER TABLE t"
                            + " DISABLE TRIGGER r");
        }
        if (rows.width().isPresent()) {
            // Only COPY reads the elements of interval minute[], also behind domains, with the type's fields; 1187 is
            // interval[].
            refuse(
                    "EXISTS (WITH RECURSIVE y(oid, fields) AS (SELECT a.atttypid, a.atttypmod"
                            + " FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid"
                            + " UNION SELECT d.typbasetype, d.typtypmod FROM y JOIN pg_catalog.pg_type d ON d.oid = y.oid"
                            + " AND d.typtype = 'd') SELECT FROM y WHERE y.oid = 1187 AND y.fields >> 16 & 32767 <> 32767)",
                    "its table has an array of intervals with fields, as interval minute[], which INSERT reads otherwise;"
                            + " write INSERT statements with casts");
        }
        if (columns.isEmpty()) {
            rows.width().ifPresent(this::requireColumns);
        }
        if (!rows.defaulted().isEmpty()) {
            requireDefaults(rows.defaulted().stream().map(Sql::literal).toList());
        }
        if (rows.hasBytes()) {
            refuse(
                    "pg_catalog.getdatabaseencoding() <> 'UTF8'",
                    "its data has bytes of characters as escapes, and the encoding of the database is not UTF-8; write"
                            + " the characters themselves");
        }
    }

    private void requireColumns(int width) {
        String columns = "(SELECT %s FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0"
                + " AND NOT a.attisdropped AND a.attgenerated %s '')";
        refuse(
                columns.formatted("pg_catalog.count(*)", "=") + " <> " + width,
                "the rows of COPY have " + width + (width == 1 ? " value" : " values")
                        + ", but the table has another number of columns that are not generated" + NAME_COLUMNS);
        refuse(
                columns.formatted("pg_catalog.min(a.attnum)", "<>") + " < "
                        + columns.formatted("pg_catalog.max(a.attnum)", "="),
                "the table has a generated column before others, which COPY skips" + NAME_COLUMNS);
    }

    private void requireDefaults(List<String> columns) {
        refuse(
                "EXISTS (SELECT FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type y ON y.oid = a.atttypid"
                        + " WHERE a.attrelid = c.oid AND a.attname IN (" + String.join(", ", columns)
                        + ") AND NOT a.atthasdef AND a.attidentity = '' AND y.typdefault IS NULL)",
                "its data asks for the default of a column that has none; write a value");
    }

    private void refuse(String condition, String message) {
        cases.append("\n       WHEN ").append(condition).append(" THEN ").append(Sql.literal(message));
    }

    /** The query. The name stands on the first line, as PostgreSQL reports its position. */
    String sql() {
        return "WITH target AS (SELECT " + table + "::regclass AS oid)" + MARK + "\nSELECT (CASE" + cases
                + "\n       ELSE '0' END)::int FROM target JOIN pg_catalog.pg_class c ON c.oid = target.oid";
    }

    /** Whether a statement is such a query. */
    public static boolean is(String sql) {
        return sql.startsWith("WITH target") && sql.contains(MARK);
    }

    /**
     * The problem that such a query found.
     *
     * @param error the server's error, in any language
     * @return empty for other statements and errors
     */
    public static Optional<String> message(SqlStatement statement, String error) {
        if (!is(statement.sql())) {
            return Optional.empty();
        }
        Tokens tokens = Lexer.lexFragment(statement.sql());
        List<String> messages = new ArrayList<>();
        for (int token = tokens.next(-1); token < tokens.count(); token = tokens.next(token)) {
            if (tokens.kind(token) == TokenKind.STRING && tokens.isWord(tokens.previous(token), "THEN")) {
                messages.add(tokens.text(token).replace("'", ""));
            }
        }
        return messages.stream().filter(error::contains).findFirst();
    }
}
