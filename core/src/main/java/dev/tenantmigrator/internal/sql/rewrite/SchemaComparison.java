package dev.tenantmigrator.internal.sql.rewrite;

import dev.tenantmigrator.internal.sql.lex.TokenContext;
import dev.tenantmigrator.internal.sql.lex.TokenContext.Bracket;
import dev.tenantmigrator.internal.sql.lex.Tokens;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Finds out whether an operand is compared with the name of a schema: with an operator, in a list, as an element of a row, or
 * in a {@code CASE}. The other side tells, because it names a column of the catalogs.
 */
final class SchemaComparison {

    /** Operators that compare a text; {@code ~~} is the operator that {@code LIKE} stands for. */
    private static final Map<String, LiteralUse> COMPARISONS = new HashMap<>();

    static {
        Set.of("=", "<>", "!=").forEach(operator -> COMPARISONS.put(operator, LiteralUse.SCHEMA));
        Set.of("~~", "!~~", "~~*", "!~~*").forEach(operator -> COMPARISONS.put(operator, LiteralUse.SCHEMA_PATTERN));
        Set.of("~", "!~", "~*", "!~*").forEach(operator -> COMPARISONS.put(operator, LiteralUse.SCHEMA_REGEX));
        Set.of("@>", "<@", "&&").forEach(operator -> COMPARISONS.put(operator, LiteralUse.SCHEMAS));
    }

    /** Words with a list behind them, of assignments behind {@code SET}. */
    private static final Set<String> BEFORE_LIST = Set.of("set", "select", "where", "by", "on", "returning", "values");

    /** Functions that put a schema, a dot and a name together. */
    private static final Set<String> JOIN = Set.of("concat", "concat_ws", "format");

    private final Tokens tokens;
    private final Predicate<String> isSchemaName;

    /** @param isSchemaName whether a column, function or variable holds the name of a schema */
    SchemaComparison(Tokens tokens, Predicate<String> isSchemaName) {
        this.tokens = tokens;
        this.isSchemaName = isSchemaName;
    }

    /** The use of an operand. */
    LiteralUse of(Operand operand) {
        LiteralUse use = compared(operand, -1);
        if (use != LiteralUse.DATA || !isInList(operand.first())) {
            return use;
        }
        Bracket bracket = Bracket.opening(tokens, operand.first());
        int owner = tokens.previous(bracket.token());
        boolean row = tokens.isSymbol(bracket.token(), '(')
                && (!Operand.isFunction(tokens, owner) || tokens.isWord(owner, "ROW"))
                && !tokens.isWord(owner, "IN")
                && !isAny(owner);
        if (!row) {
            return LiteralUse.DATA;
        }
        int first = tokens.isWord(owner, "ROW") ? owner : bracket.token();
        return compared(new Operand(first, Operand.closing(tokens, operand.last())), bracket.commas());
    }

    /** @param element the number of the operand in a row, from 0; -1 when it is compared itself */
    private LiteralUse compared(Operand operand, int element) {
        int before = tokens.previous(operand.first());
        int behind = tokens.next(operand.last());
        LiteralUse use = operator(before);
        if (use != LiteralUse.DATA) {
            return left(operatorStart(before), use, element);
        }
        LiteralUse using = COMPARISONS.getOrDefault(tokens.text(operatorName(behind)), LiteralUse.DATA);
        if (using == LiteralUse.SCHEMA || using == LiteralUse.SCHEMAS) {
            return right(tokens.next(operatorEnd(behind)), using, element);
        }
        if (tokens.isWord(behind, "IS") || tokens.isWord(behind, "IN") || tokens.isWord(behind, "WHEN")) {
            boolean distinct = tokens.isWord(behind, "IS");
            int right = distinct ? behindDistinct(behind) : tokens.next(behind);
            boolean compares = !tokens.isWord(behind, "WHEN") || tokens.isWord(before, "CASE");
            return compares && right >= 0 ? right(right, LiteralUse.SCHEMA, element) : LiteralUse.DATA;
        }
        if (tokens.isWord(before, "WHEN")) {
            return caseOperand(before, element);
        }
        if (tokens.isWord(before, "BETWEEN")) {
            return left(before, LiteralUse.SCHEMA, element);
        }
        if (tokens.isWord(before, "AND") && tokens.isWord(tokens.previous(tokens.previous(before)), "BETWEEN")) {
            return left(tokens.previous(tokens.previous(before)), LiteralUse.SCHEMA, element);
        }
        if (isInList(operand.first())) {
            int in = tokens.previous(Bracket.opening(tokens, operand.first()).token());
            return tokens.isWord(in, "IN") ? left(in, LiteralUse.SCHEMA, element) : LiteralUse.DATA;
        }
        boolean values = tokens.isWord(before, "VALUES") && tokens.isSymbol(tokens.previous(before), '(');
        int in = tokens.previous(tokens.previous(before));
        return values && tokens.isWord(in, "IN") ? left(in, LiteralUse.SCHEMA, element) : LiteralUse.DATA;
    }

    /** The use of {@code ANY (…)}, behind an operator, for the elements of the array in it. */
    LiteralUse ofAny(int any) {
        int operator = tokens.previous(any);
        boolean compared = operator(operator) == LiteralUse.SCHEMA
                && left(operatorStart(operator), LiteralUse.SCHEMA, -1) == LiteralUse.SCHEMA;
        return compared ? LiteralUse.SCHEMAS : LiteralUse.DATA;
    }

    static boolean isAny(Tokens tokens, int word) {
        return tokens.isWord(word, "ANY") || tokens.isWord(word, "ALL") || tokens.isWord(word, "SOME");
    }

    private boolean isAny(int word) {
        return isAny(tokens, word);
    }

    private boolean isInList(int first) {
        int before = tokens.previous(first);
        return tokens.isSymbol(before, '(') || tokens.isSymbol(before, ',');
    }

    /** The use of an operand behind an operator or keyword. */
    private LiteralUse operator(int end) {
        if (tokens.isWord(end, "LIKE") || tokens.isWord(end, "ILIKE")) {
            return LiteralUse.SCHEMA_PATTERN;
        }
        if (tokens.isWord(end, "TO") && tokens.isWord(tokens.previous(end), "SIMILAR")) {
            return LiteralUse.SCHEMA_REGEX;
        }
        if (tokens.isWord(end, "FROM") && tokens.isWord(tokens.previous(end), "DISTINCT")) {
            return LiteralUse.SCHEMA;
        }
        int name = tokens.isSymbol(end, ')') ? tokens.previous(end) : end;
        boolean known = name == end || operatorStart(end) != end;
        return known ? COMPARISONS.getOrDefault(tokens.text(name), LiteralUse.DATA) : LiteralUse.DATA;
    }

    /** The first token of {@code OPERATOR(pg_catalog.=)}; of any other operator that itself. */
    private int operatorStart(int end) {
        if (tokens.isSymbol(end, ')')) {
            int word = tokens.previous(Bracket.opening(tokens, end).token());
            return tokens.isWord(word, "OPERATOR") ? word : end;
        }
        return end;
    }

    private int operatorEnd(int start) {
        return tokens.isWord(start, "OPERATOR") ? Operand.closing(tokens, tokens.next(start)) : start;
    }

    private int operatorName(int start) {
        return tokens.isWord(start, "OPERATOR") ? tokens.previous(operatorEnd(start)) : start;
    }

    private int behindDistinct(int is) {
        int distinct = tokens.next(is);
        distinct = tokens.isWord(distinct, "NOT") ? tokens.next(distinct) : distinct;
        int from = tokens.next(distinct);
        return tokens.isWord(distinct, "DISTINCT") && tokens.isWord(from, "FROM") ? tokens.next(from) : -1;
    }

    /** The use of what is compared with the operand before an operator. */
    private LiteralUse left(int operator, LiteralUse use, int element) {
        int end = tokens.previous(operator);
        while (tokens.isWord(end, "NOT")
                || tokens.isWord(end, "DISTINCT")
                || tokens.isWord(end, "IS")
                || tokens.isWord(end, "SIMILAR")
                || tokens.isWord(end, "SYMMETRIC")) {
            end = tokens.previous(end);
        }
        Operand left = Operand.endingAt(tokens, end);
        if (tokens.isOperator(operator, "=") && isAssigned(left.first())) {
            return LiteralUse.DATA;
        }
        return of(left.joined(tokens), use, element);
    }

    private LiteralUse right(int start, LiteralUse use, int element) {
        if (isAny(start) || tokens.isSymbol(start, '(')) {
            int open = isAny(start) ? tokens.next(start) : start;
            return of(new Operand(open, Operand.closing(tokens, open)), use, element);
        }
        return of(Operand.beginningAt(tokens, start).joined(tokens), use, element);
    }

    /** {@code CASE operand WHEN x}. */
    private LiteralUse caseOperand(int when, int element) {
        int nested = 0;
        int at = tokens.previous(when);
        for (int looked = 0; at >= 0 && looked < TokenContext.BRACKET_RANGE; looked++, at = tokens.previous(at)) {
            if (tokens.isWord(at, "END")) {
                nested++;
            } else if (tokens.isWord(at, "CASE") && nested-- == 0) {
                int operand = tokens.next(at);
                return tokens.isWord(operand, "WHEN")
                        ? LiteralUse.DATA
                        : of(Operand.beginningAt(tokens, operand).joined(tokens), LiteralUse.SCHEMA, element);
            }
        }
        return LiteralUse.DATA;
    }

    /** The use of what is compared with an operand. */
    private LiteralUse of(Operand other, LiteralUse use, int element) {
        Optional<Operand> compared = element < 0 ? Optional.of(other) : element(other, element);
        if (compared.isEmpty()) {
            return LiteralUse.DATA;
        }
        Operand side = compared.get();
        boolean schema = false;
        boolean joins = false;
        boolean quotes = false;
        int end = Math.min(side.last(), side.first() + TokenContext.KEYWORD_RANGE);
        for (int token = side.first(); token <= end; token = tokens.next(token)) {
            if (tokens.isWord(token, "FROM") || tokens.isWord(token, "WHERE")) {
                // Of a query, only the columns are compared.
                break;
            }
            if (tokens.isName(token, "regnamespace")) {
                boolean text = tokens.isOperator(tokens.next(token), "::");
                return text ? LiteralUse.SCHEMA_OUTPUT : LiteralUse.DATA;
            }
            boolean name = tokens.isIdentifier(token);
            schema |= name && isSchemaName.test(tokens.name(token));
            joins |= tokens.isOperator(token, "||") || (name && JOIN.contains(tokens.name(token)));
            quotes |= tokens.isName(token, "quote_ident") || tokens.text(token).contains("%I");
        }
        if (!schema) {
            return LiteralUse.DATA;
        }
        return use != LiteralUse.SCHEMA || !joins ? use : quotes ? LiteralUse.SCHEMA_QUOTED : LiteralUse.SCHEMA_JOINED;
    }

    /** An element of {@code (a, b)}; a query may stand there too, whose columns are not counted. */
    private Optional<Operand> element(Operand row, int number) {
        int open = tokens.isWord(row.first(), "ROW") ? tokens.next(row.first()) : row.first();
        if (!tokens.isSymbol(open, '(')) {
            return Optional.empty();
        }
        int first = tokens.next(open);
        int depth = 0;
        int commas = 0;
        for (int token = first; token <= row.last(); token = tokens.next(token)) {
            boolean ends = token == row.last() || (depth == 0 && tokens.isSymbol(token, ','));
            if (ends && commas++ == number) {
                return Optional.of(new Operand(first, tokens.previous(token)));
            } else if (ends) {
                first = tokens.next(token);
            } else if (tokens.isSymbol(token, '(') || tokens.isSymbol(token, '[')) {
                depth++;
            } else if (tokens.isSymbol(token, ')') || tokens.isSymbol(token, ']')) {
                depth--;
            }
        }
        return Optional.empty();
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
}
