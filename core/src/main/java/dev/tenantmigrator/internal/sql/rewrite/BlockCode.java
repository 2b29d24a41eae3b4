package dev.tenantmigrator.internal.sql.rewrite;

import dev.tenantmigrator.internal.sql.lex.Lexer;
import dev.tenantmigrator.internal.sql.lex.Splitter;
import dev.tenantmigrator.internal.sql.lex.Statement;
import dev.tenantmigrator.internal.sql.lex.TokenKind;
import dev.tenantmigrator.internal.sql.lex.Tokens;
import dev.tenantmigrator.internal.sql.lex.UnreadableSqlException;
import dev.tenantmigrator.internal.sql.template.Edits;
import dev.tenantmigrator.internal.sql.template.LiteralText;
import java.util.List;
import java.util.Optional;

/**
 * The code of a {@code DO} statement.
 *
 * @param statements in the order of the text; one may begin with {@code BEGIN} or {@code IF … THEN}
 * @param out takes changes to the code
 */
record BlockCode(List<Statement> statements, Edits out) {

    /** The code of a statement; empty when it cannot be read as PL/pgSQL. */
    static Optional<BlockCode> of(Statement statement, Edits out) {
        Tokens tokens = statement.tokens();
        for (int token = statement.from(); token < statement.to(); token = tokens.next(token)) {
            try {
                if (tokens.kind(token) == TokenKind.DOLLAR_STRING) {
                    return Optional.of(new BlockCode(
                            Splitter.split(
                                    Lexer.lex(tokens.source(), tokens.contentStart(token), tokens.contentEnd(token))),
                            out));
                }
                Optional<LiteralText> literal = tokens.isWord(tokens.previous(token), "LANGUAGE")
                        ? Optional.empty()
                        : LiteralText.of(tokens, token);
                if (literal.isPresent()) {
                    List<Statement> code =
                            Splitter.split(Lexer.lex(literal.get().text()));
                    return Optional.of(new BlockCode(code, literal.get().edits(out)));
                }
            } catch (UnreadableSqlException e) {
                return Optional.empty();
            }
        }
        return Optional.empty();
    }
}
