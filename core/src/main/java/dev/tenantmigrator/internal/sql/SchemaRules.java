package dev.tenantmigrator.internal.sql;

import dev.tenantmigrator.SharedObjects;
import java.util.Optional;

/** The ways in which code names a schema: a rule makes a gap where the schema's name stands. */
final class SchemaRules {

    private SchemaRules() {}

    /**
     * {@code schema.x}, and the middle of {@code database.schema.x}. Shared objects get the schema that holds them. A
     * table or column of the schema's name is left alone where that can be told, but {@code FROM t AS public WHERE
     * public.x} cannot.
     */
    static TokenRule qualifiedNames(String schema, SharedObjects shared) {
        return (tokens, token, out) -> {
            int dot = tokens.next(token);
            if (!tokens.isSymbol(dot, '.') || !tokens.isName(token, schema)) {
                return false;
            }
            int object = tokens.next(dot);
            if (isAllColumns(tokens, token, object) || isField(tokens, token, object)) {
                return true;
            }
            Optional<String> holder = shared.schemaOf(tokens.name(object));
            if (holder.isEmpty()) {
                out.gap(tokens.start(token), tokens.end(token));
            } else if (!holder.get().equals(schema)) {
                out.replace(tokens.start(token), tokens.end(token), Template.quoted(holder.get()));
            }
            return true;
        };
    }

    /** {@code OPERATOR(public.*)} names multiplication, {@code public.*} anywhere else the columns of a table. */
    private static boolean isAllColumns(Tokens tokens, int token, int object) {
        int parenthesis = tokens.previous(token);
        boolean operator = tokens.isSymbol(parenthesis, '(') && tokens.isWord(tokens.previous(parenthesis), "OPERATOR");
        return !operator
                && tokens.kind(object) == TokenKind.OPERATOR
                && tokens.text(object).startsWith("*");
    }

    /** {@code x.public.y} has a database in front; with anything but names around it, it is a column of a row. */
    private static boolean isField(Tokens tokens, int token, int object) {
        int dot = tokens.previous(token);
        return tokens.isSymbol(dot, '.') && !(tokens.isIdentifier(tokens.previous(dot)) && tokens.isIdentifier(object));
    }

    /** {@code SCHEMA schema}, and each of {@code ON SCHEMA a, b} and {@code IN SCHEMA a, b}. */
    static TokenRule schemaKeyword(String schema) {
        return (tokens, token, out) -> {
            if (!tokens.isWord(token, "SCHEMA")) {
                return false;
            }
            int previous = tokens.previous(token);
            // The schema of IMPORT FOREIGN SCHEMA is one of another database; x.schema is a column.
            if (tokens.isWord(previous, "FOREIGN") || tokens.isSymbol(previous, '.')) {
                return true;
            }
            boolean list = tokens.isWord(previous, "ON") || tokens.isWord(previous, "IN");
            int name = tokens.next(token);
            int behind = gapForName(tokens, name, schema, out);
            while (list && tokens.isSymbol(behind, ',')) {
                behind = gapForName(tokens, tokens.next(behind), schema, out);
            }
            return true;
        };
    }

    private static int gapForName(Tokens tokens, int name, String schema, Template.Builder out) {
        int behind = tokens.next(name);
        if (tokens.isName(name, schema) && !tokens.isSymbol(behind, '.')) {
            out.gap(tokens.start(name), tokens.end(name));
        }
        return behind;
    }
}
