package dev.tenantmigrator.internal.sql.rewrite;

import dev.tenantmigrator.internal.sql.lex.TokenContext;
import dev.tenantmigrator.internal.sql.lex.TokenContext.Bracket;
import dev.tenantmigrator.internal.sql.lex.Tokens;
import dev.tenantmigrator.internal.sql.template.Edits;
import java.util.Set;

/** Rewrites settings so that they end with the migration's transaction instead of staying on the connection. */
final class LocalSettings {

    /** Words behind {@code SET [SESSION]} that name no setting, or make it local already. */
    private static final Set<String> NOT_SETTINGS =
            Set.of("LOCAL", "CONSTRAINTS", "TRANSACTION", "AUTHORIZATION", "CHARACTERISTICS");

    /** Words behind {@code RESET} that have no local form. Rules for statements refuse them. */
    private static final Set<String> NOT_RESET = Set.of("ALL", "ROLE", "SESSION", "TRANSACTION");

    private LocalSettings() {}

    /** {@code SET} as a statement, also in the code of {@code DO}, becomes {@code SET LOCAL}. */
    static boolean set(Tokens tokens, int token, Edits out) {
        if (!tokens.isWord(token, "SET") || !TokenContext.beginsStatement(tokens, token)) {
            return false;
        }
        int scope = tokens.next(token);
        boolean session = tokens.isWord(scope, "SESSION");
        int name = session ? tokens.next(scope) : scope;
        if (NOT_SETTINGS.stream().anyMatch(word -> tokens.isWord(name, word))) {
            return true;
        }
        if (session) {
            out.replace(tokens.start(scope), tokens.end(scope), "LOCAL");
        } else {
            out.replace(tokens.end(token), tokens.end(token), " LOCAL");
        }
        return true;
    }

    /** {@code RESET} as a statement becomes {@code SET LOCAL … TO DEFAULT}. */
    static boolean reset(Tokens tokens, int token, Edits out) {
        int name = tokens.next(token);
        if (!tokens.isWord(token, "RESET")
                || !TokenContext.beginsStatement(tokens, token)
                || !tokens.isIdentifier(name)
                || NOT_RESET.stream().anyMatch(word -> tokens.isWord(name, word))) {
            return false;
        }
        int last = name;
        String toDefault = " TO DEFAULT";
        if (tokens.isWord(name, "TIME")) {
            last = tokens.next(name);
            toDefault = " DEFAULT";
        }
        while (tokens.isSymbol(tokens.next(last), '.')) {
            last = tokens.next(tokens.next(last));
        }
        if (!tokens.isIdentifier(last)) {
            return false;
        }
        out.replace(tokens.start(token), tokens.end(token), "SET LOCAL");
        if (!tokens.isSetting(name, "search_path")) {
            out.replace(tokens.end(last), tokens.end(last), toDefault);
        }
        return true;
    }

    /** The last argument of {@code set_config(name, value, false)} becomes true, which makes the setting local. */
    static boolean setConfig(Tokens tokens, int token, Edits out) {
        int behind = tokens.next(token);
        boolean last =
                tokens.isWord(token, "FALSE") && (tokens.isSymbol(behind, ')') || tokens.isOperator(behind, "::"));
        Bracket call = last ? Bracket.opening(tokens, token) : Bracket.NONE;
        if (call.commas() == 2 && call.calls(tokens, "set_config")) {
            out.replace(tokens.start(token), tokens.end(token), "true");
        }
        return last;
    }
}
