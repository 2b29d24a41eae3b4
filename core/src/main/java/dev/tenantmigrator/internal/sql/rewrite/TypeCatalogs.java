package dev.tenantmigrator.internal.sql.rewrite;

import dev.tenantmigrator.SharedObjects;
import dev.tenantmigrator.internal.sql.Sql;
import dev.tenantmigrator.internal.sql.lex.Statement;
import dev.tenantmigrator.internal.sql.lex.TokenContext;
import dev.tenantmigrator.internal.sql.lex.Tokens;
import dev.tenantmigrator.internal.sql.rewrite.CodeRewriter.Rule;
import dev.tenantmigrator.internal.sql.template.Edits;
import dev.tenantmigrator.internal.sql.template.SchemaName.Spelling;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The rule for queries of {@code pg_type} and {@code pg_enum} that a migration runs and that name no schema, such as {@code IF NOT EXISTS (SELECT FROM
 * pg_type WHERE typname = 'mood') THEN CREATE TYPE}. They would find the types of other tenants, so they read only those
 * of the tenant, of PostgreSQL and of extensions, and shared ones.
 */
final class TypeCatalogs implements Rule {

    /** The range of the search for a schema in a query, in tokens. */
    private static final int RANGE = 200;

    /** Names with which a query chooses the schema itself. */
    private static final Set<String> CHOOSES = Set.of("typnamespace", "nspname", "pg_type_is_visible");

    /** Words behind a table in {@code FROM} that are not its alias. */
    private static final Set<String> NO_ALIAS = Set.of(
            "where",
            "join",
            "inner",
            "left",
            "right",
            "full",
            "cross",
            "natural",
            "on",
            "using",
            "group",
            "order",
            "limit",
            "offset",
            "fetch",
            "having",
            "window",
            "union",
            "intersect",
            "except",
            "for",
            "then",
            "loop",
            "into");

    private final String others;

    TypeCatalogs(SharedObjects shared) {
        String names = shared.names().stream().sorted().map(Sql::literal).collect(Collectors.joining(", "));
        String namedShared = names.isEmpty()
                ? ""
                : " OR typnamespace = " + Sql.literal(Sql.identifier(shared.sharedSchema()))
                        + "::pg_catalog.regnamespace AND typname IN (" + names + ")";
        this.others = "::pg_catalog.regnamespace OR typnamespace = 'pg_catalog'::pg_catalog.regnamespace" + namedShared
                + " OR EXISTS (SELECT FROM pg_catalog.pg_depend WHERE classid = 'pg_catalog.pg_type'::pg_catalog.regclass"
                + " AND objid = pg_type.oid AND deptype = 'e')";
    }

    /** The code of a view or function stays as it is written. */
    @Override
    public Rule in(Statement statement) {
        return statement.startsWith("CREATE") ? (tokens, token, out) -> false : this;
    }

    @Override
    public boolean apply(Tokens tokens, int token, Edits out) {
        boolean labels = tokens.isName(token, "pg_enum");
        if (!labels && !tokens.isName(token, "pg_type")) {
            return false;
        }
        boolean qualified = tokens.isSymbol(tokens.previous(token), '.');
        int first = qualified ? tokens.previous(tokens.previous(token)) : token;
        if ((qualified && !tokens.isName(first, "pg_catalog"))
                || !isFromItem(tokens, first, token)
                || choosesSchema(tokens, token)) {
            return false;
        }
        int start = tokens.start(first);
        int next = tokens.next(token);
        boolean alias = tokens.isIdentifier(next) && !NO_ALIAS.contains(tokens.name(next));
        out.replace(
                start,
                start,
                "(SELECT * FROM pg_catalog."
                        + (labels ? "pg_enum WHERE enumtypid IN (SELECT oid FROM pg_catalog.pg_type" : "pg_type")
                        + " WHERE typnamespace = ");
        out.gap(start, start, Spelling.LITERAL_IDENTIFIER);
        out.replace(start, tokens.end(token), others + (labels ? "))" : ")") + (alias ? "" : " " + tokens.name(token)));
        return true;
    }

    private static boolean isFromItem(Tokens tokens, int first, int token) {
        int before = tokens.previous(first);
        if (tokens.isSymbol(tokens.next(token), '.') || tokens.isSymbol(tokens.next(token), '(')) {
            return false;
        }
        if (tokens.isSymbol(before, ',')) {
            int clause = TokenContext.wordBefore(tokens, first, "FROM", "SELECT", "WHERE", "GROUP", "ORDER", "USING");
            return tokens.isWord(clause, "FROM");
        }
        return tokens.isWord(before, "JOIN")
                || (tokens.isWord(before, "FROM") && !tokens.isWord(tokens.previous(before), "DELETE"));
    }

    private static boolean choosesSchema(Tokens tokens, int token) {
        int from = token;
        for (int looked = 0; looked < RANGE && from > 0 && !tokens.isSymbol(from, ';'); looked++) {
            from = tokens.previous(from);
        }
        int at = tokens.next(from);
        for (int looked = 0; looked < 2 * RANGE && at < tokens.count(); looked++, at = tokens.next(at)) {
            if (tokens.isIdentifier(at) && CHOOSES.contains(tokens.name(at))) {
                return true;
            }
            if (tokens.isSymbol(at, ';')) {
                return false;
            }
        }
        return false;
    }
}
