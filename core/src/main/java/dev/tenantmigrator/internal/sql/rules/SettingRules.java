package dev.tenantmigrator.internal.sql.rules;

import dev.tenantmigrator.InvalidMigrationException;
import dev.tenantmigrator.MigrationScript;
import dev.tenantmigrator.internal.sql.lex.Identifiers;
import dev.tenantmigrator.internal.sql.lex.Statement;
import dev.tenantmigrator.internal.sql.lex.StatementCursor;
import dev.tenantmigrator.internal.sql.lex.TokenContext;
import dev.tenantmigrator.internal.sql.lex.TokenKind;
import dev.tenantmigrator.internal.sql.lex.Tokens;
import dev.tenantmigrator.internal.sql.rules.StatementRules.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Decides about {@code SET} and {@code RESET}, and finds the settings that a script may leave changed. */
public final class SettingRules {

    /** The spellings of a boolean that is on (PostgreSQL documentation, "Parameter Names and Values"). */
    private static final Set<String> ON = Set.of("on", "true", "yes", "1");

    /**
     * Words of a date style with which the output stays ISO, the only one that the driver reads: the order of day and month, and the
     * connection's own style. PostgreSQL compares only the beginning of those with {@code euro}.
     */
    private static final Pattern ISO_DATE_STYLE = Pattern.compile("iso|dmy|mdy|ymd|us|(?:non)?euro.*|default");

    private static final String DATE_STYLE =
            "the driver reads dates in the ISO style only; set DateStyle to ISO, e.g. 'ISO, DMY'";

    /** A setting with a dot in its name. Rather finds too many: also with comments between, and in strings. */
    private static final Pattern OWN_SETTING = Pattern.compile(
            "\\bset\\b[^;=]{0,200}?([\\w$\"]+\\s*\\.\\s*[\\w$\"]+)\\s*(?:=|\\bto\\b)"
                    + "|\\bset_config\\s*\\(\\s*e?'+([\\w$]+\\.[\\w$]+)'",
            Pattern.CASE_INSENSITIVE);

    private SettingRules() {}

    static Verdict set(Statement statement) {
        StatementCursor cursor = statement.cursor();
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
            case "standard_conforming_strings" ->
                isOn(cursor, statement) ? Verdict.KEEP : nonStandardStrings(statement);
            case "datestyle" -> isIso(values(cursor, statement)) ? Verdict.KEEP : dateStyle(statement);
            default -> Verdict.KEEP;
        };
    }

    static Verdict reset(Statement statement) {
        StatementCursor cursor = statement.cursor();
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

    private static Verdict role(Statement statement) {
        return StatementRules.refusal(
                "a migration runs with the role of its connection, whose privileges bound what it can reach; remove the"
                        + " statement, or connect with the other role",
                statement);
    }

    public static Verdict.Refuse nonStandardStrings(Statement statement) {
        return StatementRules.refusal(
                "with standard_conforming_strings off, the server would read the script's strings differently; remove"
                        + " the statement, and write E'…' where a string has backslash escapes",
                statement);
    }

    private static Verdict dateStyle(Statement statement) {
        return StatementRules.refusal(DATE_STYLE, statement);
    }

    /** Refuses another date style in code: in {@code SET datestyle = x}, also in a block, and {@code set_config('datestyle', 'x', …)}. */
    public static Optional<String> dateStyle(Tokens tokens, int token) {
        String name = Identifiers.fold(tokens.name(token));
        int first = tokens.next(token);
        int last;
        if (name.equals("datestyle")
                && TokenContext.isAnyWord(tokens, tokens.previous(token), "SET", "LOCAL", "SESSION")) {
            first = tokens.next(first);
            last = first;
            while (last < tokens.count() && !tokens.isSymbol(last, ';')) {
                last = tokens.next(last);
            }
        } else if (name.equals("set_config")
                && tokens.isSymbol(first, '(')
                && Identifiers.fold(tokens.text(tokens.next(first))).equals("'datestyle'")) {
            first = tokens.next(tokens.next(tokens.next(first)));
            last = tokens.next(first);
            if (tokens.kind(first) != TokenKind.STRING) {
                return Optional.empty();
            }
        } else {
            return Optional.empty();
        }
        return isIso(words(tokens, first, last)) ? Optional.empty() : Optional.of(DATE_STYLE);
    }

    private static boolean isOn(StatementCursor cursor, Statement statement) {
        List<String> values = values(cursor, statement);
        return values.size() == 1 && ON.contains(values.get(0));
    }

    private static boolean isIso(List<String> values) {
        return values.stream().allMatch(word -> ISO_DATE_STYLE.matcher(word).matches());
    }

    /** Takes the name of a setting. Folded even if quoted, because PostgreSQL ignores case in these names. */
    public static String settingName(StatementCursor cursor) {
        return Identifiers.fold(cursor.takeName());
    }

    /** The words of the value, in lower case, without quotes and commas. */
    private static List<String> values(StatementCursor cursor, Statement statement) {
        cursor.skip();
        return words(statement.tokens(), cursor.token(), statement.to());
    }

    private static List<String> words(Tokens tokens, int from, int to) {
        List<String> words = new ArrayList<>();
        for (int token = from; token < to; token = tokens.next(token)) {
            String text = Identifiers.fold(tokens.text(token));
            for (String word : text.split("[\\s,'\"]+", -1)) {
                if (!word.isEmpty()) {
                    words.add(word);
                }
            }
        }
        return words;
    }

    /**
     * Whether a setting may stay changed after the script's transaction: by {@code set_config}, {@code RESET}, or {@code
     * SET} in code that runs. Errs towards true, but does not see into functions that exist already.
     *
     * @throws InvalidMigrationException when the script cannot be read to its end
     */
    public static boolean mayChangeSettings(MigrationScript script) {
        String text = script.text();
        return containsWord(text, 0, text.length(), "SET_CONFIG")
                || ScriptReader.read(script).stream().anyMatch(SettingRules::mayChangeSettings);
    }

    private static boolean mayChangeSettings(Statement statement) {
        boolean holdsCode = statement.startsWith("DO") || statement.startsWith("CREATE");
        return statement.startsWith("RESET") || (holdsCode && hasInStrings(statement, "SET", "RESET"));
    }

    private static boolean hasInStrings(Statement statement, String... upperCaseWords) {
        Tokens tokens = statement.tokens();
        for (int token = statement.from(); token < statement.to(); token++) {
            if (tokens.kind(token) == TokenKind.DOLLAR_STRING || tokens.kind(token) == TokenKind.STRING) {
                for (String word : upperCaseWords) {
                    if (containsWord(tokens.source(), tokens.start(token), tokens.end(token), word)) {
                        return true;
                    }
                }
            }
        }
        return false;
    }

    /** The custom settings, {@code a.b}, that a script sets, in code too. {@code pg_settings} does not list them. */
    public static Set<String> ownSettings(MigrationScript script) {
        Set<String> names = new TreeSet<>();
        Matcher matcher = OWN_SETTING.matcher(script.text());
        while (matcher.find()) {
            names.add(
                    matcher.group(1) == null
                            ? matcher.group(2)
                            : matcher.group(1).replaceAll("[\"\\s]", ""));
        }
        return names;
    }

    private static boolean containsWord(String text, int from, int to, String upperCase) {
        int start = from;
        while (start < to) {
            int end = start;
            // A dollar sign may begin or end a dollar quote around the word.
            while (end < to && text.charAt(end) != '$' && Identifiers.isPart(text.charAt(end))) {
                end++;
            }
            if (Identifiers.equalsKeyword(text, start, end, upperCase)) {
                return true;
            }
            start = Math.max(end, start + 1);
        }
        return false;
    }
}
