package dev.tenantmigrator.cli.output;

import dev.tenantmigrator.SparesNotDroppedException;
import dev.tenantmigrator.report.Failure;
import dev.tenantmigrator.report.SpareCounts;
import dev.tenantmigrator.report.SpareReport;
import dev.tenantmigrator.report.SpareTenant;
import dev.tenantmigrator.report.SpareTenant.State;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Formats the stock of spare tenants as text. */
public final class SpareText {

    /** Objects named of an unfit spare; a verbose screen shows all. */
    private static final int NAMED = 5;

    private static final String INDENT = "  ";

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT).withZone(ZoneOffset.UTC);

    private SpareText() {}

    /** A line for a status; nothing for a database without spares. */
    public static List<String> line(SpareCounts spares) {
        return spares.ready() + spares.behind() + spares.unfit() == 0
                ? List.of()
                : List.of(spares(spares.ready()) + " ready" + others(spares.behind(), "behind")
                        + others(spares.unfit(), "unfit"));
    }

    /** Numbers by state, a table, and the objects that make a spare unfit. */
    static List<String> list(List<SpareTenant> spares, Screen screen) {
        if (spares.isEmpty()) {
            return List.of("There is no spare. To make some, run: spares fill");
        }
        List<String> lines = new ArrayList<>();
        lines.add(spares(count(spares, State.READY)) + " ready" + notReady(spares));
        TextTable table = new TextTable("SPARE", "STATE", "SINCE");
        spares.forEach(
                spare -> table.add(spare.schema(), TerminalText.kebab(spare.state()), TIME.format(spare.since())));
        lines.addAll(table.lines(screen));
        lines.addAll(unfit(spares, screen));
        return lines;
    }

    /** Numbers of a refill, the objects that make a spare unfit, and a hint, which may be empty. */
    static List<String> filled(SpareReport report, String hint, Screen screen) {
        List<String> lines = new ArrayList<>();
        lines.add(spares(report.created()) + " made"
                + others(report.dropped(), "too old and dropped")
                + ", " + count(report.spares(), State.READY) + " ready"
                + notReady(report.spares()));
        lines.addAll(unfit(report.spares(), screen));
        if (!hint.isEmpty()) {
            lines.addAll(screen.wrapped(hint, ""));
        }
        return lines;
    }

    /** The work of a deploy on the spares. */
    static List<String> migrated(int migrated, int left, int unfit) {
        List<String> lines = new ArrayList<>();
        if (migrated + left > 0) {
            lines.add(spares(migrated) + " migrated" + others(left, "left out"));
        }
        if (unfit > 0) {
            lines.add(spares(unfit) + (unfit == 1 ? " is" : " are") + " unfit now: sign-ups run all migrations."
                    + " To see the reason, run: spares list");
        }
        return lines;
    }

    /** Spares that were not dropped, each with the reason. */
    static List<String> notDropped(SparesNotDroppedException e, Screen screen) {
        List<String> lines = new ArrayList<>();
        lines.add(spares(e.dropped()) + " dropped, " + e.failures().size() + " not");
        e.failures()
                .forEach(failure -> lines.addAll(failure(
                        "not dropped: " + failure.tenant().orElse(""),
                        failure,
                        "Remove the cause and run the command again.",
                        screen)));
        return lines;
    }

    /** E.g. {@code 1 spare} or {@code 2 spares}. */
    static String spares(int count) {
        return count + (count == 1 ? " spare" : " spares");
    }

    static int count(List<SpareTenant> spares, State state) {
        return (int) spares.stream().filter(spare -> spare.state() == state).count();
    }

    private static String notReady(List<SpareTenant> spares) {
        return others(count(spares, State.BEHIND), "behind") + others(count(spares, State.UNFIT), "unfit");
    }

    private static String others(int count, String state) {
        return count == 0 ? "" : ", " + count + " " + state;
    }

    private static List<String> unfit(List<SpareTenant> spares, Screen screen) {
        Map<List<String>, List<String>> schemas = new LinkedHashMap<>();
        spares.stream()
                .filter(spare -> spare.state() == State.UNFIT)
                .forEach(spare -> schemas.computeIfAbsent(spare.objects(), objects -> new ArrayList<>())
                        .add(spare.schema()));
        List<String> lines = new ArrayList<>();
        schemas.forEach((objects, names) -> {
            lines.add(screen.outcome("unfit") + ": " + TerminalText.line(TerminalText.some(names, 1)));
            lines.addAll(screen.wrapped(reason(objects, screen), INDENT));
        });
        return lines;
    }

    private static String reason(List<String> objects, Screen screen) {
        return objects.isEmpty()
                ? "another role owns it, so no sign-up of this role can take it; drop it as that role"
                : "renaming would leave the spare's name in "
                        + TerminalText.some(objects, screen.verbose() ? Integer.MAX_VALUE : NAMED);
    }

    /** A failure in a spare as a block. */
    static List<String> failure(String heading, Failure failure, String remedy, Screen screen) {
        List<String> lines = new ArrayList<>();
        lines.add(screen.outcome(TerminalText.line(heading), TenantResult.FAILED));
        lines.addAll(ErrorBlock.of(failure, screen));
        lines.addAll(screen.wrapped(remedy, INDENT));
        return lines;
    }
}
