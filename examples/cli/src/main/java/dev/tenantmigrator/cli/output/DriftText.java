package dev.tenantmigrator.cli.output;

import dev.tenantmigrator.report.Difference;
import dev.tenantmigrator.report.DriftReport;
import dev.tenantmigrator.report.StructureClass;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Formats a comparison of structures: the classes in a line, the differences of each, what is unknown, and the next command. */
public final class DriftText {

    /** Classes shown in full: about two screens. */
    private static final int MAX_CLASSES = 25;

    /** Differences shown of a class; a tenant that lacks a whole migration can have hundreds. */
    private static final int MAX_DIFFERENCES = 20;

    /** Tenants named of a class. */
    private static final int NAMED = 5;

    /** Columns of a value, such as the body of a function. */
    private static final int VALUE = 120;

    private static final String INDENT = "  ";

    private final Screen screen;
    private final DriftCommands commands;

    public DriftText(Screen screen, DriftCommands commands) {
        this.screen = screen;
        this.commands = commands;
    }

    /** The whole report. */
    public List<String> lines(DriftReport report) {
        List<String> lines = new ArrayList<>();
        screen.wrapped(DriftWords.line(report), "", INDENT).forEach(line -> lines.add(screen.heading(line)));
        List<StructureClass> drifted = DriftWords.drifted(report);
        int shown = screen.verbose() ? drifted.size() : Math.min(drifted.size(), MAX_CLASSES);
        drifted.subList(0, shown).forEach(same -> lines.addAll(block(same)));
        if (shown < drifted.size()) {
            lines.add("... and " + (drifted.size() - shown) + " more classes; --verbose shows all");
        }
        report.classes().stream()
                .filter(same -> !same.drifted() && !same.differences().isEmpty())
                .limit(screen.verbose() ? Integer.MAX_VALUE : MAX_CLASSES)
                .forEach(same -> lines.addAll(block(same)));
        lines.addAll(unknown(report, screen));
        if (!report.notCompared().isEmpty()) {
            lines.addAll(screen.wrapped(notCompared(report), "", INDENT));
        }
        commands.after(report).forEach(command -> lines.add(command));
        return lines;
    }

    /** The tenants that could not be compared, by reason. */
    static List<String> unknown(DriftReport report, Screen screen) {
        return FailureGroups.lines(
                report.unknown().entrySet().stream()
                        .map(tenant -> TenantResult.of(tenant.getKey(), TenantResult.UNKNOWN)
                                .withError(tenant.getValue()))
                        .toList(),
                "drift",
                screen);
    }

    private List<String> block(StructureClass same) {
        int count = same.tenants().size();
        String start = count == 1
                ? same.drifted() ? "1 tenant differs: " : "1 tenant has notes: "
                : TerminalText.tenants(count) + (same.drifted() ? " differ alike: " : " have notes: ");
        String names = TerminalText.some(same.tenants(), screen.verbose() ? Integer.MAX_VALUE : NAMED);
        List<String> lines = new ArrayList<>(screen.wrapped(start + names, "", INDENT));
        String colour = same.drifted() ? TenantResult.DRIFTED : TenantResult.PENDING;
        String first = lines.get(0);
        lines.set(0, first.startsWith(start) ? screen.outcome(start, colour) + first.substring(start.length()) : first);
        lines.addAll(differences(same.differences()));
        lines.addAll(hints(same));
        return lines;
    }

    /** The possible causes, to be read before a repair. */
    List<String> hints(StructureClass same) {
        return same.hints().stream()
                .limit(screen.verbose() ? Integer.MAX_VALUE : MAX_DIFFERENCES)
                .flatMap(hint -> screen
                        .wrapped(
                                TerminalText.line(
                                        DriftCommands.hint(hint, same.tenants().get(0))),
                                INDENT + "hint: ",
                                INDENT.repeat(3))
                        .stream())
                .toList();
    }

    /** A line for each difference: the sign, the severity and a sentence. */
    List<String> differences(List<Difference> differences) {
        List<String> lines = new ArrayList<>();
        int shown = screen.verbose() ? differences.size() : Math.min(differences.size(), MAX_DIFFERENCES);
        for (Difference difference : differences.subList(0, shown)) {
            String start = INDENT + DriftWords.sign(difference) + " "
                    + String.format(Locale.ROOT, "%-8s", difference.severity()) + " ";
            lines.addAll(screen.wrapped(
                    DriftWords.text(difference, screen.verbose() ? Integer.MAX_VALUE : VALUE),
                    start,
                    INDENT.repeat(3)));
        }
        if (shown < differences.size()) {
            lines.add(INDENT + "... and " + (differences.size() - shown) + " more differences; --verbose shows all");
        }
        return lines;
    }

    /** Lines for standard error, beside the SQL. */
    public static List<String> notes(DriftReport report) {
        List<String> lines = new ArrayList<>(List.of(DriftWords.line(report)));
        report.unknown().forEach((schema, failure) -> lines.add(schema + ": " + failure.message()));
        if (!report.notCompared().isEmpty()) {
            lines.add(notCompared(report));
        }
        lines.add("Nothing was changed.");
        return lines;
    }

    private static String notCompared(DriftReport report) {
        return "Not compared: " + String.join("; ", report.notCompared()) + ".";
    }
}
