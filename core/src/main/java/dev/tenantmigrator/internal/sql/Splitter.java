package dev.tenantmigrator.internal.sql;

import java.util.ArrayList;
import java.util.List;

/**
 * Cuts tokens into statements at the semicolons that end one: not in parentheses, as in {@code CREATE RULE … DO (a;
 * b)}, and not in the {@code BEGIN ATOMIC … END} body of a function or procedure. The last statement needs no
 * semicolon; empty ones are dropped.
 */
final class Splitter {

    private final Tokens tokens;
    private final List<Statement> statements = new ArrayList<>();
    private int first;
    private int last;
    private int parentheses;
    private int blocks;
    private int line = 1;
    private int lineOffset;

    private Splitter(Tokens tokens) {
        this.tokens = tokens;
        this.lineOffset = tokens.count() == 0 ? 0 : tokens.start(0);
    }

    static List<Statement> split(Tokens tokens) {
        return new Splitter(tokens).statements();
    }

    private List<Statement> statements() {
        begin();
        for (int token = tokens.next(-1); token < tokens.count(); token = tokens.next(token)) {
            boolean ends = tokens.isSymbol(token, ';') && parentheses == 0 && blocks == 0;
            if (ends) {
                finish();
            } else {
                first = first < 0 ? token : first;
                last = token;
                track(token);
            }
        }
        finish();
        return statements;
    }

    private void begin() {
        first = -1;
        parentheses = 0;
        blocks = 0;
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
            parentheses++;
        } else if (tokens.isSymbol(token, ')')) {
            parentheses = Math.max(0, parentheses - 1);
        } else if (tokens.isWord(token, "ATOMIC")) {
            boolean opens = blocks == 0 && tokens.isWord(tokens.previous(token), "BEGIN");
            if (opens && new Statement(tokens, first, token, line).createsRoutine()) {
                blocks = 1;
            }
        } else if (blocks > 0 && tokens.isWord(token, "CASE") && !isLabel(token)) {
            blocks++;
        } else if (blocks > 0 && tokens.isWord(token, "END") && !isLabel(token)) {
            blocks--;
        }
    }

    /** {@code AS end} and {@code x.end} name a column. */
    private boolean isLabel(int token) {
        int previous = tokens.previous(token);
        return tokens.isWord(previous, "AS") || tokens.isSymbol(previous, '.');
    }
}
