package dev.tenantmigrator.internal.sql.lex;

import java.util.Arrays;

/**
 * The tokens of a text, in order and without a gap: joined, they are the text. Two arrays hold them, at five bytes a
 * token, because a script of 20 MB has millions. Every index is valid; outside of the text the kind is {@link
 * TokenKind#END}.
 */
public final class Tokens {

    /** Read once, because {@code values()} copies the array. */
    private static final TokenKind[] KINDS = TokenKind.values();

    private final String text;
    private final int[] starts;
    private final byte[] kinds;

    private Tokens(String text, int[] starts, byte[] kinds) {
        this.text = text;
        this.starts = starts;
        this.kinds = kinds;
    }

    public int count() {
        return kinds.length;
    }

    public TokenKind kind(int token) {
        return token < 0 || token >= kinds.length ? TokenKind.END : KINDS[kinds[token]];
    }

    /** The whole text, even if only a part of it was read into tokens. */
    public String source() {
        return text;
    }

    public int start(int token) {
        return starts[token];
    }

    public int end(int token) {
        return starts[token + 1];
    }

    public String text(int token) {
        return kind(token) == TokenKind.END ? "" : text.substring(start(token), end(token));
    }

    /** Whether a token is neither white space nor a comment. */
    public boolean isSignificant(int token) {
        TokenKind kind = kind(token);
        return kind != TokenKind.WHITESPACE && kind != TokenKind.COMMENT;
    }

    /** The next significant token; {@link #count()} when there is none. */
    public int next(int token) {
        int result = token + 1;
        while (result < kinds.length && !isSignificant(result)) {
            result++;
        }
        return result;
    }

    /** The previous significant token; -1 when there is none. */
    public int previous(int token) {
        int result = token - 1;
        while (result >= 0 && !isSignificant(result)) {
            result--;
        }
        return result;
    }

    /** Whether a token is this keyword or unquoted identifier. */
    public boolean isWord(int token, String upperCase) {
        return kind(token) == TokenKind.WORD && Identifiers.equalsKeyword(text, start(token), end(token), upperCase);
    }

    public boolean isSymbol(int token, char symbol) {
        return kind(token) == TokenKind.SYMBOL && end(token) - start(token) == 1 && text.charAt(start(token)) == symbol;
    }

    /** Whether a token is this operator or symbol of several characters. */
    public boolean isOperator(int token, String operator) {
        TokenKind kind = kind(token);
        return (kind == TokenKind.SYMBOL || kind == TokenKind.OPERATOR)
                && end(token) - start(token) == operator.length()
                && text.startsWith(operator, start(token));
    }

    public boolean isIdentifier(int token) {
        TokenKind kind = kind(token);
        return kind == TokenKind.WORD || kind == TokenKind.QUOTED_IDENTIFIER;
    }

    /** An identifier as PostgreSQL stores it, or the text of any other token. Empty outside of the text. */
    public String name(int token) {
        return switch (kind(token)) {
            case WORD -> Identifiers.fold(text(token));
            case QUOTED_IDENTIFIER -> Identifiers.unquote(text(token));
            case END -> "";
            default -> text(token);
        };
    }

    /** Whether a token is an identifier that PostgreSQL stores as this name. */
    public boolean isName(int token, String name) {
        return switch (kind(token)) {
            case WORD -> Identifiers.equalsName(text, start(token), end(token), name);
            // The shortest spelling is the name between quotes.
            case QUOTED_IDENTIFIER ->
                end(token) - start(token) >= name.length() + 2 && name(token).equals(name);
            default -> false;
        };
    }

    /** Whether a token is the name of this setting. PostgreSQL ignores the case of settings, also between quotes. */
    public boolean isSetting(int token, String setting) {
        return isIdentifier(token) && Identifiers.fold(name(token)).equals(setting);
    }

    /** The offset of the content of a dollar-quoted string, behind its first delimiter. */
    public int contentStart(int dollarString) {
        return text.indexOf('$', start(dollarString) + 1) + 1;
    }

    public int contentEnd(int dollarString) {
        return end(dollarString) - (contentStart(dollarString) - start(dollarString));
    }

    public static int lineBreaks(String text, int from, int to) {
        int result = 0;
        for (int i = from; i < to; i++) {
            if (text.charAt(i) == '\n') {
                result++;
            }
        }
        return result;
    }

    /** Collects tokens in order. */
    public static final class Collector {

        private int[] starts;
        private byte[] kinds;
        private int count;

        Collector(int expected) {
            starts = new int[expected];
            kinds = new byte[expected];
        }

        // A byte a token takes less memory than a reference, in scripts of millions of tokens.
        @SuppressWarnings("EnumOrdinal")
        void add(TokenKind kind, int start) {
            if (count == starts.length) {
                int larger = count + (count >> 1) + 16;
                starts = Arrays.copyOf(starts, larger);
                kinds = Arrays.copyOf(kinds, larger);
            }
            starts[count] = start;
            kinds[count++] = (byte) kind.ordinal();
        }

        Tokens tokens(String text, int end) {
            int[] bounds = Arrays.copyOf(starts, count + 1);
            bounds[count] = end;
            return new Tokens(text, bounds, Arrays.copyOf(kinds, count));
        }
    }
}
