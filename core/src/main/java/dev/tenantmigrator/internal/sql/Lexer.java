package dev.tenantmigrator.internal.sql;

/**
 * Cuts a text into tokens by PostgreSQL's lexical rules (PostgreSQL documentation, "Lexical Structure", and the
 * server's {@code scan.l}), with {@code standard_conforming_strings} on.
 *
 * <p>It is lenient where a difference cannot matter here: operators are not cut further than comments demand, and what
 * the server refuses (a number with letters behind it, a lone backslash) becomes some token. The time is linear in the
 * length.
 */
final class Lexer {

    private static final String OPERATOR_CHARACTERS = "~!@#^&|`?+-*/%<>=";

    private final String text;
    private final int end;
    private int position;

    private Lexer(String text, int start, int end) {
        this.text = text;
        this.position = start;
        this.end = end;
    }

    /**
     * The tokens of a text.
     *
     * @throws UnreadableSqlException when a string, quoted identifier, comment or dollar quote does not end
     */
    static Tokens lex(String text) throws UnreadableSqlException {
        return lex(text, 0, text.length());
    }

    /** The tokens of a part of a text; their offsets are those of the whole text. */
    static Tokens lex(String text, int start, int end) throws UnreadableSqlException {
        Lexer lexer = new Lexer(text, start, end);
        Tokens.Collector collector = new Tokens.Collector(16 + (end - start) / 4);
        while (lexer.position < end) {
            int tokenStart = lexer.position;
            collector.add(lexer.token(), tokenStart);
        }
        return collector.tokens(text, end);
    }

    /** Moves behind the token that begins here. */
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

    /** An exponent, the rest of {@code 0x1F} or {@code 1_000}, or what the server calls trailing junk. */
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
     * The tokens of a text of which only a part may be known. What does not end becomes one last token, which no rule
     * is about.
     */
    static Tokens lexFragment(String text) {
        Lexer lexer = new Lexer(text, 0, text.length());
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

    /** Where the content of a string goes on behind one of its closing quotes; the end when it does not. */
    static int continuation(String text, int closed, int end) {
        Lexer lexer = new Lexer(text, closed, end);
        return lexer.skipToContinuation() ? lexer.position : end;
    }

    /** A string and its continuation lines. */
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

    /** Moves into the next line's part of a string: a quote after white space or line comments with a line break. */
    private boolean skipToContinuation() {
        int stringEnd = position;
        boolean lineBreak = false;
        while (position < end) {
            char c = text.charAt(position);
            if (isSpace(c)) {
                lineBreak |= isLineBreak(c);
                position++;
            } else if (c == '-' && peek(1) == '-') {
                skipLine();
            } else if (c == '\'' && lineBreak) {
                position++;
                return true;
            } else {
                break;
            }
        }
        position = stringEnd;
        return false;
    }

    private TokenKind quotedIdentifier(int prefixLength) throws UnreadableSqlException {
        int start = position;
        position += prefixLength + 1;
        while (position < end) {
            if (text.charAt(position++) == '"') {
                if (peek(0) == '"') {
                    position++;
                } else {
                    if (prefixLength > 0) {
                        skipEscapeClause();
                    }
                    return TokenKind.QUOTED_IDENTIFIER;
                }
            }
        }
        throw unterminated("quoted identifier", start);
    }

    /** {@code UESCAPE 'c'} belongs to the identifier before it: without the clause its name cannot be told. */
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

    private void skipSpacesAndComments() throws UnreadableSqlException {
        while (position < end) {
            if (isSpace(text.charAt(position))) {
                skipSpaces();
            } else if (peek(0) == '-' && peek(1) == '-') {
                skipLine();
            } else if (peek(0) == '/' && peek(1) == '*') {
                skipBlockComment();
            } else {
                return;
            }
        }
    }

    private void skipBlockComment() throws UnreadableSqlException {
        int start = position;
        int depth = 0;
        do {
            if (position >= end) {
                throw unterminated("/* comment", start);
            } else if (peek(0) == '/' && peek(1) == '*') {
                depth++;
                position += 2;
            } else if (peek(0) == '*' && peek(1) == '/') {
                depth--;
                position += 2;
            } else {
                position++;
            }
        } while (depth > 0);
    }

    /** pg_dump wraps a script in two psql commands that say nothing to the server; they count as comments. */
    private TokenKind psqlCommand() {
        int start = position;
        skipLine();
        boolean harmless = text.startsWith("\\restrict", start) || text.startsWith("\\unrestrict", start);
        return harmless ? TokenKind.COMMENT : TokenKind.PSQL_COMMAND;
    }

    private TokenKind symbol(int length) {
        position += length;
        return TokenKind.SYMBOL;
    }

    private void skipWord() {
        while (position < end && Identifiers.isPart(text.charAt(position))) {
            position++;
        }
    }

    private void skipDigits() {
        while (Identifiers.isDigit(peek(0))) {
            position++;
        }
    }

    private void skipSpaces() {
        while (position < end && isSpace(text.charAt(position))) {
            position++;
        }
    }

    private void skipLine() {
        while (position < end && !isLineBreak(text.charAt(position))) {
            position++;
        }
    }

    /** A character ahead; NUL, which is part of no token that is looked for, behind the end. */
    private char peek(int ahead) {
        int i = position + ahead;
        return i < end ? text.charAt(i) : '\0';
    }

    private boolean startsComment(int i) {
        return text.startsWith("--", i) || text.startsWith("/*", i);
    }

    private UnreadableSqlException unterminated(String what, int start) {
        return new UnreadableSqlException("the " + what + " that begins here does not end", text, start);
    }

    private static boolean isSpace(char c) {
        return c == ' ' || (c >= '\t' && c <= '\r');
    }

    private static boolean isLineBreak(char c) {
        return c == '\n' || c == '\r';
    }
}
