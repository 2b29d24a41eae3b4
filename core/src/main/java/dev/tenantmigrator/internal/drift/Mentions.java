package dev.tenantmigrator.internal.drift;

import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The names that stand in a text of SQL. */
final class Mentions {

    private static final Pattern WORD = Pattern.compile("[\\p{L}\\p{N}_$]+|[-+*/<>=~!@#%^&|`?]+");
    private static final Pattern PART = Pattern.compile("(?:\\.|(?i:\\bAS\\s)\\s*)$");

    private final String text;

    /** All words, also those within quotes and literals. */
    private final Set<String> words = new HashSet<>();

    /** Without names of columns, as far as a point or {@code AS} before them tells. */
    private final Set<String> objects = new HashSet<>();

    Mentions(String text) {
        this.text = text;
        Matcher matcher = WORD.matcher(text);
        while (matcher.find()) {
            words.add(matcher.group());
            if (!PART.matcher(text.substring(Math.max(0, matcher.start() - 4), matcher.start()))
                    .find()) {
                objects.add(matcher.group());
            }
        }
    }

    /** The words, to look up names without quotes by. */
    Set<String> words() {
        return words;
    }

    /** Whether an object of its own is named, or each of the names of an object's part and its table. */
    boolean has(List<String> names) {
        return !names.isEmpty() && (names.size() == 1 ? has(names.get(0), objects) : hasAll(names));
    }

    /** Whether all names stand in the text, wherever that is. */
    boolean hasAll(Collection<String> names) {
        return !names.isEmpty() && names.stream().allMatch(name -> has(name, words));
    }

    private boolean has(String name, Set<String> in) {
        return isQuoted(name) ? text.contains(name) : in.contains(name);
    }

    /** Whether a name has to be looked for in the text. */
    static boolean isQuoted(String name) {
        return name.startsWith("\"");
    }
}
