package dev.tenantmigrator.cli.output;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Text from elsewhere, such as a name or a server's message, as a person's terminal may get it. */
public final class TerminalText {

    private TerminalText() {}

    /** The same text as one line. */
    public static String line(String text) {
        return clean(text.strip().replaceAll("\\s*\\R\\s*", " "));
    }

    /** The same lines, without what could move the cursor or change colours. */
    public static String lines(String text) {
        return text.lines().map(TerminalText::clean).collect(Collectors.joining(System.lineSeparator()));
    }

    /** The first names, and how many there are besides. */
    static String some(List<String> names, int limit) {
        return names.size() <= limit
                ? String.join(", ", names)
                : String.join(", ", names.subList(0, limit)) + " and " + (names.size() - limit) + " more";
    }

    /** A number of tenants, in words. */
    public static String tenants(int count) {
        return count + (count == 1 ? " tenant" : " tenants");
    }

    /** A constant's name as the command line writes it. */
    static String kebab(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    static String clean(String line) {
        return line.replaceAll("[\\p{Cc}&&[^\t]]", "?");
    }
}
