package dev.tenantmigrator.internal.sql.rewrite;

import dev.tenantmigrator.internal.sql.lex.Lexer;
import dev.tenantmigrator.internal.sql.lex.Statement;
import dev.tenantmigrator.internal.sql.lex.TokenKind;
import dev.tenantmigrator.internal.sql.lex.Tokens;
import dev.tenantmigrator.internal.sql.template.Template;

/**
 * Respells {@code E'…'} so that the driver and the server agree where it ends. The driver looks for semicolons itself. It
 * reads the text behind a doubled quote, and a continuation line, as a string without escapes, in which an escaped quote
 * is the end. So doubled quotes get a backslash instead, and the lines of a string are joined.
 */
final class EscapeStrings {

    private EscapeStrings() {}

    static void rewrite(Statement statement, Template.Builder out) {
        Tokens tokens = statement.tokens();
        for (int token = statement.from(); token < statement.to(); token++) {
            if (tokens.kind(token) == TokenKind.STRING && isEscapeString(tokens, token)) {
                rewrite(tokens.source(), tokens.start(token) + 2, tokens.end(token), out);
            }
        }
    }

    private static boolean isEscapeString(Tokens tokens, int token) {
        char prefix = tokens.source().charAt(tokens.start(token));
        return prefix == 'e' || prefix == 'E';
    }

    private static void rewrite(String source, int start, int end, Template.Builder out) {
        boolean joined = false;
        int i = start;
        while (i < end) {
            char c = source.charAt(i);
            if (c == '\\') {
                i += 2;
            } else if (c == '\'' && i + 1 < end && source.charAt(i + 1) == '\'') {
                out.replace(i, i + 1, "\\");
                i += 2;
            } else if (c == '\'' && i + 1 < end) {
                int next = Lexer.continuation(source, i + 1, end);
                out.remove(i, next);
                joined = true;
                i = next;
            } else {
                i++;
            }
        }
        if (joined) {
            out.putLineBreaks(end);
        }
    }
}
