package dev.tenantmigrator.internal.sql;

import dev.tenantmigrator.SharedObjects;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Schemas in a {@code search_path}: in place of the schema that scripts are written for come the tenant's and those of
 * what is shared, as at the beginning of each script.
 */
final class SearchPath {

    private final String schema;
    private final List<String> behind;

    private SearchPath(String schema, List<String> behind) {
        this.schema = schema;
        this.behind = behind;
    }

    static SearchPath of(String schema, SharedObjects shared) {
        Set<String> behind = new LinkedHashSet<>(List.of(shared.sharedSchema()));
        behind.addAll(new TreeSet<>(shared.extensionObjects().values()));
        return new SearchPath(schema, List.copyOf(behind));
    }

    /** One schema in place of another. */
    static SearchPath renamed(String schema) {
        return new SearchPath(schema, List.of());
    }

    /** The list of {@code SET search_path = a, 'b'}, as a statement, in a body, or of a function. */
    boolean list(Tokens tokens, int token, Edits out) {
        if (!tokens.isName(token, "search_path") || !isSet(tokens, tokens.previous(token))) {
            return false;
        }
        int assignment = tokens.next(token);
        if (!tokens.isWord(assignment, "TO") && !tokens.isOperator(assignment, "=")) {
            return false;
        }
        int element = assignment;
        do {
            element = tokens.next(element);
            boolean literal = Fragment.of(tokens, element)
                    .filter(value -> value.text().equals(schema))
                    .isPresent();
            if (literal || tokens.isName(element, schema)) {
                put(tokens.start(element), tokens.end(element), literal ? Form.LITERAL : Form.IDENTIFIER, out);
            }
            element = tokens.next(element);
        } while (tokens.isSymbol(element, ','));
        return true;
    }

    /**
     * {@code SET search_path TO DEFAULT}, {@code SET search_path = ''} and {@code RESET search_path} as statements: the path
     * that scripts begin with.
     */
    boolean toDefault(Tokens tokens, int token, Edits out) {
        int set = tokens.previous(token);
        if (tokens.isWord(set, "LOCAL") || tokens.isWord(set, "SESSION")) {
            set = tokens.previous(set);
        }
        if (!tokens.isName(token, "search_path") || !Surroundings.beginsStatement(tokens, set)) {
            return false;
        }
        if (tokens.isWord(set, "RESET")) {
            out.replace(tokens.end(token), tokens.end(token), " TO ");
            put(tokens.end(token), tokens.end(token), Form.IDENTIFIER, out);
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
            put(tokens.start(value), tokens.end(value), Form.IDENTIFIER, out);
        }
        return toDefault;
    }

    /** {@code SET SCHEMA 'public'}, which is {@code SET search_path TO 'public'}. */
    boolean setSchema(Tokens tokens, int token, Edits out) {
        int value = tokens.next(token);
        if (!tokens.isWord(token, "SCHEMA")
                || !isSet(tokens, tokens.previous(token))
                || Fragment.of(tokens, value)
                        .filter(name -> name.text().equals(schema))
                        .isEmpty()) {
            return false;
        }
        out.replace(tokens.start(token), tokens.end(token), "search_path TO");
        put(tokens.start(value), tokens.end(value), Form.LITERAL, out);
        return true;
    }

    /**
     * The value in {@code set_config('search_path', 'a, b', true)}.
     *
     * @param emptyIsDefault whether an empty one, which pg_dump writes, is the path that scripts begin with: with no path
     *     at all, an expression or body in the dump that names a function of an extension without its schema fails
     */
    boolean value(Tokens tokens, int literal, boolean emptyIsDefault, Edits out) {
        Optional<Fragment> value = isValue(tokens, literal) ? Fragment.of(tokens, literal) : Optional.empty();
        if (value.isEmpty()) {
            return false;
        }
        Edits inside = value.get().edits(out);
        String text = value.get().text();
        if (text.isBlank() && emptyIsDefault) {
            int start = tokens.start(literal);
            int end = tokens.end(literal);
            out.replace(start, start, "'");
            out.gap(start, end, Form.IDENTIFIER.within(List.of(Escape.QUOTES)));
            out.replace(end, end, Escape.QUOTES.apply(shared()) + "'");
            return true;
        }
        Tokens names = Lexer.lexFragment(text);
        for (int name = names.next(-1); name < names.count(); name = names.next(name)) {
            if (names.isName(name, schema)) {
                put(names.start(name), names.end(name), Form.IDENTIFIER, inside);
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
                && new Call(tokens.previous(setting), 0).isOf(tokens, "set_config");
    }

    private void put(int start, int end, Form form, Edits out) {
        out.gap(start, end, form);
        out.replace(end, end, shared());
    }

    /** What follows the tenant in a list. */
    private String shared() {
        StringBuilder text = new StringBuilder();
        behind.forEach(name -> text.append(", ").append(Template.quoted(name)));
        return text.toString();
    }

    private static boolean isSet(Tokens tokens, int token) {
        return tokens.isWord(token, "SET") || tokens.isWord(token, "LOCAL") || tokens.isWord(token, "SESSION");
    }
}
