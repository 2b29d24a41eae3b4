package dev.tenantmigrator.internal.sql;

import dev.tenantmigrator.InvalidMigrationException;
import dev.tenantmigrator.ScriptFile;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a script asks of its surroundings. */
public final class ScriptScan {

    /** Too often rather than too rarely: also with comments between, and in strings. */
    private static final Pattern OWN_SETTING = Pattern.compile(
            "\\bset\\b[^;=]{0,200}?([\\w$\"]+\\s*\\.\\s*[\\w$\"]+)\\s*(?:=|\\bto\\b)"
                    + "|\\bset_config\\s*\\(\\s*e?'+([\\w$]+\\.[\\w$]+)'",
            Pattern.CASE_INSENSITIVE);

    private ScriptScan() {}

    /**
     * The extensions that a script creates, in order. The script itself does not create them.
     *
     * @throws InvalidMigrationException when the script cannot be read to its end
     */
    public static List<ExtensionRequest> extensions(ScriptFile script) {
        return Script.read(script).stream()
                .map(ExtensionRequest::of)
                .flatMap(Optional::stream)
                .toList();
    }

    /**
     * Whether a script holds statements that cannot run in a transaction, or says so in its first comment.
     *
     * @throws InvalidMigrationException when the script cannot be read to its end, or must not run
     */
    public static boolean runsOutsideTransaction(ScriptFile script) {
        return NonTransactionalScript.isOne(script, Script.read(script));
    }

    /**
     * Whether a setting may be left changed after the script's transaction: by {@code set_config}, {@code RESET}, or
     * {@code SET} in code that runs. True too often rather than too rarely; what existing functions do is not seen.
     *
     * @throws InvalidMigrationException when the script cannot be read to its end
     */
    public static boolean mayChangeSettings(ScriptFile script) {
        String text = script.text();
        return containsWord(text, 0, text.length(), "SET_CONFIG")
                || Script.read(script).stream().anyMatch(ScriptScan::mayChangeSettings);
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

    /** The settings of an application's own, {@code a.b}, that a script sets, also in code; {@code pg_settings} has none of them. */
    public static Set<String> ownSettings(ScriptFile script) {
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
            // A dollar sign may be the quote around a word.
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

    /**
     * Where the body of a {@code DO} statement begins, when its lines are those of the statement: in dollar quotes or plain
     * single quotes.
     *
     * @return characters (code points) from 0
     */
    public static OptionalInt blockStart(String sql) {
        Tokens tokens = Lexer.lexFragment(sql);
        int first = tokens.next(-1);
        for (int token = first; tokens.isWord(first, "DO") && token < tokens.count(); token = tokens.next(token)) {
            boolean plain = tokens.kind(token) == TokenKind.STRING
                    && sql.charAt(tokens.start(token)) == '\''
                    && !tokens.isWord(tokens.previous(token), "LANGUAGE");
            if (plain || tokens.kind(token) == TokenKind.DOLLAR_STRING) {
                int start = plain ? tokens.start(token) + 1 : tokens.contentStart(token);
                return OptionalInt.of(sql.codePointCount(0, start));
            }
        }
        return OptionalInt.empty();
    }
}
