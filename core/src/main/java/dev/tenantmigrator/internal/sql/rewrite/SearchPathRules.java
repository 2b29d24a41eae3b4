package dev.tenantmigrator.internal.sql.rewrite;

import dev.tenantmigrator.SharedObjects;
import dev.tenantmigrator.internal.sql.lex.Identifiers;
import dev.tenantmigrator.internal.sql.lex.Lexer;
import dev.tenantmigrator.internal.sql.lex.TokenContext;
import dev.tenantmigrator.internal.sql.lex.TokenContext.Bracket;
import dev.tenantmigrator.internal.sql.lex.TokenKind;
import dev.tenantmigrator.internal.sql.lex.Tokens;
import dev.tenantmigrator.internal.sql.template.Edits;
import dev.tenantmigrator.internal.sql.template.Escape;
import dev.tenantmigrator.internal.sql.template.LiteralText;
import dev.tenantmigrator.internal.sql.template.SchemaName;
import dev.tenantmigrator.internal.sql.template.SchemaName.Spelling;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Rules for code that sets the {@code search_path}: the tenant's schema and those of shared objects and extensions replace
 * the schema that scripts are written for, as in the search path that each script begins with.
 */
final class SearchPathRules {

    private final String schema;
    private final List<String> sharedSchemas;

    private SearchPathRules(String schema, List<String> sharedSchemas) {
        this.schema = schema;
        this.sharedSchemas = sharedSchemas;
    }

    static SearchPathRules of(String schema, SharedObjects shared) {
        Set<String> sharedSchemas = new LinkedHashSet<>(List.of(shared.sharedSchema()));
        sharedSchemas.addAll(new TreeSet<>(shared.extensionObjects().values()));
        return new SearchPathRules(schema, List.copyOf(sharedSchemas));
    }

    /** Rules that only put one schema in place of another. */
    static SearchPathRules renamed(String schema) {
        return new SearchPathRules(schema, List.of());
    }

    /** The rule for {@code SET search_path = a, 'b'} as a statement, in a body, or of a function. */
    boolean list(Tokens tokens, int token, Edits out) {
        if (!tokens.isSetting(token, "search_path") || !isSet(tokens, tokens.previous(token))) {
            return false;
        }
        int assignment = tokens.next(token);
        if (!tokens.isWord(assignment, "TO") && !tokens.isOperator(assignment, "=")) {
            return false;
        }
        int element = assignment;
        do {
            element = tokens.next(element);
            boolean literal = LiteralText.of(tokens, element)
                    .filter(value -> value.text().equals(schema))
                    .isPresent();
            if (literal || tokens.isName(element, schema)) {
                put(tokens.start(element), tokens.end(element), literal ? Spelling.LITERAL : Spelling.IDENTIFIER, out);
            }
            element = tokens.next(element);
        } while (tokens.isSymbol(element, ','));
        return true;
    }

    /**
     * The rule for {@code SET search_path TO DEFAULT}, {@code SET search_path = ''} and {@code RESET search_path} as
     * statements, which become the search path that scripts begin with.
     */
    boolean toDefault(Tokens tokens, int token, Edits out) {
        int set = tokens.previous(token);
        if (tokens.isWord(set, "LOCAL") || tokens.isWord(set, "SESSION")) {
            set = tokens.previous(set);
        }
        if (!tokens.isSetting(token, "search_path") || !TokenContext.beginsStatement(tokens, set)) {
            return false;
        }
        if (tokens.isWord(set, "RESET")) {
            out.replace(tokens.end(token), tokens.end(token), " TO ");
            put(tokens.end(token), tokens.end(token), Spelling.IDENTIFIER, out);
            return true;
        }
        int assignment = tokens.next(token);
        int value = tokens.next(assignment);
        boolean assigns = tokens.isWord(assignment, "TO") || tokens.isOperator(assignment, "=");
        boolean toDefault = tokens.isWord(set, "SET")
                && assigns
                && (tokens.isWord(value, "DEFAULT") || tokens.text(value).equals("''"))
                && !tokens.isSymbol(tokens.next(value), ',');
        if (toDefault) {
            put(tokens.start(value), tokens.end(value), Spelling.IDENTIFIER, out);
        }
        return toDefault;
    }

    /** The rule for {@code SET SCHEMA 'public'}, which means {@code SET search_path TO 'public'}. */
    boolean setSchema(Tokens tokens, int token, Edits out) {
        int value = tokens.next(token);
        if (!tokens.isWord(token, "SCHEMA")
                || !isSet(tokens, tokens.previous(token))
                || LiteralText.of(tokens, value)
                        .filter(name -> name.text().equals(schema))
                        .isEmpty()) {
            return false;
        }
        out.replace(tokens.start(token), tokens.end(token), "search_path TO");
        put(tokens.start(value), tokens.end(value), Spelling.LITERAL, out);
        return true;
    }

    /**
     * The rule for the value in {@code set_config('search_path', 'a, b', true)}.
     *
     * @param emptyIsDefault whether an empty value, as pg_dump writes it, becomes the search path that scripts begin with.
     *     With an empty path, an expression or body in the dump fails when it calls an extension's function unqualified
     */
    boolean setConfig(Tokens tokens, int literal, boolean emptyIsDefault, Edits out) {
        Optional<LiteralText> value = isValue(tokens, literal) ? LiteralText.of(tokens, literal) : Optional.empty();
        if (value.isEmpty()) {
            return false;
        }
        Edits inside = value.get().edits(out);
        String text = value.get().text();
        if (text.isBlank() && emptyIsDefault) {
            int start = tokens.start(literal);
            int end = tokens.end(literal);
            out.replace(start, start, "'");
            out.gap(start, end, Spelling.IDENTIFIER.within(List.of(Escape.QUOTES)));
            out.replace(end, end, Escape.QUOTES.apply(sharedList()) + "'");
            return true;
        }
        Tokens names = Lexer.lexFragment(text);
        for (int name = names.next(-1); name < names.count(); name = names.next(name)) {
            if (names.isName(name, schema)) {
                put(names.start(name), names.end(name), Spelling.IDENTIFIER, inside);
            }
        }
        return true;
    }

    private static boolean isValue(Tokens tokens, int literal) {
        int comma = tokens.previous(literal);
        int setting = tokens.previous(comma);
        return tokens.kind(literal) == TokenKind.STRING
                && tokens.isSymbol(comma, ',')
                && Identifiers.fold(tokens.text(setting)).equals("'search_path'")
                && new Bracket(tokens.previous(setting), 0).calls(tokens, "set_config");
    }

    private void put(int start, int end, Spelling spelling, Edits out) {
        out.gap(start, end, spelling);
        out.replace(end, end, sharedList());
    }

    /** The part of the list behind the tenant. */
    private String sharedList() {
        StringBuilder text = new StringBuilder();
        sharedSchemas.forEach(name -> text.append(", ").append(SchemaName.quoted(name)));
        return text.toString();
    }

    private static boolean isSet(Tokens tokens, int token) {
        return tokens.isWord(token, "SET") || tokens.isWord(token, "LOCAL") || tokens.isWord(token, "SESSION");
    }
}
