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

    /** How far the arguments of a call are looked through: far enough for any setting, and linear for any script. */
    private static final int ARGUMENT_TOKENS = 100;

    private SettingRules() {}

    static Verdict set(Statement statement) {
        Cursor cursor = statement.cursor();
        int set = cursor.token();
        cursor.take("SET");
        if (cursor.take("CONSTRAINTS")) {
            return Verdict.KEEP;
        }
        int scope = cursor.token();
        Verdict asLocal = new Verdict.Replace(
                statement.tokens().end(set), statement.tokens().end(set), " LOCAL");
        if (cursor.take("LOCAL")) {
            asLocal = Verdict.KEEP;
        } else if (cursor.take("SESSION")) {
            asLocal = new Verdict.Replace(
                    statement.tokens().start(scope), statement.tokens().end(scope), "LOCAL");
        }
        cursor.take("SESSION");
        return switch (settingName(cursor)) {
            case "role", "authorization", "session_authorization" -> role(statement);
            case "characteristics" ->
                StatementRules.refusal(
                        "SET SESSION CHARACTERISTICS stays on the application's connection; remove it", statement);
            case "transaction" -> TransactionRules.setTransaction(statement);
            case "search_path", "schema", "client_encoding", "names" -> Verdict.ABSORB;
            case "standard_conforming_strings" -> isOn(cursor, statement) ? asLocal : strings(statement);
            case "datestyle" -> isIso(cursor, statement) ? asLocal : dateStyle(statement);
            default -> asLocal;
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
            case "search_path" -> Verdict.ABSORB;
            // RESET TIME ZONE has no form with a value that is local in the same words.
            case "time" -> Verdict.KEEP;
            default -> asLocalDefault(statement);
        };
    }

    /** {@code RESET x} would outlive the transaction. */
    private static Verdict asLocalDefault(Statement statement) {
        Tokens tokens = statement.tokens();
        int reset = statement.cursor().token();
        String name = tokens.source().substring(tokens.end(reset), statement.end());
        return new Verdict.Replace(tokens.start(reset), statement.end(), "SET LOCAL" + name + " TO DEFAULT");
    }

    /** {@code SET} in the code of {@code DO}: at the beginning of a statement, which no {@code UPDATE … SET} has. */
    static boolean setInBlock(Tokens tokens, int token, Template.Builder out) {
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

    /** The last argument of {@code set_config(name, value, false)}: true makes it local. */
    static boolean lastArgumentOfSetConfig(Tokens tokens, int token, Template.Builder out) {
        if (!tokens.isWord(token, "FALSE") || !tokens.isSymbol(tokens.next(token), ')')) {
            return false;
        }
        int commas = 0;
        int depth = 0;
        int before = tokens.previous(token);
        for (int looked = 0; before >= 0 && looked < ARGUMENT_TOKENS; looked++, before = tokens.previous(before)) {
            if (tokens.isSymbol(before, ')')) {
                depth++;
            } else if (tokens.isSymbol(before, '(') && depth-- == 0) {
                break;
            } else if (depth == 0 && tokens.isSymbol(before, ',')) {
                commas++;
            }
        }
        if (commas == 2 && tokens.isName(tokens.previous(before), "set_config")) {
            out.replace(tokens.start(token), tokens.end(token), "true");
        }
        return true;
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
