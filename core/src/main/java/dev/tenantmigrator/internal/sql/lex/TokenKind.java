package dev.tenantmigrator.internal.sql.lex;

/** The kinds of tokens. */
public enum TokenKind {
    /** Spaces, tabs and line breaks. */
    WHITESPACE,
    /**
     * {@code -- …}, a nested block comment, or a command of psql without effect on the server, such as {@code \restrict}
     * and {@code \echo}.
     */
    COMMENT,
    /** A keyword or an unquoted identifier. */
    WORD,
    /** {@code "…"} or {@code U&"…"}, the latter with its {@code UESCAPE} clause. */
    QUOTED_IDENTIFIER,
    /** {@code '…'} with its prefix (E, B, X, N, U&) and all its continuation lines. */
    STRING,
    /** {@code $tag$…$tag$}. */
    DOLLAR_STRING,
    /** A number, with any letters directly behind it, which PostgreSQL refuses. */
    NUMBER,
    /** {@code $1}. */
    PARAMETER,
    /** A run of operator characters, up to the beginning of a comment. */
    OPERATOR,
    /** Any other character by itself, and {@code ::}, {@code :=}, {@code ..}. */
    SYMBOL,
    /** A backslash outside of quotes and the rest of its line: a command to psql, or an error to the server. */
    PSQL_COMMAND,
    /**
     * The semicolon of {@code COPY … FROM stdin} in a script, with the rest of its line, the lines of data and the line
     * {@code \.} that ends them.
     */
    COPY_DATA,
    /** No token: an index outside of the text. */
    END
}
