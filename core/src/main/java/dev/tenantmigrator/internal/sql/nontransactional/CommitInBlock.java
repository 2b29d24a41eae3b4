package dev.tenantmigrator.internal.sql.nontransactional;

import dev.tenantmigrator.internal.sql.lex.Lexer;
import dev.tenantmigrator.internal.sql.lex.Statement;
import dev.tenantmigrator.internal.sql.lex.TokenKind;
import dev.tenantmigrator.internal.sql.lex.Tokens;
import dev.tenantmigrator.internal.sql.lex.UnreadableSqlException;
import dev.tenantmigrator.internal.sql.template.Edits;
import java.util.ArrayList;
import java.util.List;

/** Finds {@code COMMIT} and {@code ROLLBACK} in the PL/pgSQL body of {@code DO}, which PostgreSQL allows outside of a transaction. */
public final class CommitInBlock {

    private CommitInBlock() {}

    /**
     * Whether a {@code DO} commits.
     *
     * @throws UnreadableSqlException when it rolls back
     */
    public static boolean commits(Statement statement) throws UnreadableSqlException {
        boolean commits = false;
        Tokens tokens = statement.tokens();
        for (int token = statement.from(); token < statement.to(); token++) {
            for (Found found : inBody(tokens, token)) {
                if (found.rollsBack) {
                    throw new UnreadableSqlException(
                            "ROLLBACK in DO cannot run while a tenant is created, which is one transaction; use a block"
                                    + " with an EXCEPTION clause",
                            tokens.source(),
                            found.start);
                }
                commits = true;
            }
        }
        return commits;
    }

    /** Takes {@code COMMIT} out of the body. {@code NULL} does nothing in PL/pgSQL. */
    public static void remove(Statement statement, Edits out) {
        for (int token = statement.from(); token < statement.to(); token++) {
            inBody(statement.tokens(), token).forEach(found -> out.replace(found.start, found.end, "NULL"));
        }
    }

    private record Found(int start, int end, boolean rollsBack) {}

    private static List<Found> inBody(Tokens tokens, int token) {
        Tokens body;
        try {
            if (tokens.kind(token) == TokenKind.DOLLAR_STRING) {
                body = Lexer.lex(tokens.source(), tokens.contentStart(token), tokens.contentEnd(token));
            } else if (tokens.kind(token) == TokenKind.STRING) {
                int quote = tokens.source().indexOf('\'', tokens.start(token));
                body = Lexer.lex(tokens.source(), quote + 1, tokens.end(token) - 1);
            } else {
                return List.of();
            }
        } catch (UnreadableSqlException notSql) {
            return List.of();
        }
        List<Found> found = new ArrayList<>();
        for (int word = 0; word < body.count(); word++) {
            boolean rollsBack = ends(body, word, "ROLLBACK");
            if (rollsBack || ends(body, word, "COMMIT")) {
                int behind = body.previous(semicolon(body, word));
                found.add(new Found(body.start(word), body.end(behind), rollsBack));
            }
        }
        return found;
    }

    /** A statement of its own: a column or variable may have the same name. */
    private static boolean ends(Tokens tokens, int token, String word) {
        if (!tokens.isWord(token, word)) {
            return false;
        }
        int previous = tokens.previous(token);
        boolean begins = previous < 0
                || tokens.isSymbol(previous, ';')
                || tokens.isWord(previous, "BEGIN")
                || tokens.isWord(previous, "THEN")
                || tokens.isWord(previous, "ELSE")
                || tokens.isWord(previous, "LOOP")
                || tokens.text(previous).equals(">>");
        return begins && tokens.isSymbol(semicolon(tokens, token), ';');
    }

    /** Behind {@code AND [NO] CHAIN}. */
    private static int semicolon(Tokens tokens, int token) {
        int next = tokens.next(token);
        if (tokens.isWord(next, "AND")) {
            next = tokens.next(next);
            next = tokens.isWord(next, "NO") ? tokens.next(next) : next;
            next = tokens.isWord(next, "CHAIN") ? tokens.next(next) : next;
        }
        return next;
    }
}
