package dev.tenantmigrator.cli.output;

import dev.tenantmigrator.SparesNotDroppedException;
import dev.tenantmigrator.report.Failure;
import dev.tenantmigrator.report.SpareCounts;
import dev.tenantmigrator.report.SpareReport;
import dev.tenantmigrator.report.SpareTenant;
import dev.tenantmigrator.report.SpareTenant.State;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** The results of the commands for spare tenants. Spares are no tenants: {@code counts} has their number by state. */
public final class SpareResults {

    /** Objects named in a message; the list of spares has all. */
    private static final int NAMED = 5;

    private static final String WITHOUT_SPARES = "Tenants are created by running all migrations. To have spares, add a"
            + " migration that writes these objects without the schema's name.";

    /** UTC without a zone, as all times in JSON. */
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss", Locale.ROOT).withZone(ZoneOffset.UTC);

    private SpareResults() {}

    /** The stock. */
    public static CommandResult listed(List<SpareTenant> stock) {
        List<SpareTenant> spares = sorted(stock);
        return CommandResult.of("spares list", List.of())
                .withMore(stock(spares))
                .withText(screen -> SpareText.list(spares, screen));
    }

    /**
     * The stock after a refill.
     *
     * @param keep the number that was asked for
     */
    public static CommandResult filled(SpareReport report, int keep) {
        List<String> unfit = report.spares().stream()
                .filter(spare -> spare.state() == State.UNFIT)
                .flatMap(spare -> spare.objects().stream())
                .distinct()
                .toList();
        int ready = SpareText.count(report.spares(), State.READY);
        CommandResult result = CommandResult.of("spares fill", List.of())
                .withMore(stock(report.spares()))
                .withMore(Map.of("created", report.created()))
                .withMore(Map.of("dropped", report.dropped()));
        if (ready >= keep) {
            return result.withText(screen -> SpareText.filled(report, "", screen));
        }
        // A spare of another role has no objects; it says nothing of these migrations.
        if (!unfit.isEmpty()) {
            return result.withText(screen -> SpareText.filled(report, WITHOUT_SPARES, screen))
                    .withFailedSpare(Failure.of("no tenant is made from a spare with these migrations, because renaming"
                            + " would leave the spare's name in " + TerminalText.some(unfit, NAMED) + ". "
                            + WITHOUT_SPARES));
        }
        String hint = "Only " + ready + " of " + SpareText.spares(keep) + " are ready, because another instance"
                + " makes spares at this moment. Run the command again.";
        return result.withText(screen -> SpareText.filled(report, hint, screen)).withFailedSpare(Failure.of(hint));
    }

    /** A spare that could not be made. Its transaction was rolled back, so there is no schema to name. */
    public static CommandResult notMade(Failure failure) {
        String remedy = (failure.version().isPresent() ? "Correct the migration" : "Remove the cause")
                + " and run the command again.";
        return CommandResult.of("spares fill", List.of())
                .withFailedSpare(failure)
                .withText(screen -> SpareText.failure("failed in a new spare", failure, remedy, screen));
    }

    /** The end of the stock. */
    public static CommandResult dropped(int spares) {
        return CommandResult.of("spares drop", List.of())
                .withMore(Map.of("dropped", spares))
                .withLines(List.of(SpareText.spares(spares) + " dropped"));
    }

    /** The end of a part of the stock. */
    public static CommandResult notDropped(String command, SparesNotDroppedException e) {
        return CommandResult.of(command, List.of())
                .withMore(Map.of("dropped", e.dropped()))
                .withFailedSpare(e.failure())
                .withText(screen -> SpareText.notDropped(e, screen));
    }

    /** The stock of a status as JSON. */
    public static Map<String, Object> counts(SpareCounts spares) {
        Map<String, Object> counts = new LinkedHashMap<>();
        counts.put("ready", spares.ready());
        counts.put("behind", spares.behind());
        counts.put("unfit", spares.unfit());
        return counts;
    }

    /** By state; names are random. */
    private static List<SpareTenant> sorted(List<SpareTenant> spares) {
        return spares.stream().sorted(Comparator.comparing(SpareTenant::state)).toList();
    }

    private static Map<String, Object> stock(List<SpareTenant> spares) {
        Map<String, Integer> counts = new TreeMap<>();
        spares.forEach(spare -> counts.merge(TerminalText.kebab(spare.state()), 1, Integer::sum));
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("counts", counts);
        fields.put("spares", sorted(spares).stream().map(SpareResults::spare).toList());
        return fields;
    }

    private static Map<String, Object> spare(SpareTenant spare) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("schema", spare.schema());
        fields.put("state", TerminalText.kebab(spare.state()));
        fields.put("since", TIME.format(spare.since()));
        fields.put("objects", spare.objects());
        return fields;
    }
}
