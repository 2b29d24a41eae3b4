package dev.tenantmigrator.internal.sql.rules;

import dev.tenantmigrator.SharedObjects;
import dev.tenantmigrator.internal.sql.ReservedSchemas;
import dev.tenantmigrator.internal.sql.lex.Statement;
import dev.tenantmigrator.internal.sql.lex.StatementCursor;
import dev.tenantmigrator.internal.sql.lex.Tokens;
import dev.tenantmigrator.internal.sql.template.Edits;
import dev.tenantmigrator.internal.sql.template.SchemaName;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The objects of {@code DROP … IF EXISTS} whose schema does not exist. They are left out of the statement that is sent, because another
 * session could create the schema meanwhile. A statement that cannot be read to its end is sent as it is: another one may follow in it
 * by mistake.
 *
 * @param all whether the statement drops nothing else, and is left out as a whole
 * @param spans else the parts of the text to leave out, with their commas
 */
public record AbsentObjects(boolean all, List<Span> spans) {

    private static final AbsentObjects NONE = new AbsentObjects(false, List.of());

    /** A part of the text. */
    record Span(int start, int end) {}

    /** The syntax behind {@code IF EXISTS}. */
    private enum Form {
        SCHEMAS,
        NAMES,
        ROUTINES,
        NAME_ON_TABLE,
        NAME_USING_METHOD,
        UNKNOWN
    }

    private record Element(boolean absent, int first, int last) {}

    /** Finds them in a statement. */
    public static AbsentObjects in(Statement statement, SharedObjects shared) {
        StatementCursor cursor = statement.cursor();
        if (shared.absentSchemas().isEmpty() || !cursor.take("DROP")) {
            return NONE;
        }
        Form form = form(cursor);
        if (form == Form.UNKNOWN || !cursor.take("IF", "EXISTS")) {
            return NONE;
        }
        Tokens tokens = statement.tokens();
        List<Element> elements = new ArrayList<>();
        do {
            int first = cursor.token();
            Optional<Boolean> absent = takeObject(form, cursor, tokens, shared);
            if (absent.isEmpty()) {
                return NONE;
            }
            elements.add(new Element(absent.get(), first, tokens.previous(cursor.token())));
        } while (cursor.takeSymbol(','));
        cursor.takeAny("CASCADE", "RESTRICT");
        boolean listed = form == Form.SCHEMAS || form == Form.NAMES || form == Form.ROUTINES;
        return cursor.atEnd() && (listed || elements.size() == 1) ? of(elements, tokens) : NONE;
    }

    private static Form form(StatementCursor cursor) {
        if (cursor.take("SCHEMA")) {
            return Form.SCHEMAS;
        }
        if (cursor.takeAny("FUNCTION", "PROCEDURE", "ROUTINE", "AGGREGATE")) {
            return Form.ROUTINES;
        }
        if (cursor.takeAny("TRIGGER", "POLICY", "RULE")) {
            return Form.NAME_ON_TABLE;
        }
        if (cursor.take("OPERATOR")) {
            return cursor.takeAny("CLASS", "FAMILY") ? Form.NAME_USING_METHOD : Form.UNKNOWN;
        }
        boolean names = cursor.take("TEXT", "SEARCH")
                ? cursor.takeAny("CONFIGURATION", "DICTIONARY", "PARSER", "TEMPLATE")
                : cursor.take("MATERIALIZED", "VIEW")
                        || cursor.take("FOREIGN", "TABLE")
                        || cursor.take("INDEX", "CONCURRENTLY")
                        || cursor.takeAny(
                                "TABLE",
                                "VIEW",
                                "INDEX",
                                "SEQUENCE",
                                "TYPE",
                                "DOMAIN",
                                "COLLATION",
                                "CONVERSION",
                                "STATISTICS");
        return names ? Form.NAMES : Form.UNKNOWN;
    }

    /** Takes an object, and returns whether its schema does not exist; empty when this is no object of that form. */
    private static Optional<Boolean> takeObject(
            Form form, StatementCursor cursor, Tokens tokens, SharedObjects shared) {
        if (form == Form.NAME_ON_TABLE) {
            cursor.skip();
            if (!cursor.take("ON")) {
                return Optional.empty();
            }
        }
        List<Integer> name = new ArrayList<>();
        do {
            if (cursor.atEnd() || !tokens.isIdentifier(cursor.token())) {
                return Optional.empty();
            }
            name.add(cursor.token());
            cursor.skip();
        } while (cursor.takeSymbol('.'));
        if (form == Form.ROUTINES) {
            takeArguments(cursor, tokens);
        } else if (form == Form.NAME_USING_METHOD) {
            cursor.take("USING");
            cursor.skip();
        }
        // PostgreSQL compares the first of three names with the name of the database.
        boolean hasSchema = name.size() == (form == Form.SCHEMAS ? 1 : 2);
        return Optional.of(hasSchema && isAbsent(tokens.name(name.get(0)), shared));
    }

    private static void takeArguments(StatementCursor cursor, Tokens tokens) {
        int depth = 0;
        while (!cursor.atEnd() && (depth > 0 || tokens.isSymbol(cursor.token(), '('))) {
            depth += tokens.isSymbol(cursor.token(), '(') ? 1 : tokens.isSymbol(cursor.token(), ')') ? -1 : 0;
            cursor.skip();
        }
    }

    /** Whether a name means a schema that does not exist, and that the migrations are not allowed to name. */
    public static boolean isAbsent(String schema, SharedObjects shared) {
        return shared.absentSchemas().contains(schema)
                && !schema.equals(SchemaName.PUBLIC)
                && !schema.equals(shared.sharedSchema())
                && !shared.schemas().contains(schema)
                && !ReservedSchemas.isSystem(schema);
    }

    private static AbsentObjects of(List<Element> elements, Tokens tokens) {
        if (elements.stream().allMatch(Element::absent)) {
            return new AbsentObjects(true, List.of());
        }
        List<Span> spans = new ArrayList<>();
        boolean kept = false;
        for (Element element : elements) {
            if (!element.absent()) {
                kept = true;
            } else if (kept) {
                spans.add(new Span(tokens.start(tokens.previous(element.first())), tokens.end(element.last())));
            } else {
                spans.add(new Span(tokens.start(element.first()), tokens.end(tokens.next(element.last()))));
            }
        }
        return new AbsentObjects(false, spans);
    }

    /** Leaves them out of a statement that drops others too. */
    public void leaveOut(Edits out) {
        spans.forEach(span -> out.replace(span.start(), span.end(), ""));
    }
}
