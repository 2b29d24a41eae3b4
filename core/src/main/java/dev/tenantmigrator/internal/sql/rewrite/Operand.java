package dev.tenantmigrator.internal.sql.rewrite;

import dev.tenantmigrator.internal.sql.lex.TokenContext.Bracket;
import dev.tenantmigrator.internal.sql.lex.TokenKind;
import dev.tenantmigrator.internal.sql.lex.Tokens;
import java.util.Set;

/**
 * An operand of an expression: a literal, a name, a call, an array or parentheses, with its casts. Read only as far as
 * code goes that people write.
 *
 * @param first its first token
 * @param last its last token
 */
record Operand(int first, int last) {

    /** The number of casts and parentheses around a literal that are looked at: more than real code has. */
    static final int LAYERS = 8;

    /** The number of operands that {@code ||} joins that are looked at. */
    private static final int JOINED = 50;

    /** Words with a parenthesis behind them that are no function. */
    private static final Set<String> NO_FUNCTIONS = Set.of(
            "and",
            "any",
            "all",
            "some",
            "between",
            "by",
            "case",
            "distinct",
            "else",
            "elsif",
            "from",
            "having",
            "if",
            "ilike",
            "in",
            "join",
            "like",
            "not",
            "on",
            "or",
            "over",
            "return",
            "returning",
            "select",
            "set",
            "then",
            "to",
            "using",
            "values",
            "when",
            "where",
            "while",
            "with");

    /** The operand that ends at a token. */
    static Operand endingAt(Tokens tokens, int end) {
        int at = end;
        for (int layer = 0; layer < LAYERS; layer++) {
            int type = tokens.isSymbol(at, ']') ? tokens.previous(tokens.previous(at)) : at;
            int before = tokens.previous(nameStart(tokens, type));
            boolean cast = tokens.isOperator(before, "::") || tokens.isWord(before, "COLLATE");
            if (!cast) {
                break;
            }
            at = tokens.previous(before);
        }
        return new Operand(start(tokens, at), end);
    }

    private static int start(Tokens tokens, int end) {
        int at = end;
        for (int layer = 0; layer < LAYERS && tokens.isSymbol(at, ']'); layer++) {
            int open = Bracket.opening(tokens, at).token();
            if (open < 0) {
                return end;
            }
            at = tokens.previous(open);
        }
        if (tokens.isSymbol(at, ')')) {
            int open = Bracket.opening(tokens, at).token();
            int name = tokens.previous(open);
            return open < 0 ? at : isFunction(tokens, name) ? nameStart(tokens, name) : open;
        }
        return nameStart(tokens, at);
    }

    /** The operand that begins at a token. */
    static Operand beginningAt(Tokens tokens, int start) {
        int last = tokens.isSymbol(start, '(') ? closing(tokens, start) : nameEnd(tokens, start);
        for (int layer = 0; layer < LAYERS; layer++) {
            int behind = tokens.next(last);
            boolean opens = tokens.isSymbol(behind, '(') || tokens.isSymbol(behind, '[');
            if (opens && (tokens.isIdentifier(last) ? isFunction(tokens, last) : tokens.isSymbol(behind, '['))) {
                last = closing(tokens, behind);
            } else if (tokens.isOperator(behind, "::") || tokens.isWord(behind, "COLLATE")) {
                last = nameEnd(tokens, tokens.next(behind));
            } else {
                break;
            }
        }
        return new Operand(start, last);
    }

    /** All that {@code ||} joins with this operand. */
    Operand joined(Tokens tokens) {
        int from = first;
        int to = last;
        for (int i = 0; i < JOINED && tokens.isOperator(tokens.previous(from), "||"); i++) {
            from = endingAt(tokens, tokens.previous(tokens.previous(from))).first;
        }
        for (int i = 0; i < JOINED && tokens.isOperator(tokens.next(to), "||"); i++) {
            to = beginningAt(tokens, tokens.next(tokens.next(to))).last;
        }
        return new Operand(from, to);
    }

    /** Whether an identifier with a parenthesis behind it is a function. */
    static boolean isFunction(Tokens tokens, int name) {
        return tokens.isIdentifier(name)
                && !(tokens.kind(name) == TokenKind.WORD && NO_FUNCTIONS.contains(tokens.name(name)));
    }

    /** The bracket that closes another one; the opening one itself when there is none. */
    static int closing(Tokens tokens, int open) {
        Bracket closing = Bracket.closing(tokens, open);
        return closing.exists() ? closing.token() : open;
    }

    /** The first of several names with dots between them. */
    static int nameStart(Tokens tokens, int end) {
        int start = end;
        for (int parts = 0; parts < LAYERS && tokens.isSymbol(tokens.previous(start), '.'); parts++) {
            start = tokens.previous(tokens.previous(start));
        }
        return start;
    }

    /** The last of several names with dots between them. */
    static int nameEnd(Tokens tokens, int start) {
        int end = start;
        for (int parts = 0; parts < LAYERS && tokens.isSymbol(tokens.next(end), '.'); parts++) {
            end = tokens.next(tokens.next(end));
        }
        return end;
    }
}
