package dev.tenantmigrator.cli.output;

import dev.tenantmigrator.cli.output.HealthCauses.Case;
import dev.tenantmigrator.cli.output.HealthCauses.Cause;
import dev.tenantmigrator.report.Finding.Severity;
import dev.tenantmigrator.report.Remedy;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Formats the health of tenants: a line of counts by cause, then a block for each cause, the most urgent first. */
public final class HealthText {

    /** Tenants named in a block. */
    private static final int NAMED = 20;

    /** Tenants that only wait for a deploy need no names: the command deploys to all of them. */
    private static final int PENDING_NAMED = 3;

    /** Blocks of errors: about two screens. */
    private static final int MAX_BLOCKS = 25;

    private static final String INDENT = "  ";

    private final Screen screen;
    private final boolean allPending;
    private final RemedyCommands commands;

    /**
     * For a selection of tenants.
     *
     * @param patterns the patterns that selected them; empty for the whole fleet
     * @param allPending whether all tenants of the fleet with pending versions are among them
     * @param comparison the options of a comparison of structures, as they were typed
     */
    public HealthText(Screen screen, List<String> patterns, boolean allPending, List<String> comparison) {
        this.screen = screen;
        this.allPending = allPending;
        DriftCommands drift = DriftCommands.of(comparison, patterns);
        this.commands = new RemedyCommands(screen, drift.selection(), drift.options());
    }

    /** The counts by cause, and the blocks. Nothing for tenants without findings. */
    public List<String> lines(List<TenantResult> tenants) {
        boolean all = screen.verbose() || tenants.size() <= TextTable.SMALL_FLEET;
        Map<Cause, List<Case>> causes = HealthCauses.of(tenants);
        List<Map.Entry<Cause, List<Case>>> shown = causes.entrySet().stream()
                .filter(cause -> all || cause.getKey().severity() != Severity.INFO)
                .toList();
        List<String> lines = new ArrayList<>(tenants.size() == 1 ? List.of() : head(tenants, causes));
        long deployable = tenants.stream().filter(HealthText::isDeployable).count();
        int blocks = 0;
        List<Cause> more = new ArrayList<>();
        for (Map.Entry<Cause, List<Case>> cause : shown) {
            boolean error = cause.getKey().isError();
            if (screen.verbose() || blocks < MAX_BLOCKS || cause.getKey().isPending()) {
                int named = screen.verbose() ? Integer.MAX_VALUE : error ? NAMED : PENDING_NAMED;
                lines.addAll(block(cause.getKey(), cause.getValue(), named, deployable));
                blocks++;
            } else {
                more.add(cause.getKey());
            }
        }
        if (!more.isEmpty()) {
            lines.addAll(screen.wrapped(more(more), ""));
        }
        return lines;
    }

    /** The number of causes that are left out, and how to see them. */
    private static String more(List<Cause> causes) {
        String kinds = causes.stream()
                .filter(Cause::selects)
                .map(Cause::name)
                .distinct()
                .collect(Collectors.joining(","));
        return "... and " + causes.size() + (causes.size() == 1 ? " more cause" : " more causes")
                + "; --verbose shows all"
                + (kinds.isEmpty() ? "" : ", --only " + kinds + " these tenants")
                + (causes.stream().anyMatch(Cause::isStructure)
                        ? ", the command drift the differences in structure"
                        : "");
    }

    /** The lines, a table of all tenants of a small fleet or if the screen is verbose, and counts by outcome. */
    public List<String> report(List<TenantResult> tenants) {
        List<String> lines = new ArrayList<>(lines(tenants));
        if (screen.verbose() || tenants.size() <= TextTable.SMALL_FLEET) {
            TextTable table = new TextTable("TENANT", "OUTCOME");
            tenants.forEach(tenant -> table.add(tenant.schema(), tenant.outcome()));
            lines.addAll(table.lines(screen));
        }
        lines.add(TextOutput.counts(tenants, screen));
        return lines;
    }

    private static boolean isDeployable(TenantResult tenant) {
        return tenant.findings().stream()
                .flatMap(finding -> finding.remedies().stream())
                .anyMatch(Remedy.Deploy.class::isInstance);
    }

    private List<String> head(List<TenantResult> tenants, Map<Cause, List<Case>> causes) {
        long broken = tenants.stream().filter(TenantResult::isBroken).count();
        long pending = tenants.stream()
                .filter(tenant -> tenant.outcome().equals(TenantResult.PENDING))
                .count();
        List<String> parts = new ArrayList<>();
        if (broken > 0) {
            Map<String, Long> counts = new LinkedHashMap<>();
            causes.entrySet().stream()
                    .filter(cause -> cause.getKey().isError())
                    .forEach(cause -> counts.computeIfAbsent(cause.getKey().name(), name -> tenantsWith(causes, name)));
            parts.add(broken + " broken: "
                    + counts.entrySet().stream()
                            .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
                            .map(count -> count.getValue() + " " + count.getKey())
                            .collect(Collectors.joining(", ")));
        }
        if (pending > 0) {
            parts.add(pending + " pending");
        }
        return parts.isEmpty()
                ? List.of()
                : screen.wrapped(String.join("; ", parts), "").stream()
                        .map(screen::heading)
                        .toList();
    }

    private static long tenantsWith(Map<Cause, List<Case>> causes, String name) {
        return causes.entrySet().stream()
                .filter(cause ->
                        cause.getKey().isError() && cause.getKey().name().equals(name))
                .flatMap(cause -> cause.getValue().stream())
                .map(found -> found.tenant().schema())
                .distinct()
                .count();
    }

    private List<String> block(Cause cause, List<Case> cases, int named, long deployable) {
        List<String> names =
                cases.stream().map(found -> found.tenant().schema()).distinct().toList();
        List<String> lines = new ArrayList<>(heading(cause, names, named));
        if (cause.isFailure()) {
            lines.addAll(ErrorBlock.of(cause.failure(), screen));
            return lines;
        }
        lines.addAll(screen.wrapped(cases.size() == 1 ? cases.get(0).finding().message() : cause.message(), INDENT));
        cause.hints()
                .forEach(hint ->
                        lines.addAll(screen.wrapped(TerminalText.line(hint), INDENT + "hint: ", INDENT.repeat(3))));
        // A deploy that names its tenants would leave the spares behind.
        commands.of(cause, cases, named, allPending ? deployable : 0).forEach(command -> lines.add(INDENT + command));
        return lines;
    }

    private List<String> heading(Cause cause, List<String> names, int named) {
        String label = switch (cause.severity()) {
            case ERROR -> "";
            case WARNING -> "warning: ";
            case INFO -> "note: ";
        };
        String start = label + cause.name() + (names.size() > 1 ? ", " + TerminalText.tenants(names.size()) : "");
        String text = start + ": " + TerminalText.some(names, named);
        String colour = cause.isError() ? TenantResult.UNHEALTHY : TenantResult.PENDING;
        List<String> lines = new ArrayList<>(screen.wrapped(text, "", INDENT));
        String first = lines.get(0);
        lines.set(0, first.startsWith(start) ? screen.outcome(start, colour) + first.substring(start.length()) : first);
        return lines;
    }
}
