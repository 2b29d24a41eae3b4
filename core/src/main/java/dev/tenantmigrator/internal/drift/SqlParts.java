package dev.tenantmigrator.internal.drift;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Takes apart text of the catalogs. A separator within quotes or brackets is none. */
final class SqlParts {

    private SqlParts() {}

    /** All parts between separators; none of an empty text. */
    static List<String> split(String text, String separator) {
        List<String> parts = new ArrayList<>();
        int start = 0;
        int end = find(text, separator, start);
        while (end >= 0) {
            parts.add(text.substring(start, end));
            start = end + separator.length();
            end = find(text, separator, start);
        }
        if (!text.isEmpty()) {
            parts.add(text.substring(start));
        }
        return parts;
    }

    /** The text before the first separator; all of it when there is none. */
    static String before(String text, String separator) {
        int end = find(text, separator, 0);
        return end < 0 ? text : text.substring(0, end);
    }

    /** The text after the first separator; nothing when there is none. */
    static String after(String text, String separator) {
        int end = find(text, separator, 0);
        return end < 0 ? "" : text.substring(end + separator.length());
    }

    /** Items such as {@code name value, name value}, by name. */
    static Map<String, String> named(Optional<String> text, String betweenItems, String afterName) {
        Map<String, String> named = new LinkedHashMap<>();
        split(text.orElse(""), betweenItems)
                .forEach(item -> named.put(before(item, afterName), after(item, afterName)));
        return named;
    }

    /** The name that {@code quote_ident} was given. */
    static String unquoted(String name) {
        return name.startsWith("\"") ? name.substring(1, name.length() - 1).replace("\"\"", "\"") : name;
    }

    /** Whether a name stands in the text as a word of its own. */
    static boolean mentions(String text, String name) {
        int from = text.indexOf(name);
        while (from >= 0) {
            int end = from + name.length();
            if ((from == 0 || !isWord(text.charAt(from - 1))) && (end == text.length() || !isWord(text.charAt(end)))) {
                return true;
            }
            from = text.indexOf(name, from + 1);
        }
        return false;
    }

    private static boolean isWord(char c) {
        return Character.isLetterOrDigit(c) || c == '_' || c == '$';
    }

    private static int find(String text, String separator, int from) {
        int depth = 0;
        for (int i = from; i < text.length(); i++) {
            char c = text.charAt(i);
            if (depth == 0 && text.startsWith(separator, i)) {
                return i;
            }
            if (c == '"' || c == '\'') {
                int end = text.indexOf(c, i + 1);
                i = end < 0 ? text.length() : end;
            } else if (c == '(' || c == '[') {
                depth++;
            } else if (c == ')' || c == ']') {
                depth--;
            }
        }
        return -1;
    }
}
