package dev.tenantmigrator.internal.sql;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** What becomes of {@code SET} and {@code RESET}: whatever a migration sets ends with its transaction. */
final class SettingRules {

    private static final Set<String> ON = Set.of("on", "true", "yes", "1");
    private static final Set<String> ISO_DATE_STYLES = Set.of("iso", "dmy", "mdy", "ymd");

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
            case "transaction", "search_path", "schema", "client_encoding", "names" -> Verdict.ABSORB;
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
            default -> Verdict.KEEP;
        };
    }

    private static Verdict role(Statement statement) {
        return StatementRules.refusal(
                "a migration runs with the role of its connection, whose privileges bound what it can reach; remove the"
                        + " statement, or connect with the other role",
                statement);
    }

    private static Verdict strings(Statement statement) {
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
