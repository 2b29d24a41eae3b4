package dev.tenantmigrator.cli.output;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jline.utils.WCWidth;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Help.Ansi.Style;

/**
 * The place for text output.
 *
 * @param width columns of the terminal
 * @param ansi whether to colour
 * @param verbose true to show everything: nothing is cut then
 */
public record Screen(int width, Ansi ansi, boolean verbose) {

    private static final Set<String> BAD = Set.of("failed", "unhealthy", "drifted", "unknown");
    private static final Set<String> WAITING = Set.of("pending", "skipped", "ahead", "not-applied", "behind", "unfit");
    private static final Set<String> GOOD = Set.of(
            "healthy",
            "as-defined",
            "ready",
            "created",
            "migrated",
            "up-to-date",
            "rolled-back",
            "backfilled",
            "repaired",
            "moved",
            "ran",
            "adopted",
            "planned",
            "renamed",
            "dropped");

    /** A text in bold. */
    String heading(String text) {
        return styled(text, Style.bold);
    }

    /** An outcome in its colour; any other text as it is. */
    String outcome(String word) {
        return outcome(word, word);
    }

    /** A text in the colour of an outcome. */
    String outcome(String text, String word) {
        return colourOf(word).map(colour -> styled(text, colour)).orElse(text);
    }

    private static Optional<Style> colourOf(String word) {
        if (BAD.contains(word)) {
            return Optional.of(Style.fg_red);
        }
        if (WAITING.contains(word)) {
            return Optional.of(Style.fg_yellow);
        }
        return GOOD.contains(word) ? Optional.of(Style.fg_green) : Optional.empty();
    }

    private String styled(String text, Style style) {
        return ansi.enabled() && !text.isEmpty() ? style.on() + text + Style.reset.on() : text;
    }

    /** Breaks a text at its spaces. A word that is longer than a line stays whole, so that it can be copied. */
    List<String> wrapped(String text, String indent) {
        return wrapped(text, indent, indent);
    }

    /** Breaks a text at its spaces, with another indentation of the first line. A name with a line break cannot add a line. */
    public List<String> wrapped(String text, String first, String others) {
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder(first);
        boolean empty = true;
        for (String word : TerminalText.line(text).split("\\s+", -1)) {
            if (!empty && columns(line) + 1 + columns(word) > width) {
                lines.add(line.toString());
                line = new StringBuilder(others);
                empty = true;
            }
            line.append(empty ? "" : " ").append(word);
            empty = false;
        }
        lines.add(line.toString());
        return lines;
    }

    /** Cuts a text in the middle if it is wider than some columns. */
    static String cut(String text, int columns) {
        if (columns(text) <= columns) {
            return text;
        }
        int right = (columns - 1) / 2;
        String end = "";
        for (int at = text.length();
                at > 0 && columns(text.substring(at)) <= right;
                at = text.offsetByCodePoints(at, -1)) {
            end = text.substring(at);
        }
        String start = "";
        for (int at = 0;
                at < text.length() && columns(text.substring(0, at)) < columns - columns(end);
                at = text.offsetByCodePoints(at, 1)) {
            start = text.substring(0, at);
        }
        return start + "…" + end;
    }

    /** The columns that a text takes on a terminal; letters of some alphabets take two. */
    static int columns(CharSequence text) {
        return text.codePoints()
                .map(letter -> Math.max(0, WCWidth.wcwidth(letter)))
                .sum();
    }
}
