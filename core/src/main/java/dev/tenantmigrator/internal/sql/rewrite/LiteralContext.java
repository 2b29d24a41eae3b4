package dev.tenantmigrator.internal.sql.rewrite;

import dev.tenantmigrator.internal.sql.lex.TokenContext;
import dev.tenantmigrator.internal.sql.lex.TokenContext.Bracket;
import dev.tenantmigrator.internal.sql.lex.Tokens;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Finds the use of a literal, or of a variable, in its surroundings: first the casts, parentheses and calls around it, then
 * the operator or function that takes the result.
 */
final class LiteralContext {

    /** Text types: a cast to one of them does not tell the use of a literal. */
    private static final Set<String> TEXTS = Set.of("text", "varchar", "name", "cstring", "unknown", "sql_identifier");

    /** Functions whose result may be one of their arguments. */
    private static final Set<String> PASS_ON =
            Set.of("coalesce", "nullif", "greatest", "least", "lower", "upper", "trim", "btrim", "ltrim", "rtrim");

    /** Functions that put a text together. */
    private static final Set<String> COMPOSE = Set.of("format", "concat", "concat_ws", "quote_ident");

    private final Tokens tokens;
    private final Predicate<String> isSchemaName;
    private final SchemaComparison comparison;
    private Operand operand;
    private boolean composed;
    private boolean besideSchema;

    /**
     * @param value the literal or the name of the variable
     * @param isSchemaName whether a column, function or variable holds the name of a schema
     */
    LiteralContext(Tokens tokens, Operand value, Predicate<String> isSchemaName) {
        this.tokens = tokens;
        this.isSchemaName = isSchemaName;
        this.comparison = new SchemaComparison(tokens, isSchemaName);
        this.operand = value;
    }

    /** After {@link #use}: the value and all that is put together with it. */
    Operand operand() {
        return operand;
    }

    /** After {@link #use}: whether the value is only a part of a text that the code puts together. */
    boolean isComposed() {
        return composed;
    }

    LiteralUse use() {
        int before = tokens.previous(operand.first());
        LiteralUse typed = LiteralUse.ofType(tokens.name(before), false);
        if (typed != LiteralUse.DATA && tokens.isIdentifier(before)) {
            return typed;
        }
        boolean wider = true;
        for (int layer = 0; wider && layer < Operand.LAYERS; layer++) {
            before = tokens.previous(operand.first());
            int behind = tokens.next(operand.last());
            boolean cast = tokens.isOperator(behind, "::");
            boolean castWord = tokens.isSymbol(before, '(')
                    && tokens.isWord(behind, "AS")
                    && tokens.isWord(tokens.previous(before), "CAST");
            if (cast || castWord) {
                int type = Operand.nameEnd(tokens, tokens.next(behind));
                int end = typeEnd(type);
                LiteralUse use = LiteralUse.ofType(tokens.name(type), end != type);
                if (use != LiteralUse.DATA || !TEXTS.contains(tokens.name(type))) {
                    return use;
                }
                operand = new Operand(cast ? operand.first() : tokens.previous(before), cast ? end : tokens.next(end));
            } else {
                Operand outer = around(before, behind);
                wider = !outer.equals(operand);
                operand = outer;
            }
        }
        return inContext();
    }

    /** The parentheses, call or {@code CASE} around the operand whose value may be the operand's; the operand when there is none. */
    private Operand around(int before, int behind) {
        Operand joined = operand.joined(tokens);
        if (!joined.equals(operand)) {
            composed = true;
            return joined;
        }
        boolean opens = tokens.isSymbol(before, '(');
        if (opens || tokens.isSymbol(before, ',')) {
            Bracket open = opens ? new Bracket(before, 0) : Bracket.opening(tokens, operand.first());
            int word = tokens.previous(open.token());
            boolean group = opens && tokens.isSymbol(behind, ')') && !Operand.isFunction(tokens, word);
            boolean list = tokens.isWord(word, "IN") || SchemaComparison.isAny(tokens, word);
            boolean composes = COMPOSE.contains(open.function(tokens));
            boolean passesOn = PASS_ON.contains(open.function(tokens));
            Bracket closing = Bracket.closing(tokens, operand.last());
            if (closing.exists() && ((group && !list) || composes || passesOn)) {
                composed |= composes;
                besideSchema |= passesOn && hasSchemaName(open.token(), closing.token());
                return new Operand(
                        composes || passesOn ? Operand.nameStart(tokens, word) : open.token(), closing.token());
            }
        }
        boolean branch = tokens.isWord(before, "THEN") || tokens.isWord(before, "ELSE");
        return branch ? caseAround() : operand;
    }

    private boolean hasSchemaName(int from, int to) {
        for (int token = from; token < to; token = tokens.next(token)) {
            if (tokens.isIdentifier(token) && isSchemaName.test(tokens.name(token))) {
                return true;
            }
        }
        return false;
    }

    private Operand caseAround() {
        int start = wordAt(operand.first(), "END", "CASE", -1);
        int end = wordAt(operand.last(), "CASE", "END", 1);
        return start >= 0 && end >= 0 ? new Operand(start, end) : operand;
    }

    private int wordAt(int from, String opens, String closes, int step) {
        int nested = 0;
        int at = from;
        for (int looked = 0; looked < TokenContext.BRACKET_RANGE; looked++) {
            at = step < 0 ? tokens.previous(at) : tokens.next(at);
            if (at < 0 || at >= tokens.count() || tokens.isSymbol(at, ';')) {
                return -1;
            } else if (tokens.isWord(at, opens)) {
                nested++;
            } else if (tokens.isWord(at, closes) && nested-- == 0) {
                return at;
            }
        }
        return -1;
    }

    private LiteralUse inContext() {
        int before = tokens.previous(operand.first());
        boolean assigned = tokens.isOperator(before, "=") || tokens.isWord(before, "TO");
        if (assigned && LiteralUse.isSettingOfName(tokens.name(tokens.previous(before)))) {
            return LiteralUse.NAME;
        }
        LiteralUse compared = besideSchema ? LiteralUse.SCHEMA : comparison.of(operand);
        if (compared != LiteralUse.DATA) {
            return compared;
        }
        boolean inList = tokens.isSymbol(before, '(') || tokens.isSymbol(before, '[') || tokens.isSymbol(before, ',');
        return inList ? inCall(Bracket.opening(tokens, operand.first())) : LiteralUse.DATA;
    }

    private LiteralUse inCall(Bracket call) {
        int word = tokens.previous(call.token());
        if (!call.exists()) {
            return LiteralUse.DATA;
        }
        if (tokens.isSymbol(call.token(), '[')) {
            return tokens.isWord(word, "ARRAY") ? inArray(word) : LiteralUse.DATA;
        }
        return SchemaComparison.isAny(tokens, word) ? comparison.ofAny(word) : argument(call);
    }

    private LiteralUse inArray(int array) {
        Bracket closing = Bracket.closing(tokens, operand.last());
        int behind = tokens.next(closing.token());
        if (closing.exists() && tokens.isOperator(behind, "::")) {
            LiteralUse use = LiteralUse.ofType(tokens.name(Operand.nameEnd(tokens, tokens.next(behind))), false);
            if (use != LiteralUse.DATA) {
                return use;
            }
        }
        int open = tokens.previous(array);
        while (tokens.isSymbol(open, '(') && tokens.isSymbol(tokens.previous(open), '(')) {
            open = tokens.previous(open);
        }
        int any = tokens.previous(open);
        LiteralUse use = tokens.isSymbol(open, '(') && SchemaComparison.isAny(tokens, any)
                ? comparison.ofAny(any)
                : closing.exists() ? comparison.of(Operand.beginningAt(tokens, array)) : LiteralUse.DATA;
        return use == LiteralUse.SCHEMAS ? LiteralUse.SCHEMA : LiteralUse.DATA;
    }

    private LiteralUse argument(Bracket call) {
        String function = call.function(tokens);
        Bracket closing = Bracket.closing(tokens, operand.last());
        if (function.startsWith("has_") && function.endsWith("_privilege")) {
            boolean schema = function.equals("has_schema_privilege");
            return !schema
                    ? LiteralUse.NAME
                    : closing.exists() && closing.commas() == 1 ? LiteralUse.SCHEMA : LiteralUse.DATA;
        }
        if (function.equals("set_config") && call.commas() == 1) {
            String setting = tokens.text(tokens.next(call.token())).replace("'", "");
            return LiteralUse.isSettingOfName(setting) ? LiteralUse.NAME : LiteralUse.DATA;
        }
        // A single argument is the text itself.
        boolean text = function.endsWith("to_tsvector") || function.endsWith("to_tsquery");
        if (text && closing.commas() == 0) {
            return LiteralUse.DATA;
        }
        boolean position = function.equals("array_position") || function.equals("array_positions");
        if (position && call.commas() == 1 && isSchemaName.test(tokens.name(tokens.next(call.token())))) {
            return LiteralUse.SCHEMA;
        }
        return LiteralUse.ofArgument(function, call.commas());
    }

    /** The last token of a type, which may have a length or be an array. */
    private int typeEnd(int name) {
        int behind = tokens.next(name);
        boolean suffix = tokens.isSymbol(behind, '[') || tokens.isSymbol(behind, '(');
        return suffix ? Operand.closing(tokens, behind) : name;
    }
}
