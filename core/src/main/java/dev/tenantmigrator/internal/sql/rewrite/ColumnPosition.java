package dev.tenantmigrator.internal.sql.rewrite;

import static dev.tenantmigrator.internal.sql.lex.TokenContext.isAnyWord;
import static dev.tenantmigrator.internal.sql.lex.TokenContext.wordBefore;

import dev.tenantmigrator.internal.sql.lex.TokenContext;
import dev.tenantmigrator.internal.sql.lex.TokenContext.Bracket;
import dev.tenantmigrator.internal.sql.lex.TokenKind;
import dev.tenantmigrator.internal.sql.lex.Tokens;
import java.util.Set;

/**
 * Tells a column from an object in code that has a table, alias or record called like the schema. In an expression two names
 * with a dot between them are always a column; a function has a parenthesis behind it. Anywhere else the first one is a
 * schema.
 */
final class ColumnPosition {

    /** Keywords with an expression behind them, those that may also have an object behind them excepted. */
    private static final Set<String> BEFORE_EXPRESSION = Set.of(
            "all",
            "and",
            "array",
            "assert",
            "asymmetric",
            "between",
            "both",
            "by",
            "case",
            "default",
            "distinct",
            "else",
            "elsif",
            "escape",
            "for",
            "having",
            "if",
            "ilike",
            "in",
            "leading",
            "limit",
            "next",
            "not",
            "offset",
            "or",
            "passing",
            "perform",
            "placing",
            "return",
            "returning",
            "reverse",
            "select",
            "symmetric",
            "then",
            "trailing",
            "variadic",
            "when",
            "where",
            "while",
            "zone");

    /** Keywords that begin a list of expressions. */
    private static final Set<String> BEFORE_EXPRESSIONS = Set.of(
            "by",
            "call",
            "having",
            "into",
            "limit",
            "offset",
            "perform",
            "raise",
            "return",
            "returning",
            "select",
            "set",
            "where",
            "window");

    private final Tokens tokens;
    private final boolean inBody;

    /** @param inBody whether the code is in PL/pgSQL, where {@code INTO} has variables behind it */
    ColumnPosition(Tokens tokens, boolean inBody) {
        this.tokens = tokens;
        this.inBody = inBody;
    }

    /** Whether {@code schema.object} is a column. */
    boolean isColumn(int schema, int object) {
        int before = tokens.previous(schema);
        int behind = tokens.next(object);
        boolean isType = tokens.kind(behind) == TokenKind.STRING || tokens.kind(behind) == TokenKind.DOLLAR_STRING;
        if (!tokens.isIdentifier(object)
                || isType
                || tokens.isSymbol(behind, '(')
                || tokens.isSymbol(behind, '.')
                || isInSignature(schema)) {
            return false;
        }
        return switch (tokens.kind(before)) {
            case WORD -> isBehindWord(before, behind);
            case OPERATOR -> true;
            case SYMBOL -> isBehindSymbol(before, behind);
            case END -> isAssigned(behind);
            default -> false;
        };
    }

    private boolean isBehindWord(int word, int behind) {
        return switch (tokens.name(word)) {
            case "from" -> !isFromClause(word);
            case "using" -> !isUsingClause(word);
            case "on" ->
                isAnyWord(
                        tokens,
                        wordBefore(tokens, word, "JOIN", "MERGE", "TRIGGER", "INDEX", "POLICY", "RULE", "COMMENT"),
                        "JOIN",
                        "MERGE");
            case "to" -> tokens.isWord(tokens.previous(word), "SIMILAR");
            case "like" -> !tokens.isSymbol(tokens.previous(word), '(') && !tokens.isSymbol(tokens.previous(word), ',');
            case "strict" -> inBody;
            case "into" -> inBody && !isAnyWord(tokens, tokens.previous(word), "INSERT", "MERGE");
            case "begin", "loop" -> isAssigned(behind);
            default -> BEFORE_EXPRESSION.contains(tokens.name(word));
        };
    }

    private boolean isBehindSymbol(int symbol, int behind) {
        return switch (tokens.text(symbol)) {
            case "(" -> !isTableParenthesis(symbol);
            case "," -> isInListOfExpressions(symbol);
            case ")" -> {
                int word = tokens.previous(Bracket.opening(tokens, symbol).token());
                boolean distinct = tokens.isWord(word, "ON") && tokens.isWord(tokens.previous(word), "DISTINCT");
                yield distinct || tokens.isWord(word, "OPERATOR");
            }
            case ";" -> isAssigned(behind);
            case "[", ":=", ".." -> true;
            default -> false;
        };
    }

    private boolean isAssigned(int behind) {
        return tokens.isOperator(behind, ":=") || tokens.isOperator(behind, "=") || tokens.isSymbol(behind, '[');
    }

    /** Whether a name is among the types of {@code FUNCTION f(…)}. */
    private boolean isInSignature(int token) {
        int name = tokens.previous(Bracket.opening(tokens, token).token());
        if (!tokens.isIdentifier(name)) {
            return false;
        }
        int before = tokens.previous(Operand.nameStart(tokens, name));
        return isAnyWord(tokens, before, "FUNCTION", "PROCEDURE", "ROUTINE", "AGGREGATE")
                && !tokens.isWord(tokens.previous(before), "EXECUTE");
    }

    /** Whether a parenthesis has a table behind it: {@code FROM (t JOIN …)}, {@code ONLY (t)}, {@code INHERITS (t)}. */
    private boolean isTableParenthesis(int open) {
        int before = tokens.previous(open);
        for (int layer = 0; layer < Operand.LAYERS && tokens.isSymbol(before, '('); layer++) {
            before = tokens.previous(before);
        }
        return isTablePosition(before) || isAnyWord(tokens, before, "INHERITS");
    }

    /** Whether a table stands behind this token. */
    boolean isTablePosition(int before) {
        if (tokens.isSymbol(before, ',')) {
            return isAnyWord(tokens, clause(before), "FROM", "USING");
        }
        return switch (tokens.kind(before) == TokenKind.WORD ? tokens.name(before) : "") {
            case "join", "only", "table", "update", "into", "lateral" -> true;
            case "from" -> isFromClause(before);
            case "using" -> isUsingClause(before);
            default -> false;
        };
    }

    private boolean isInListOfExpressions(int comma) {
        int clause = clause(comma);
        if (tokens.isSymbol(clause, '(') || tokens.isSymbol(clause, '[')) {
            return !isTableParenthesis(clause);
        }
        return tokens.isWord(clause, "USING")
                ? !isUsingClause(clause)
                : tokens.kind(clause) == TokenKind.WORD && BEFORE_EXPRESSIONS.contains(tokens.name(clause));
    }

    /** The keyword or bracket that begins the list in which a comma stands; -1 when the statement begins before it. */
    private int clause(int comma) {
        int cases = 0;
        int at = tokens.previous(comma);
        for (int looked = 0; at >= 0 && looked < TokenContext.KEYWORD_RANGE; looked++, at = tokens.previous(at)) {
            if (tokens.isSymbol(at, ')') || tokens.isSymbol(at, ']')) {
                at = Math.max(TokenContext.openingBracket(tokens, at), 0);
            } else if (tokens.isSymbol(at, '(') || tokens.isSymbol(at, '[')) {
                return at;
            } else if (tokens.isSymbol(at, ';')) {
                return -1;
            } else if (tokens.isWord(at, "END")) {
                cases++;
            } else if (tokens.isWord(at, "CASE")) {
                cases--;
            } else if (cases <= 0 && isClause(at)) {
                return at;
            }
        }
        return -1;
    }

    private boolean isClause(int word) {
        if (tokens.kind(word) != TokenKind.WORD) {
            return false;
        }
        return switch (tokens.name(word)) {
            case "from" -> isFromClause(word);
            case "using" -> !tokens.isSymbol(tokens.next(word), '(') || isUsingClause(word);
            case "then", "else", "loop", "begin" -> true;
            default -> BEFORE_EXPRESSIONS.contains(tokens.name(word));
        };
    }

    /** False for {@code IS DISTINCT FROM x} and for {@code extract(year FROM x)}. */
    private boolean isFromClause(int from) {
        if (tokens.isWord(tokens.previous(from), "DISTINCT")) {
            return false;
        }
        int at = tokens.previous(from);
        for (int looked = 0; at >= 0 && looked < TokenContext.KEYWORD_RANGE; looked++, at = tokens.previous(at)) {
            if (tokens.isSymbol(at, ')') || tokens.isSymbol(at, ']')) {
                at = Math.max(TokenContext.openingBracket(tokens, at), 0);
            } else if (tokens.isSymbol(at, '(')) {
                return false;
            } else if (tokens.isSymbol(at, ';') || isAnyWord(tokens, at, "SELECT", "PERFORM", "DELETE", "UPDATE")) {
                return true;
            }
        }
        return true;
    }

    /** Whether a {@code USING} belongs to {@code DELETE} or {@code MERGE}. */
    private boolean isUsingClause(int using) {
        int statement = wordBefore(tokens, using, "DELETE", "MERGE", "EXECUTE", "ALTER", "OPEN", "POLICY", "JOIN");
        return isAnyWord(tokens, statement, "DELETE", "MERGE");
    }
}
