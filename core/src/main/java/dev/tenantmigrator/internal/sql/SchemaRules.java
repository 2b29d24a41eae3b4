package dev.tenantmigrator.internal.sql;

/** The ways in which code names a schema by a keyword: a rule makes a gap where the schema's name stands. */
final class SchemaRules {

    private SchemaRules() {}

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

    private static int gapForName(Tokens tokens, int name, String schema, Edits out) {
        int behind = tokens.next(name);
        if (tokens.isName(name, schema) && !tokens.isSymbol(behind, '.')) {
            out.gap(tokens.start(name), tokens.end(name));
        }
        return behind;
    }
}
