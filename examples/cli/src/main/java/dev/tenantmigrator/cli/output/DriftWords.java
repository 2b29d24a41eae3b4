package dev.tenantmigrator.cli.output;

import dev.tenantmigrator.report.Difference;
import dev.tenantmigrator.report.DriftReport;
import dev.tenantmigrator.report.StructureClass;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** A comparison of structures in words. */
public final class DriftWords {

    /** Classes that the line names; the others are counted. */
    private static final int NAMED = 4;

    /** Letters that two long values keep on each side of the part that differs. */
    private static final int CONTEXT = 20;

    private DriftWords() {}

    /**
     * The whole fleet in a line.
     *
     * @return e.g. {@code 4,987 as defined · 9 differ alike (index vendor_name_idx missing) · 3 differ alone · 1 unreadable}
     */
    public static String line(DriftReport report) {
        List<String> parts = new ArrayList<>();
        int defined = tenants(report.classes().stream()
                .filter(same -> same.differences().isEmpty())
                .toList());
        List<StructureClass> noted = report.classes().stream()
                .filter(same -> !same.differences().isEmpty() && !same.drifted())
                .toList();
        List<StructureClass> alike = drifted(report).stream()
                .filter(same -> same.tenants().size() > 1)
                .toList();
        List<StructureClass> alone = drifted(report).stream()
                .filter(same -> same.tenants().size() == 1)
                .toList();
        if (defined > 0) {
            parts.add(number(defined) + " as defined");
        }
        if (!noted.isEmpty()) {
            parts.add(number(tenants(noted)) + " as defined, with notes");
        }
        alike.stream()
                .limit(NAMED)
                .forEach(same -> parts.add(number(same.tenants().size()) + " differ alike (" + label(same) + ")"));
        if (alike.size() > NAMED) {
            List<StructureClass> others = alike.subList(NAMED, alike.size());
            parts.add(number(tenants(others)) + " differ in " + others.size() + " more ways");
        }
        if (!alone.isEmpty()) {
            parts.add(
                    alone.size() == 1
                            ? "1 differs alone (" + label(alone.get(0)) + ")"
                            : number(alone.size()) + " differ alone");
        }
        int edited = (int) report.unknown().values().stream()
                .filter(failure -> failure.message().contains("edited"))
                .count();
        int unreadable = report.unknown().size() - edited;
        if (edited > 0) {
            parts.add(number(edited) + " with an edited file");
        }
        if (unreadable > 0) {
            parts.add(number(unreadable) + " unreadable");
        }
        return TerminalText.line(String.join(" · ", parts));
    }

    /** The classes that are drifted, the largest first. */
    public static List<StructureClass> drifted(DriftReport report) {
        return report.classes().stream()
                .filter(StructureClass::drifted)
                .sorted(Comparator.comparingInt(
                                (StructureClass same) -> same.tenants().size())
                        .reversed())
                .toList();
    }

    /** The most severe difference of a class and the number of the others, e.g. {@code index vendor_name_idx missing and 2 more}. */
    public static String label(StructureClass same) {
        if (same.differences().isEmpty()) {
            return "as defined";
        }
        Difference worst = same.differences().stream()
                .min(Comparator.comparing(Difference::severity))
                .orElseThrow();
        String name = worst.kind() + " " + worst.object();
        String text = switch (worst.change()) {
            case MISSING -> name + " missing";
            case UNEXPECTED -> name + " unexpected";
            case CHANGED -> changed(worst, name);
        };
        int others = same.differences().size() - 1;
        return text + (others == 0 ? "" : " and " + others + " more");
    }

    private static String changed(Difference difference, String name) {
        String attribute = difference.attribute().orElse("definition");
        if (difference.isNote()) {
            return name + " changed";
        }
        // Otherwise "partition of of table".
        return attribute.matches(".* (?:of|by)|of .*")
                ? name + ": " + attribute + " changed"
                : attribute + " of " + name + " changed";
    }

    /** Whether the tenant has more, less or something else. */
    public static String sign(Difference difference) {
        return switch (difference.change()) {
            case MISSING -> "-";
            case UNEXPECTED -> "+";
            case CHANGED -> "~";
        };
    }

    /** A difference in a sentence. Of long values, such as bodies of functions, the part that differs. */
    public static String text(Difference difference, int columns) {
        String actual = TerminalText.line(difference.actual().orElse(""));
        String expected = TerminalText.line(difference.expected().orElse(""));
        if (Math.max(actual.length(), expected.length()) <= columns) {
            return TerminalText.line(difference.description());
        }
        return TerminalText.line(new Difference(
                        difference.kind(),
                        difference.object(),
                        difference.change(),
                        difference.severity(),
                        difference.attribute(),
                        difference.expected().map(value -> part(expected, actual, columns)),
                        difference.actual().map(value -> part(actual, expected, columns)),
                        difference.statements())
                .description());
    }

    /** The part of a text that is not in the other one, with some letters around it. */
    private static String part(String text, String other, int columns) {
        int most = Math.min(text.length(), other.length());
        int start = 0;
        while (start < most && text.charAt(start) == other.charAt(start)) {
            start++;
        }
        int end = 0;
        while (end < most - start && text.charAt(text.length() - 1 - end) == other.charAt(other.length() - 1 - end)) {
            end++;
        }
        int from = Math.max(0, start - CONTEXT);
        int to = Math.min(text.length(), text.length() - end + CONTEXT);
        return (from > 0 ? "…" : "") + Screen.cut(text.substring(from, to), columns) + (to < text.length() ? "…" : "");
    }

    private static int tenants(List<StructureClass> classes) {
        return classes.stream().mapToInt(same -> same.tenants().size()).sum();
    }

    private static String number(int count) {
        return String.format(Locale.ROOT, "%,d", count);
    }
}
