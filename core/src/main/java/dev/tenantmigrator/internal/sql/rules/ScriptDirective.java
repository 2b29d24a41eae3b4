package dev.tenantmigrator.internal.sql.rules;

import dev.tenantmigrator.InvalidMigrationException;
import dev.tenantmigrator.MigrationScript;
import dev.tenantmigrator.internal.sql.lex.Lexer;
import dev.tenantmigrator.internal.sql.lex.TokenKind;
import dev.tenantmigrator.internal.sql.lex.Tokens;
import dev.tenantmigrator.internal.sql.lex.UnreadableSqlException;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * The options that a script sets in a comment before its first statement: {@code -- tenant-migrator: no-transaction
 * lock_timeout=5s statement_timeout=10min tries=3}.
 *
 * @param noTransaction whether the script's statements run outside of a transaction
 * @param timeouts values of {@code lock_timeout} and {@code statement_timeout}, in PostgreSQL's notation, if given
 * @param tries the number of attempts, if given
 */
public record ScriptDirective(boolean noTransaction, Map<String, String> timeouts, OptionalInt tries) {

    /** Begins the comment; long enough that no other comment begins with it by chance. */
    private static final String MARK = "tenant-migrator:";

    private static final String NO_TRANSACTION = "no-transaction";

    /** The comment that declares a script to run outside of a transaction. */
    public static final String NO_TRANSACTION_COMMENT = "-- " + MARK + " " + NO_TRANSACTION;

    /** PostgreSQL's notation of a time; nine digits are below its limit of an int. */
    private static final Pattern TIMEOUT =
            Pattern.compile("(lock_timeout|statement_timeout)=(\\d{1,9}(?:ms|s|min|h|d)?)");

    /** One attempt or more; the bound keeps the number an int. */
    private static final Pattern TRIES = Pattern.compile("tries=([1-9]\\d{0,3})");

    private static final ScriptDirective NONE = new ScriptDirective(false, Map.of(), OptionalInt.empty());

    public ScriptDirective {
        timeouts = Map.copyOf(timeouts);
    }

    /**
     * Reads a script's options.
     *
     * @throws InvalidMigrationException when the comment has an unknown word, stands behind a statement or occurs twice
     */
    public static ScriptDirective read(MigrationScript script) {
        String text = script.text();
        if (!text.contains(MARK)) {
            return NONE;
        }
        Tokens tokens;
        try {
            tokens = Lexer.lexScript(text);
        } catch (UnreadableSqlException e) {
            throw ScriptReader.invalid(script, e);
        }
        Optional<ScriptDirective> found = Optional.empty();
        boolean inHead = true;
        for (int token = 0; token < tokens.count(); token++) {
            inHead = inHead && !tokens.isSignificant(token);
            if (tokens.kind(token) != TokenKind.COMMENT) {
                continue;
            }
            String comment = tokens.text(token).replaceFirst("^--", "").strip();
            if (comment.startsWith(MARK)) {
                int line = 1 + Tokens.lineBreaks(text, 0, tokens.start(token));
                if (!inHead || found.isPresent()) {
                    throw new InvalidMigrationException(
                            "a comment \"" + MARK + "\" may stand only once, before the first statement; move it there",
                            script.location(),
                            line);
                }
                found = Optional.of(parse(comment.substring(MARK.length()).strip(), script, line));
            }
        }
        return found.orElse(NONE);
    }

    private static ScriptDirective parse(String words, MigrationScript script, int line) {
        boolean noTransaction = false;
        Map<String, String> timeouts = new TreeMap<>();
        OptionalInt times = OptionalInt.empty();
        for (String word : words.split("\\s+", -1)) {
            var timeout = TIMEOUT.matcher(word);
            var tries = TRIES.matcher(word);
            if (word.equals(NO_TRANSACTION)) {
                noTransaction = true;
            } else if (timeout.matches()) {
                timeouts.put(timeout.group(1), timeout.group(2));
            } else if (tries.matches()) {
                times = OptionalInt.of(Integer.parseInt(tries.group(1)));
            } else {
                throw new InvalidMigrationException(
                        "the comment \"" + MARK + "\" takes " + NO_TRANSACTION
                                + ", lock_timeout=…, statement_timeout=… (e.g. 500ms, 5s, 10min; 0 for none) and"
                                + " tries=… (1 or more), not \""
                                + word + "\"",
                        script.location(),
                        line);
            }
        }
        return new ScriptDirective(noTransaction, timeouts, times);
    }
}
