package dev.tenantmigrator.internal.sql.nontransactional;

import dev.tenantmigrator.internal.sql.lex.Lexer;
import dev.tenantmigrator.internal.sql.lex.Statement;
import dev.tenantmigrator.internal.sql.lex.TokenKind;
import dev.tenantmigrator.internal.sql.lex.Tokens;
import dev.tenantmigrator.internal.sql.lex.UnreadableSqlException;
import dev.tenantmigrator.internal.sql.template.Edits;
import java.util.ArrayList;
import java.util.List;

/**
 * Finds {@code COMMIT} and {@code ROLLBACK} in the PL/pgSQL body of {@code DO}. PostgreSQL allows them there outside of a
 * transaction.
 */
final class CommitInBlock {

    private CommitInBlock() {}

    /**
     * Whether a {@code DO} block commits.
     *
     * @throws UnreadableSqlException when the block rolls back
     */
    static boolean commits(Statement statement) throws UnreadableSqlException {
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

    /** Replaces {@code COMMIT} in the body by {@code NULL}, the empty statement of PL/pgSQL. */
    static void remove(Statement statement, Edits out) {
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

    /** Whether a word is a statement of its own; a column or variable may have this name too. */
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

    /** The token behind {@code COMMIT [AND [NO] CHAIN]}. */
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
