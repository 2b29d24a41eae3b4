package dev.tenantmigrator.internal.sql.lex;

import java.util.regex.Pattern;

/**
 * Splits text into tokens by PostgreSQL's lexical rules (PostgreSQL documentation, "Lexical Structure", and the server's
 * {@code scan.l}), with {@code standard_conforming_strings} on. Takes time linear in the length.
 *
 * <p>The lexer is lenient where a difference cannot matter here: it ends an operator only where a comment begins, and
 * makes some token of characters that the server refuses (a number with letters behind it, a lone backslash).
 */
public final class Lexer extends CharacterScanner {

    private static final String OPERATOR_CHARACTERS = "~!@#^&|`?+-*/%<>=";

    /**
     * Commands of psql that count as comments: they concern psql's output only, wrap a dump, or ask for what is so anyway. Not with a
     * second command, or one of the shell, on the line.
     */
    private static final Pattern HARMLESS_PSQL = Pattern.compile(
            "\\\\(?:(?:un)?restrict|q?echo|warn|pset|timing|x|a|t)(?:\\s[^\\\\`]*)?"
                    + "|\\\\set\\s+(?:ON_ERROR_STOP(?:\\s+(?:on|1|true|yes))?|(?:ECHO|QUIET|VERBOSITY)(?:\\s[^\\\\`]*)?)\\s*");

    private final boolean isFragment;

    private Lexer(String text, int start, int end, boolean isFragment) {
        super(text, start, end);
        this.isFragment = isFragment;
    }

    /**
     * The tokens of a text.
     *
     * @throws UnreadableSqlException when a string, quoted identifier, comment or dollar quote does not end, or an
     *     identifier is empty
     */
    public static Tokens lex(String text) throws UnreadableSqlException {
        return lex(text, 0, text.length());
    }

    /**
     * The tokens of a whole script, in which data may follow {@code COPY … FROM stdin}.
     *
     * @throws UnreadableSqlException when a string, quoted identifier, comment or dollar quote does not end
     */
    public static Tokens lexScript(String text) throws UnreadableSqlException {
        Lexer lexer = new Lexer(text, 0, text.length(), false);
        Tokens.Collector collector = new Tokens.Collector(16 + text.length() / 8);
        CopyData data = new CopyData(text);
        while (lexer.position < lexer.end) {
            int tokenStart = lexer.position;
            TokenKind kind = lexer.token();
            if (data.follows(kind, tokenStart, lexer.position)) {
                kind = TokenKind.COPY_DATA;
                lexer.position = data.end(lexer.position);
            }
            collector.add(kind, tokenStart);
        }
        return collector.tokens(text, lexer.end);
    }

    /** The tokens of a part of a text; their offsets are those of the whole text. */
    public static Tokens lex(String text, int start, int end) throws UnreadableSqlException {
        Lexer lexer = new Lexer(text, start, end, false);
        Tokens.Collector collector = new Tokens.Collector(16 + (end - start) / 4);
        while (lexer.position < end) {
            int tokenStart = lexer.position;
            collector.add(lexer.token(), tokenStart);
        }
        return collector.tokens(text, end);
    }

    /** Reads the token at the position and moves behind it. */
    private TokenKind token() throws UnreadableSqlException {
        char c = text.charAt(position);
        char following = peek(1);
        if (isSpace(c)) {
            skipSpaces();
            return TokenKind.WHITESPACE;
        }
        if (Identifiers.isStart(c)) {
            return wordOrPrefixed(c, following);
        }
        if (Identifiers.isDigit(c) || (c == '.' && Identifiers.isDigit(following))) {
            return number();
        }
        return switch (c) {
            case '\'' -> string(0, false);
            case '"' -> quotedIdentifier(0);
            case '$' -> dollar();
            case '\\' -> psqlCommand();
            case ':' -> symbol(following == ':' || following == '=' ? 2 : 1);
            case '.' -> symbol(following == '.' ? 2 : 1);
            default -> commentOrOperator(c, following);
        };
    }

    private TokenKind commentOrOperator(char c, char following) throws UnreadableSqlException {
        if (c == '-' && following == '-') {
            skipLine();
            return TokenKind.COMMENT;
        }
        if (c == '/' && following == '*') {
            skipBlockComment();
            return TokenKind.COMMENT;
        }
        if (OPERATOR_CHARACTERS.indexOf(c) < 0) {
            return symbol(1);
        }
        do {
            position++;
        } while (position < end && OPERATOR_CHARACTERS.indexOf(text.charAt(position)) >= 0 && !startsComment(position));
        return TokenKind.OPERATOR;
    }

    private TokenKind wordOrPrefixed(char c, char following) throws UnreadableSqlException {
        if (following == '\'') {
            switch (c) {
                case 'e', 'E' -> {
                    return string(1, true);
                }
                case 'b', 'B', 'x', 'X', 'n', 'N' -> {
                    return string(1, false);
                }
                default -> {}
            }
        }
        if ((c == 'u' || c == 'U') && following == '&') {
            if (peek(2) == '\'') {
                return string(2, false);
            }
            if (peek(2) == '"') {
                return quotedIdentifier(2);
            }
        }
        skipWord();
        return TokenKind.WORD;
    }

    private TokenKind number() {
        skipDigits();
        if (peek(0) == '.' && peek(1) != '.') {
            position++;
            skipDigits();
        }
        return withLetters(TokenKind.NUMBER);
    }

    /** Takes letters behind digits: an exponent, the rest of {@code 0x1F} or {@code 1_000}, or trailing junk. */
    private TokenKind withLetters(TokenKind kind) {
        if (Identifiers.isStart(peek(0))) {
            skipWord();
        }
        return kind;
    }

    private TokenKind dollar() throws UnreadableSqlException {
        if (Identifiers.isDigit(peek(1))) {
            position++;
            skipDigits();
            return withLetters(TokenKind.PARAMETER);
        }
        int tagEnd = position + 1;
        if (tagEnd < end && Identifiers.isStart(text.charAt(tagEnd))) {
            while (tagEnd < end && text.charAt(tagEnd) != '$' && Identifiers.isPart(text.charAt(tagEnd))) {
                tagEnd++;
            }
        }
        if (tagEnd >= end || text.charAt(tagEnd) != '$') {
            return symbol(1);
        }
        int length = tagEnd + 1 - position;
        for (int i = tagEnd + 1; i <= end - length; i++) {
            if (text.charAt(i) == '$' && text.regionMatches(i, text, position, length)) {
                position = i + length;
                return TokenKind.DOLLAR_STRING;
            }
        }
        throw unterminated("dollar-quoted string", position);
    }

    /**
     * The tokens of a text of which only a part may be known, such as a piece of dynamic SQL. An unterminated string or
     * comment becomes one last symbol, which no rule applies to.
     */
    public static Tokens lexFragment(String text) {
        Lexer lexer = new Lexer(text, 0, text.length(), true);
        Tokens.Collector collector = new Tokens.Collector(16 + text.length() / 4);
        while (lexer.position < lexer.end) {
            int tokenStart = lexer.position;
            TokenKind kind;
            try {
                kind = lexer.token();
            } catch (UnreadableSqlException e) {
                kind = TokenKind.SYMBOL;
                lexer.position = lexer.end;
            }
            collector.add(kind, tokenStart);
        }
        return collector.tokens(text, lexer.end);
    }

    /** The offset at which a string continues behind one of its closing quotes; {@code end} when it does not. */
    public static int continuation(String text, int closed, int end) {
        Lexer lexer = new Lexer(text, closed, end, true);
        return lexer.skipToContinuation() ? lexer.position : end;
    }

    /** Reads a string with its continuation lines. */
    private TokenKind string(int prefixLength, boolean backslashEscapes) throws UnreadableSqlException {
        int start = position;
        position += prefixLength + 1;
        while (position < end) {
            char c = text.charAt(position++);
            if (c == '\\' && backslashEscapes) {
                position = Math.min(position + 1, end);
            } else if (c == '\'') {
                if (peek(0) == '\'') {
                    position++;
                } else if (!skipToContinuation()) {
                    return TokenKind.STRING;
                }
            }
        }
        throw unterminated("quoted string", start);
    }

    private TokenKind quotedIdentifier(int prefixLength) throws UnreadableSqlException {
        int start = position;
        position += prefixLength + 1;
        while (position < end) {
            if (text.charAt(position++) == '"') {
                if (peek(0) == '"') {
                    position++;
                } else {
                    // In a fragment, the other half may be in a piece that is not known.
                    if (position == start + prefixLength + 2 && !isFragment) {
                        throw new UnreadableSqlException(
                                "the identifier \"\" is empty (zero-length delimited identifier)", text, start);
                    }
                    if (prefixLength > 0) {
                        skipEscapeClause();
                    }
                    return TokenKind.QUOTED_IDENTIFIER;
                }
            }
        }
        throw unterminated("quoted identifier", start);
    }

    /** Reads {@code UESCAPE 'c'} with the identifier before it, whose name depends on the clause. */
    private void skipEscapeClause() throws UnreadableSqlException {
        int identifierEnd = position;
        skipSpacesAndComments();
        int word = position;
        skipWord();
        boolean isClause = Identifiers.equalsKeyword(text, word, position, "UESCAPE");
        if (isClause) {
            skipSpacesAndComments();
            isClause = peek(0) == '\'' && peek(1) != '\'' && peek(2) == '\'';
        }
        position = isClause ? position + 3 : identifierEnd;
    }

    private TokenKind psqlCommand() {
        int start = position;
        skipLine();
        boolean harmless = HARMLESS_PSQL.matcher(text).region(start, position).matches();
        return harmless ? TokenKind.COMMENT : TokenKind.PSQL_COMMAND;
    }

    private TokenKind symbol(int length) {
        position += length;
        return TokenKind.SYMBOL;
    }
}
