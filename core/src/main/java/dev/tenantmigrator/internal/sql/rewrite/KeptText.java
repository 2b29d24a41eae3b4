package dev.tenantmigrator.internal.sql.rewrite;

import static dev.tenantmigrator.internal.sql.lex.TokenContext.isAnyWord;

import dev.tenantmigrator.SqlStatement;
import dev.tenantmigrator.internal.sql.advice.ScriptNotes;
import dev.tenantmigrator.internal.sql.lex.Identifiers;
import dev.tenantmigrator.internal.sql.lex.Lexer;
import dev.tenantmigrator.internal.sql.lex.Splitter;
import dev.tenantmigrator.internal.sql.lex.Statement;
import dev.tenantmigrator.internal.sql.lex.TokenContext;
import dev.tenantmigrator.internal.sql.lex.TokenContext.Bracket;
import dev.tenantmigrator.internal.sql.lex.TokenKind;
import dev.tenantmigrator.internal.sql.lex.Tokens;
import dev.tenantmigrator.internal.sql.template.LiteralText;
import dev.tenantmigrator.internal.sql.template.SchemaName;
import dev.tenantmigrator.report.ScriptNote;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Finds the literals of adapted SQL that still name {@code public} and may be executed, read as a name or compared with a
 * schema's. Reads the result rather than the rules, so that it also finds what no rule knows. Literals that are data by
 * their place count as data: rows of an {@code INSERT}, values compared with another column, comments, messages.
 */
final class KeptText {

    /** Functions that take a text as data. */
    private static final Set<String> TAKE_DATA = Set.of(
            "array_append",
            "array_prepend",
            "array_remove",
            "ascii",
            "char_length",
            "convert_to",
            "current_setting",
            "decode",
            "encode",
            "hashtext",
            "json_build_array",
            "json_build_object",
            "jsonb_build_array",
            "jsonb_build_object",
            "jsonb_set",
            "left",
            "length",
            "md5",
            "octet_length",
            "pg_notify",
            "position",
            "quote_literal",
            "quote_nullable",
            "right",
            "set_config",
            "sha256",
            "starts_with",
            "strpos",
            "substr",
            "substring",
            "to_char",
            "to_json",
            "to_jsonb",
            "to_tsquery",
            "to_tsvector");

    private static final String WHY =
            ", although it may be executed, read as a name or compared with a schema's; leave the"
                    + " schema out of names, or write current_schema()";

    private final List<ScriptNote> notes = new ArrayList<>();

    private KeptText() {}

    /** @param adapted the statements of a script, adapted to a schema that is not called {@code public} */
    static List<ScriptNote> in(List<SqlStatement> adapted) {
        KeptText found = new KeptText();
        for (SqlStatement statement : adapted) {
            found.look(statement.sql(), statement.line(), true, 0);
        }
        return found.notes;
    }

    /**
     * @param line the line on which the text begins
     * @param exact whether its lines are lines of the script
     */
    private void look(String text, int line, boolean exact, int depth) {
        if (depth > Statement.MAX_NESTING || !names(text, 0, text.length())) {
            return;
        }
        int lines = line;
        int counted = 0;
        for (Statement statement : Splitter.splitFragment(Lexer.lexFragment(text))) {
            Place place = new Place(statement, depth);
            for (int token = statement.from(); token < statement.to(); token++) {
                place.executed |= statement.tokens().isWord(token, "EXECUTE");
                place.executed &= !statement.tokens().isWord(token, "USING");
                if (isText(statement.tokens(), token)) {
                    int start = statement.tokens().start(token);
                    lines += exact ? Tokens.lineBreaks(text, counted, start) : 0;
                    counted = start;
                    literal(place, token, lines, exact);
                }
            }
        }
    }

    private static boolean isText(Tokens tokens, int token) {
        return (tokens.kind(token) == TokenKind.STRING || tokens.kind(token) == TokenKind.DOLLAR_STRING)
                && names(tokens.source(), tokens.start(token), tokens.end(token));
    }

    private static boolean names(String text, int start, int end) {
        String name = SchemaName.PUBLIC;
        for (int i = start; i <= end - name.length(); i++) {
            if (text.regionMatches(true, i, name, 0, name.length())) {
                return true;
            }
        }
        return false;
    }

    private void literal(Place place, int token, int line, boolean exact) {
        Tokens tokens = place.statement.tokens();
        String text = LiteralText.of(tokens, token).map(LiteralText::text).orElse("");
        TextShape shape = TextShape.of(text);
        boolean body = place.isBody(token);
        boolean uncertain = place.isInOtherLanguage()
                ? body && Identifiers.fold(text).contains(SchemaName.PUBLIC + '.')
                : !body && place.isUncertain(token, shape);
        if (uncertain) {
            notes.add(new ScriptNote(ScriptNote.Kind.UNCERTAIN, line, ScriptNotes.textStays(tokens.text(token)) + WHY));
        } else if (body || shape.isSql()) {
            boolean lines = exact && tokens.kind(token) == TokenKind.DOLLAR_STRING;
            look(text, line, lines, place.depth + 1);
        }
    }

    /** A statement around a literal. */
    private static final class Place {

        private final Statement statement;
        private final Tokens tokens;
        private final int depth;
        private boolean executed;
        private Optional<Boolean> mentionsSchemas = Optional.empty();
        private Optional<Boolean> otherLanguage = Optional.empty();

        Place(Statement statement, int depth) {
            this.statement = statement;
            this.tokens = statement.tokens();
            this.depth = depth;
        }

        boolean isBody(int token) {
            boolean code = statement.startsWith("DO") || statement.createsRoutine();
            boolean dollar = tokens.kind(token) == TokenKind.DOLLAR_STRING;
            return (code && (dollar || isAnyWord(tokens, tokens.previous(token), "AS", "DO", "PLPGSQL")))
                    || (depth > 0 && dollar);
        }

        boolean isInOtherLanguage() {
            if (otherLanguage.isEmpty()) {
                boolean code = depth > 0 || statement.startsWith("DO") || statement.createsRoutine();
                otherLanguage = Optional.of(code && CodeRewriter.isInOtherLanguage(statement));
            }
            return otherLanguage.get();
        }

        boolean isUncertain(int token, TextShape shape) {
            Bracket bracket = Bracket.opening(tokens, token);
            if (isMessage(token, bracket)) {
                return false;
            }
            if (shape.isSql() && shape.isQualifying()) {
                return true;
            }
            LiteralUse use = new LiteralContext(tokens, new Operand(token, token), LiteralUse::isSchemaName).use();
            if (use != LiteralUse.DATA) {
                // A name that is adapted and still says public is that of a shared object.
                return use != LiteralUse.NAME && use != LiteralUse.NAMES;
            }
            int before = tokens.previous(token);
            boolean argument = isArgument(bracket);
            boolean assigned = tokens.isOperator(before, ":=") || tokens.isOperator(before, "=>");
            if (shape.isName()) {
                return argument || assigned || isJoined(token);
            }
            if (shape.isPrefix()) {
                return isJoined(token);
            }
            return shape.isSchema()
                    && (isExecuted(before)
                            || (argument && isCalledAlone(bracket))
                            || (assigned && tokens.name(statement.from()).contains("schema"))
                            || ((argument || isJoined(token) || isRow(before, bracket)) && mentionsSchemas()));
        }

        /** Whether a literal is the text of a comment or message, the value of a setting, or an option of a foreign table. */
        private boolean isMessage(int token, Bracket bracket) {
            return tokens.isWord(tokens.previous(token), "IS")
                    || TokenContext.wordBefore(tokens, token, "RAISE") >= 0
                    || tokens.isWord(tokens.previous(bracket.token()), "OPTIONS")
                    || statement.startsWith("SET");
        }

        private boolean isArgument(Bracket bracket) {
            int name = tokens.previous(bracket.token());
            return bracket.exists()
                    && tokens.isSymbol(bracket.token(), '(')
                    && Operand.isFunction(tokens, name)
                    && !TAKE_DATA.contains(tokens.name(name))
                    && !isAnyWord(
                            tokens, tokens.previous(Operand.nameStart(tokens, name)), "INTO", "TABLE", "TYPE", "AS");
        }

        private boolean isJoined(int token) {
            return tokens.isOperator(tokens.next(token), "||") || tokens.isOperator(tokens.previous(token), "||");
        }

        /** Whether a literal is a part of what {@code EXECUTE} runs, or an argument of a trigger. */
        private boolean isExecuted(int before) {
            boolean compared = tokens.kind(before) == TokenKind.OPERATOR && !tokens.isOperator(before, "||");
            return executed && !compared;
        }

        /** Whether a call is the whole statement, as one that works on a schema is. */
        private boolean isCalledAlone(Bracket bracket) {
            int before = tokens.previous(Operand.nameStart(tokens, tokens.previous(bracket.token())));
            return isAnyWord(tokens, before, "SELECT", "PERFORM", "CALL");
        }

        /** Whether a literal is in a column of a query or of {@code VALUES}, rows of an {@code INSERT} excepted. */
        private boolean isRow(int before, Bracket bracket) {
            int values = tokens.previous(bracket.token());
            boolean inValues = tokens.isSymbol(bracket.token(), '(')
                    && (tokens.isWord(values, "VALUES") || tokens.isSymbol(values, ','))
                    && TokenContext.wordBefore(tokens, bracket.token(), "INSERT") < 0;
            return tokens.isWord(before, "SELECT") || inValues;
        }

        private boolean mentionsSchemas() {
            if (mentionsSchemas.isEmpty()) {
                boolean any = false;
                for (int token = statement.from(); !any && token < statement.to(); token++) {
                    any = tokens.isIdentifier(token)
                            && (LiteralUse.isSchemaName(tokens.name(token)) || tokens.isName(token, "regnamespace"));
                }
                mentionsSchemas = Optional.of(any);
            }
            return mentionsSchemas.get();
        }
    }
}
