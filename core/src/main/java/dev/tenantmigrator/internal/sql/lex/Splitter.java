package dev.tenantmigrator.internal.sql.lex;

import java.util.ArrayList;
import java.util.List;

/**
 * Splits tokens into statements at semicolons, except in parentheses, as in {@code CREATE RULE … DO (a; b)}, and in the
 * {@code BEGIN ATOMIC … END} body of a function or procedure. The data behind a {@code COPY} belongs to it. The last statement needs no semicolon; empty statements are
 * dropped.
 */
public final class Splitter {

    private final Tokens tokens;
    private final List<Statement> statements = new ArrayList<>();
    private int first;
    private int last;
    private int parentheses;
    private int opened;
    private boolean inBody;
    private int body;
    private int line = 1;
    private int lineOffset;

    private Splitter(Tokens tokens) {
        this.tokens = tokens;
        this.lineOffset = tokens.count() == 0 ? 0 : tokens.start(0);
    }

    /**
     * The statements of a whole text.
     *
     * @throws UnreadableSqlException when a parenthesis or a body is still open at the end
     */
    public static List<Statement> split(Tokens tokens) throws UnreadableSqlException {
        return new Splitter(tokens).statements();
    }

    /** The statements of a text that may begin and end in the middle of one. */
    public static List<Statement> splitFragment(Tokens tokens) {
        Splitter splitter = new Splitter(tokens);
        splitter.read();
        splitter.finish();
        return splitter.statements;
    }

    private List<Statement> statements() throws UnreadableSqlException {
        read();
        refuseOpen();
        finish();
        return statements;
    }

    private void read() {
        begin();
        for (int token = tokens.next(-1); token < tokens.count(); token = tokens.next(token)) {
            boolean ends = tokens.isSymbol(token, ';') && parentheses == 0 && !inBody;
            if (ends) {
                finish();
            } else {
                first = first < 0 ? token : first;
                last = token;
                track(token);
                if (tokens.kind(token) == TokenKind.COPY_DATA) {
                    finish();
                }
            }
        }
    }

    private void begin() {
        first = -1;
        parentheses = 0;
        inBody = false;
    }

    private void refuseOpen() throws UnreadableSqlException {
        if (inBody) {
            throw new UnreadableSqlException(
                    "the body that begins here with BEGIN ATOMIC has no END", tokens.source(), tokens.start(body));
        }
        if (parentheses > 0) {
            throw new UnreadableSqlException(
                    "the parenthesis that opens here is never closed", tokens.source(), tokens.start(opened));
        }
    }

    private void finish() {
        if (first >= 0) {
            int start = tokens.start(first);
            line += Tokens.lineBreaks(tokens.source(), lineOffset, start);
            lineOffset = start;
            statements.add(new Statement(tokens, first, last + 1, line));
        }
        begin();
    }

    private void track(int token) {
        if (tokens.isSymbol(token, '(')) {
            opened = parentheses == 0 ? token : opened;
            parentheses++;
        } else if (tokens.isSymbol(token, ')')) {
            parentheses = Math.max(0, parentheses - 1);
        } else if (parentheses == 0 && inBody) {
            inBody = !endsBody(token);
        } else if (parentheses == 0 && opensBody(token)) {
            inBody = true;
            body = token;
        }
    }

    private boolean opensBody(int token) {
        return tokens.isWord(token, "ATOMIC")
                && tokens.isWord(tokens.previous(token), "BEGIN")
                && new Statement(tokens, first, token, line).createsRoutine();
    }

    /** Every statement of a body ends with a semicolon, so {@code END} behind anything else ends a {@code CASE} or is a label. */
    private boolean endsBody(int token) {
        int previous = tokens.previous(token);
        return tokens.isWord(token, "END") && (tokens.isSymbol(previous, ';') || previous == body);
    }
}
