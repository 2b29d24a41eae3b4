package dev.tenantmigrator.cli.output;

import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Makes text from outside, such as names and messages of the server, safe and readable for a terminal. */
public final class TerminalText {

    /** Control characters, and those that reverse the order of text. */
    private static final Pattern UNSAFE = Pattern.compile("[\\p{Cc}&&[^\t]]|[\\x{202A}-\\x{202E}\\x{2066}-\\x{2069}]");

    private TerminalText() {}

    /** Joins the lines of a text and replaces characters that could control the terminal. */
    public static String line(String text) {
        return clean(text.strip().replaceAll("\\s*\\R\\s*", " "));
    }

    /** Replaces characters that could move the cursor, change colours or reverse text, and keeps the lines. */
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

    /** Whether a text has no character that could control a terminal. */
    public static boolean isClean(String text) {
        return !UNSAFE.matcher(text).find();
    }

    static String clean(String line) {
        return UNSAFE.matcher(line).replaceAll("?");
    }
}
