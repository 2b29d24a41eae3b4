package dev.tenantmigrator.internal.sql.rewrite;

import dev.tenantmigrator.internal.sql.lex.TokenContext;
import dev.tenantmigrator.internal.sql.lex.TokenContext.Bracket;
import dev.tenantmigrator.internal.sql.lex.Tokens;
import java.util.Map;
import java.util.Set;

/** Finds the use of a literal in its surroundings: first the casts and parentheses around it, then the operator or function that takes the result. */
final class LiteralContext {

    /** Operators that compare a text; {@code ~~} is the operator that {@code LIKE} stands for. */
    private static final Map<String, LiteralUse> COMPARISONS = Map.of(
            "=",
            LiteralUse.SCHEMA,
            "<>",
            LiteralUse.SCHEMA,
            "!=",
            LiteralUse.SCHEMA,
            "~~",
            LiteralUse.SCHEMA_PATTERN,
            "!~~",
            LiteralUse.SCHEMA_PATTERN);

    /** Text types: a cast to one of them does not tell the use of a literal. */
    private static final Set<String> TEXTS = Set.of("text", "varchar", "name", "cstring", "unknown", "sql_identifier");

    /** The number of casts and parentheses around a literal that are looked at: more than real code has. */
    private static final int LAYERS = 8;

    /** Words with a parenthesis behind them that are no function. */
    private static final Set<String> NO_FUNCTIONS =
            Set.of("and", "or", "not", "where", "on", "when", "then", "else", "select", "return", "if", "by", "like");

    /** Words with a list behind them, of assignments behind {@code SET}. */
    private static final Set<String> BEFORE_LIST = Set.of("set", "select", "where", "by", "on", "returning", "values");

    private final Tokens tokens;
    private int first;
    private int last;

    LiteralContext(Tokens tokens, int literal) {
        this.tokens = tokens;
        this.first = literal;
        this.last = literal;
    }

    LiteralUse use() {
        boolean wider = true;
        for (int layer = 0; wider && layer < LAYERS; layer++) {
            int before = tokens.previous(first);
            int behind = tokens.next(last);
            boolean cast = tokens.isOperator(behind, "::");
            boolean opened = tokens.isSymbol(before, '(');
            boolean castWord = opened && tokens.isWord(behind, "AS") && tokens.isWord(tokens.previous(before), "CAST");
            if (cast || castWord) {
                int type = typeName(tokens.next(behind));
                int end = typeEnd(type);
                LiteralUse use = LiteralUse.ofType(tokens.name(type), end != type);
                if (use != LiteralUse.DATA || !TEXTS.contains(tokens.name(type))) {
                    return use;
                }
                first = cast ? first : tokens.previous(before);
                last = cast ? end : tokens.next(end);
            } else if (opened && isComposed(before, behind)) {
                Bracket closing = Bracket.closing(tokens, last);
                last = closing.exists() ? closing.token() : last;
                first = isFormat(before) ? tokens.previous(before) : before;
                wider = closing.exists();
            } else {
                wider = false;
            }
        }
        return inContext();
    }

    /** Whether parentheses compose a text that may be cast as a whole: {@code ('x.' || y)}, {@code format('x.%I', y)}. */
    private boolean isComposed(int open, int behind) {
        if (isFormat(open)) {
            return true;
        }
        int word = tokens.previous(open);
        boolean call = tokens.isIdentifier(word) && !NO_FUNCTIONS.contains(tokens.name(word));
        return !call && (tokens.isSymbol(behind, ')') || tokens.isOperator(behind, "||"));
    }

    private boolean isFormat(int open) {
        return tokens.isName(tokens.previous(open), "format");
    }

    private LiteralUse inContext() {
        int before = tokens.previous(first);
        int behind = tokens.next(last);
        LiteralUse compared = comparison(before);
        if (compared != LiteralUse.DATA) {
            return columnBefore(leftOf(before), compared);
        }
        LiteralUse comparing = COMPARISONS.getOrDefault(tokens.text(behind), LiteralUse.DATA);
        if (comparing == LiteralUse.SCHEMA) {
            return columnBehind(tokens.next(behind));
        }
        boolean inList = tokens.isSymbol(before, '(') || tokens.isSymbol(before, '[') || tokens.isSymbol(before, ',');
        return inList ? inCall(Bracket.opening(tokens, first)) : LiteralUse.DATA;
    }

    private LiteralUse inCall(Bracket call) {
        int word = tokens.previous(call.token());
        if (!call.exists()) {
            return LiteralUse.DATA;
        }
        if (tokens.isSymbol(call.token(), '[')) {
            return tokens.isWord(word, "ARRAY") ? inArray(word, call) : LiteralUse.DATA;
        }
        if (tokens.isWord(word, "IN")) {
            int left = tokens.previous(word);
            return columnBefore(tokens.isWord(left, "NOT") ? tokens.previous(left) : left, LiteralUse.SCHEMA);
        }
        if (isAny(word)) {
            int operator = tokens.previous(word);
            LiteralUse compared = comparison(operator);
            return compared == LiteralUse.SCHEMA
                            && columnBefore(leftOf(operator), LiteralUse.SCHEMA) == LiteralUse.SCHEMA
                    ? LiteralUse.SCHEMAS
                    : LiteralUse.DATA;
        }
        return argument(call);
    }

    private LiteralUse inArray(int array, Bracket call) {
        Bracket closing = Bracket.closing(tokens, last);
        int behind = tokens.next(closing.token());
        if (closing.exists() && tokens.isOperator(behind, "::")) {
            LiteralUse use = LiteralUse.ofType(tokens.name(typeName(tokens.next(behind))), false);
            if (use != LiteralUse.DATA) {
                return use;
            }
        }
        int open = tokens.previous(array);
        while (tokens.isSymbol(open, '(') && tokens.isSymbol(tokens.previous(open), '(')) {
            open = tokens.previous(open);
        }
        int any = tokens.previous(open);
        int operator = tokens.previous(any);
        boolean compared = tokens.isSymbol(open, '(') && isAny(any) && comparison(operator) == LiteralUse.SCHEMA;
        return compared && call.exists() ? columnBefore(leftOf(operator), LiteralUse.SCHEMA) : LiteralUse.DATA;
    }

    private boolean isAny(int word) {
        return tokens.isWord(word, "ANY") || tokens.isWord(word, "ALL") || tokens.isWord(word, "SOME");
    }

    private LiteralUse argument(Bracket call) {
        String function = call.function(tokens);
        if (function.startsWith("has_") && function.endsWith("_privilege")) {
            boolean schema = function.equals("has_schema_privilege");
            Bracket closing = Bracket.closing(tokens, last);
            return !schema
                    ? LiteralUse.NAME
                    : closing.exists() && closing.commas() == 1 ? LiteralUse.SCHEMA : LiteralUse.DATA;
        }
        if (call.commas() > 0) {
            return LiteralUse.DATA;
        }
        // A single argument is the text itself.
        boolean text = function.endsWith("to_tsvector") || function.endsWith("to_tsquery");
        if (text && Bracket.closing(tokens, last).commas() == 0) {
            return LiteralUse.DATA;
        }
        return LiteralUse.ofArgument(function);
    }

    /** The use of an operand behind an operator or keyword. */
    private LiteralUse comparison(int token) {
        if (tokens.isWord(token, "LIKE") || tokens.isWord(token, "ILIKE")) {
            return LiteralUse.SCHEMA_PATTERN;
        }
        if (tokens.isWord(token, "FROM") && tokens.isWord(tokens.previous(token), "DISTINCT")) {
            return LiteralUse.SCHEMA;
        }
        return COMPARISONS.getOrDefault(tokens.text(token), LiteralUse.DATA);
    }

    /** The end of the left operand of a comparison. */
    private int leftOf(int operator) {
        int left = tokens.previous(operator);
        while (tokens.isWord(left, "NOT") || tokens.isWord(left, "DISTINCT") || tokens.isWord(left, "IS")) {
            left = tokens.previous(left);
        }
        return left;
    }

    /** The use of a literal that is compared with the column or function that ends here. */
    private LiteralUse columnBefore(int end, LiteralUse compared) {
        int column = end;
        boolean text = false;
        for (int casts = 0; casts < LAYERS && tokens.isOperator(beforeType(column), "::"); casts++) {
            if (tokens.isName(column, "regnamespace")) {
                return text ? LiteralUse.SCHEMA_OUTPUT : LiteralUse.DATA;
            }
            text = true;
            column = tokens.previous(beforeType(column));
        }
        if (tokens.isSymbol(column, ')')) {
            int open = tokens.previous(column);
            boolean grouped = tokens.isIdentifier(open);
            column = grouped ? open : tokens.previous(open);
        }
        return isSchemaName(column) && !isAssigned(column) ? compared : LiteralUse.DATA;
    }

    private int beforeType(int type) {
        int before = tokens.previous(type);
        return tokens.isSymbol(before, '.') ? tokens.previous(tokens.previous(before)) : before;
    }

    private LiteralUse columnBehind(int start) {
        if (isAny(start)) {
            return tokens.isName(nameEnd(tokens.next(tokens.next(start))), "current_schemas")
                    ? LiteralUse.SCHEMA
                    : LiteralUse.DATA;
        }
        int column = nameEnd(tokens.isSymbol(start, '(') ? tokens.next(start) : start);
        int behind = tokens.next(column);
        if (tokens.isOperator(behind, "::")) {
            int type = typeName(tokens.next(behind));
            if (tokens.isName(type, "regnamespace")) {
                return tokens.isOperator(tokens.next(type), "::") ? LiteralUse.SCHEMA_OUTPUT : LiteralUse.DATA;
            }
        }
        return isSchemaName(column) ? LiteralUse.SCHEMA : LiteralUse.DATA;
    }

    private int nameEnd(int start) {
        int end = start;
        for (int parts = 0; parts < LAYERS && tokens.isSymbol(tokens.next(end), '.'); parts++) {
            end = tokens.next(tokens.next(end));
        }
        return end;
    }

    private boolean isSchemaName(int token) {
        return tokens.isIdentifier(token) && LiteralUse.isSchemaName(tokens.name(token));
    }

    /** Whether a column is assigned to rather than compared, as in {@code UPDATE t SET a = 1, schema_name = 'x'}. */
    private boolean isAssigned(int column) {
        int before = tokens.previous(column);
        for (int looked = 0; looked < TokenContext.BRACKET_RANGE && tokens.isSymbol(before, ','); looked++) {
            do {
                before = tokens.previous(before);
                looked++;
            } while (before >= 0
                    && looked < TokenContext.BRACKET_RANGE
                    && !tokens.isSymbol(before, ',')
                    && !BEFORE_LIST.contains(tokens.name(before)));
        }
        return tokens.isWord(before, "SET");
    }

    /** The last part of a type's name. */
    private int typeName(int start) {
        return nameEnd(start);
    }

    /** The last token of a type, which may have a length or be an array. */
    private int typeEnd(int name) {
        int behind = tokens.next(name);
        if (tokens.isSymbol(behind, '[') || tokens.isSymbol(behind, '(')) {
            Bracket closing = Bracket.closing(tokens, behind);
            return closing.exists() ? closing.token() : name;
        }
        return name;
    }
}
