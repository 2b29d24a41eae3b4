package dev.tenantmigrator.internal.verify;

import dev.tenantmigrator.Migration;
import dev.tenantmigrator.internal.source.MigrationCatalog;
import dev.tenantmigrator.internal.sql.lex.Lexer;
import dev.tenantmigrator.internal.sql.lex.TokenKind;
import dev.tenantmigrator.internal.sql.lex.Tokens;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/**
 * Finds the migration that brings a table: the first one that names it as a table, or else the first one that names it at all.
 * Comments do not count.
 */
final class TableOrigins {

    private final MigrationCatalog catalog;
    private final Map<String, Optional<Migration>> known = new ConcurrentHashMap<>();

    /** For the migrations of one call. Reads a script only when a table is asked for. */
    TableOrigins(MigrationCatalog catalog) {
        this.catalog = catalog;
    }

    Optional<Migration> of(String table) {
        return known.computeIfAbsent(table, this::find);
    }

    private Optional<Migration> find(String table) {
        return first(table, true).or(() -> first(table, false));
    }

    private Optional<Migration> first(String table, boolean asTable) {
        String before = asTable ? "\\b(?:TABLE|EXISTS|TO)\\s+(?:[\\w$\"]+\\s*\\.\\s*)?\"?" : "(?<![\\p{L}\\p{N}_$])";
        Pattern inCode =
                Pattern.compile(before + Pattern.quote(table) + "(?![\\p{L}\\p{N}_$])", Pattern.CASE_INSENSITIVE);
        return catalog.migrations().stream()
                .filter(migration -> names(Lexer.lexFragment(migration.up().text()), table, asTable, inCode))
                .findFirst();
    }

    private static boolean names(Tokens tokens, String table, boolean asTable, Pattern inCode) {
        for (int token = 0; token < tokens.count(); token++) {
            TokenKind kind = tokens.kind(token);
            // Blocks and dynamic SQL stand in strings.
            boolean code = kind == TokenKind.STRING || kind == TokenKind.DOLLAR_STRING;
            if (code && inCode.matcher(tokens.text(token)).find()) {
                return true;
            }
            if (tokens.isName(token, table) && (!asTable || isTable(tokens, token))) {
                return true;
            }
        }
        return false;
    }

    /** Whether a name stands where a table's name stands that is created or renamed, also behind a schema's name. */
    private static boolean isTable(Tokens tokens, int name) {
        int before = tokens.previous(name);
        if (tokens.isSymbol(before, '.')) {
            before = tokens.previous(tokens.previous(before));
        }
        return tokens.isWord(before, "TABLE") || tokens.isWord(before, "EXISTS") || tokens.isWord(before, "TO");
    }
}
