package dev.tenantmigrator.cli.output;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Makes text from outside, such as names and messages of the server, safe and readable for a terminal. */
public final class TerminalText {

    private TerminalText() {}

    /** Joins the lines of a text and removes control characters. */
    public static String line(String text) {
        return clean(text.strip().replaceAll("\\s*\\R\\s*", " "));
    }

    /** Removes control characters, which could move the cursor or change colours, and keeps the lines. */
    public static String lines(String text) {
        return text.lines().map(TerminalText::clean).collect(Collectors.joining(System.lineSeparator()));
    }

    /** The first names and the number of the others. */
    static String some(List<String> names, int limit) {
        return names.size() <= limit
                ? String.join(", ", names)
                : String.join(", ", names.subList(0, limit)) + " and " + (names.size() - limit) + " more";
    }

    /** E.g. {@code 1 tenant} or {@code 2 tenants}. */
    public static String tenants(int count) {
        return count + (count == 1 ? " tenant" : " tenants");
    }

    /** The name of a constant in kebab case, as in the JSON output. */
    public static String kebab(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    static String clean(String line) {
        return line.replaceAll("[\\p{Cc}&&[^\t]]", "?");
    }
}
