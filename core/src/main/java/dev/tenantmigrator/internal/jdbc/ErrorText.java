package dev.tenantmigrator.internal.jdbc;

import java.util.Collection;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What may be shown of a text of PostgreSQL's: it can quote what stands in a tenant's rows. Shown are PostgreSQL's own words,
 * and of others only those that stand in the script, or that PostgreSQL says are a name.
 */
final class ErrorText {

    private static final String LEFT_OUT = "…";

    private static final String QUOTES = "\"«»„“”";

    /** Also those of translated messages. */
    private static final Pattern QUOTE = Pattern.compile("[" + QUOTES + "]");

    private static final Pattern QUOTED = Pattern.compile(QUOTE + "([^" + QUOTES + "]*)" + QUOTE);
    private static final Pattern FIRST_TO_LAST_QUOTE = Pattern.compile(QUOTE + "(?:.*" + QUOTE + ")?", Pattern.DOTALL);

    /** A number, date or bytes; not the length of a type nor a sequence's bounds. */
    private static final Pattern NUMBER = Pattern.compile("(?<![\\p{L}\\p{N}_(.])[+-]?\\d[\\w.:+-]*");

    private static final Pattern WORD = Pattern.compile("[^\\s.,:;!?()\\[\\]{}\"'](?:\\S*[^\\s.,:;!?()\\[\\]{}\"'])?");

    /** Possessive, which Java matches in a loop: otherwise a text of some thousand words overflows the stack. */
    private static final Pattern SEVERAL_LEFT_OUT = Pattern.compile(LEFT_OUT + "(?:\\s+" + LEFT_OUT + ")++");

    private final String known;

    /**
     * @param script what the author of the script wrote
     * @param names of schema, table, column, type and constraint, as PostgreSQL reported them
     */
    ErrorText(String script, Collection<String> names) {
        this.known = (script + '\n' + String.join("\n", names)).toLowerCase(Locale.ROOT);
    }

    /** A text of PostgreSQL's: what it quotes, and numbers, are left out unless they are known. */
    String dataLeftOut(String text) {
        return leftOut(NUMBER, quotesLeftOut(text), this::isKnown);
    }

    /**
     * From the first quoted that is not known, all is left out up to the last quote, because a value may hold quotes itself;
     * and where they are not even, one does.
     */
    private String quotesLeftOut(String text) {
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

    /** A text that somebody else wrote: each word is left out unless it is known. */
    String wordsLeftOut(String text) {
        return leftOut(WORD, text, this::isKnown);
    }

    private static String leftOut(Pattern pattern, String text, Predicate<String> shown) {
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
        return !text.isEmpty() && (stands(lower) || stands(lower.replace("'", "''")));
    }

    /** Whether it stands there as a whole: a part of a word says nothing about a value. */
    private boolean stands(String text) {
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
