package dev.tenantmigrator.internal.jdbc;

import java.util.Collection;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Removes data from a text of PostgreSQL, which can quote a tenant's rows. The rest are PostgreSQL's own words, words of the
 * script, and names of objects that PostgreSQL reported as such.
 */
final class ErrorText {

    private static final String LEFT_OUT = "…";

    private static final String QUOTES = "\"«»„“”";

    /** Includes the quotes of translated messages. */
    private static final Pattern QUOTE = Pattern.compile("[" + QUOTES + "]");

    private static final Pattern QUOTED = Pattern.compile(QUOTE + "([^" + QUOTES + "]*)" + QUOTE);
    private static final Pattern FIRST_TO_LAST_QUOTE = Pattern.compile(QUOTE + "(?:.*" + QUOTE + ")?", Pattern.DOTALL);

    /** A number, a date or bytes, but not the length of a type or the bounds of a sequence. */
    private static final Pattern NUMBER = Pattern.compile("(?<![\\p{L}\\p{N}_(.])[+-]?\\d[\\w.:+-]*");

    private static final Pattern WORD = Pattern.compile("[^\\s.,:;!?()\\[\\]{}\"'](?:\\S*[^\\s.,:;!?()\\[\\]{}\"'])?");

    /** Possessive, so that Java matches in a loop: otherwise a text of some thousand words overflows the stack. */
    private static final Pattern SEVERAL_LEFT_OUT = Pattern.compile(LEFT_OUT + "(?:\\s+" + LEFT_OUT + ")++");

    private final String known;

    /**
     * @param script the text that the author of the script wrote
     * @param names of the schema, table, column, type and constraint that PostgreSQL reported
     */
    ErrorText(String script, Collection<String> names) {
        this.known = (script + '\n' + String.join("\n", names)).toLowerCase(Locale.ROOT);
    }

    /** Leaves out quoted text and numbers of a message of PostgreSQL, unless they are known. */
    String withoutData(String text) {
        return leaveOut(NUMBER, withoutQuotes(text), this::isKnown);
    }

    /**
     * Leaves out all from the first unknown quoted text to the last quote, because a value may contain quotes itself. With an odd
     * number of quotes some value does, so no quoted text is trusted.
     */
    private String withoutQuotes(String text) {
        int from = 0;
        if (QUOTE.matcher(text).results().count() % 2 == 0) {
            Matcher quoted = QUOTED.matcher(text);
            while (quoted.find() && isKnownName(quoted.group(1).strip())) {
                from = quoted.end();
            }
        }
        return text.substring(0, from)
                + FIRST_TO_LAST_QUOTE.matcher(text.substring(from)).replaceAll('"' + LEFT_OUT + '"');
    }

    /** Leaves out each unknown word of a text that a script's author composed, maybe from data. */
    String withoutUnknownWords(String text) {
        return leaveOut(WORD, text, this::isKnown);
    }

    private static String leaveOut(Pattern pattern, String text, Predicate<String> shown) {
        String left = pattern.matcher(text)
                .replaceAll(match -> Matcher.quoteReplacement(shown.test(match.group()) ? match.group() : LEFT_OUT));
        return SEVERAL_LEFT_OUT.matcher(left).replaceAll(LEFT_OUT);
    }

    private boolean isKnownName(String name) {
        if (isKnown(name)) {
            return true;
        }
        String[] parts = name.split("\\.", -1);
        boolean all = parts.length > 1;
        for (String part : parts) {
            all &= !part.isEmpty() && isKnown(part);
        }
        return all;
    }

    private boolean isKnown(String text) {
        String lower = text.toLowerCase(Locale.ROOT);
        return !text.isEmpty() && (containsWhole(lower) || containsWhole(lower.replace("'", "''")));
    }

    /** Whether the known texts contain it as a whole: a part of a word does not make a value known. */
    private boolean containsWhole(String text) {
        for (int at = known.indexOf(text); at >= 0; at = known.indexOf(text, at + 1)) {
            int end = at + text.length();
            boolean begins = at == 0 || !isPart(known.charAt(at - 1)) || !isPart(text.charAt(0));
            boolean ends =
                    end == known.length() || !isPart(known.charAt(end)) || !isPart(text.charAt(text.length() - 1));
            if (begins && ends) {
                return true;
            }
        }
        return false;
    }

    private static boolean isPart(char character) {
        return Character.isLetterOrDigit(character) || character == '_' || character == '$';
    }
}
