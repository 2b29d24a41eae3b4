package dev.tenantmigrator.internal.sql;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** What becomes of {@code SET} and {@code RESET}: whatever a migration sets ends with its transaction. */
final class SettingRules {

    private static final Set<String> ON = Set.of("on", "true", "yes", "1");
    private static final Set<String> ISO_DATE_STYLES = Set.of("iso", "dmy", "mdy", "ymd");

    private static final Set<String> NOT_SETTINGS =
            Set.of("LOCAL", "CONSTRAINTS", "TRANSACTION", "AUTHORIZATION", "CHARACTERISTICS");
    private static final Set<String> NOT_RESET = Set.of("ALL", "ROLE", "SESSION", "TRANSACTION");

    private SettingRules() {}

    static Verdict set(Statement statement) {
        Cursor cursor = statement.cursor();
        cursor.take("SET");
        if (cursor.take("CONSTRAINTS")) {
            return Verdict.KEEP;
        }
        cursor.takeAny("LOCAL", "SESSION");
        cursor.take("SESSION");
        return switch (settingName(cursor)) {
            case "role", "authorization", "session_authorization" -> role(statement);
            case "characteristics" ->
                StatementRules.refusal(
                        "SET SESSION CHARACTERISTICS stays on the application's connection; remove it", statement);
            case "transaction" -> TransactionRules.setTransaction(statement);
            case "client_encoding", "names" -> Verdict.ABSORB;
            case "standard_conforming_strings" -> isOn(cursor, statement) ? Verdict.KEEP : strings(statement);
            case "datestyle" -> isIso(cursor, statement) ? Verdict.KEEP : dateStyle(statement);
            default -> Verdict.KEEP;
        };
    }

    static Verdict reset(Statement statement) {
        Cursor cursor = statement.cursor();
        cursor.take("RESET");
        cursor.take("SESSION");
        return switch (settingName(cursor)) {
            case "role", "authorization", "session_authorization" -> role(statement);
            case "all" ->
                StatementRules.refusal(
                        "RESET ALL resets the application's connection; reset settings by name", statement);
            default -> Verdict.KEEP;
        };
    }

    /** {@code SET} as a statement, also in the code of {@code DO}: it ends with the transaction. */
    static boolean setIsLocal(Tokens tokens, int token, Edits out) {
        if (!tokens.isWord(token, "SET") || !Surroundings.beginsStatement(tokens, token)) {
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

    /** {@code RESET} as a statement would outlive the transaction. */
    static boolean resetIsLocal(Tokens tokens, int token, Edits out) {
        int name = tokens.next(token);
        if (!tokens.isWord(token, "RESET")
                || !Surroundings.beginsStatement(tokens, token)
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
        if (!tokens.isName(name, "search_path")) {
            out.replace(tokens.end(last), tokens.end(last), toDefault);
        }
        return true;
    }

    /** The last argument of {@code set_config(name, value, false)}, which has no names: true makes it local. */
    static boolean setConfigIsLocal(Tokens tokens, int token, Edits out) {
        int behind = tokens.next(token);
        boolean last =
                tokens.isWord(token, "FALSE") && (tokens.isSymbol(behind, ')') || tokens.isOperator(behind, "::"));
        Call call = last ? Call.around(tokens, token) : Call.NONE;
        if (call.argument() == 2 && call.isOf(tokens, "set_config")) {
            out.replace(tokens.start(token), tokens.end(token), "true");
        }
        return last;
    }

    private static Verdict role(Statement statement) {
        return StatementRules.refusal(
                "a migration runs with the role of its connection, whose privileges bound what it can reach; remove the"
                        + " statement, or connect with the other role",
                statement);
    }

    static Verdict.Refuse strings(Statement statement) {
        return StatementRules.refusal(
                "with standard_conforming_strings off the script would mean something else than what was read; remove"
                        + " the statement, and write E'…' where a string has backslash escapes",
                statement);
    }

    private static Verdict dateStyle(Statement statement) {
        return StatementRules.refusal(
                "the driver reads dates in the ISO style only; set DateStyle to ISO, e.g. 'ISO, DMY'", statement);
    }

    private static boolean isOn(Cursor cursor, Statement statement) {
        List<String> values = values(cursor, statement);
        return values.size() == 1 && ON.contains(values.get(0));
    }

    private static boolean isIso(Cursor cursor, Statement statement) {
        List<String> values = values(cursor, statement);
        return values.contains("iso") && ISO_DATE_STYLES.containsAll(values);
    }

    /** PostgreSQL compares the names of settings without regard to case, quoted or not. */
    private static String settingName(Cursor cursor) {
        return Identifiers.fold(cursor.takeName());
    }

    /** The words of the value, in lower case, without quotes and commas. */
    private static List<String> values(Cursor cursor, Statement statement) {
        cursor.skip();
        List<String> values = new ArrayList<>();
        for (; !cursor.atEnd(); cursor.skip()) {
            String text = Identifiers.fold(statement.tokens().text(cursor.token()));
            for (String word : text.split("[\\s,'\"]+", -1)) {
                if (!word.isEmpty()) {
                    values.add(word);
                }
            }
        }
        return values;
    }
}
