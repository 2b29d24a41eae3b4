package dev.tenantmigrator.cli.output;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import picocli.CommandLine.Help.Ansi;

/** Formats a result as text: a table of tenants, counts and hints. Of a large fleet only notable tenants are shown. */
public final class TextOutput {

    private final Ansi ansi;
    private final boolean verbose;

    public TextOutput(Ansi ansi, boolean verbose) {
        this.ansi = ansi;
        this.verbose = verbose;
    }

    /** The lines to print. */
    public List<String> lines(CommandResult result) {
        if (result.lines().isPresent()) {
            return result.lines().get().stream().map(TerminalText::clean).toList();
        }
        List<String> lines = new ArrayList<>(table(result));
        if (!result.tenants().isEmpty()) {
            lines.add(counts(result));
        }
        RunHints.of(result).stream().map(TerminalText::clean).forEach(lines::add);
        return lines;
    }

    private List<String> table(CommandResult result) {
        List<TenantResult> tenants = result.tenants().stream()
                .map(tenant -> withoutStopReason(tenant, result))
                .toList();
        boolean all = verbose || tenants.size() <= TextTable.SMALL_FLEET;
        List<TenantResult> notDone = tenants.stream()
                .filter(TextOutput::notDone)
                .sorted(Comparator.comparing(TenantResult::outcome))
                .toList();
        List<TenantResult> others = tenants.stream()
                .filter(tenant -> !notDone(tenant) && (all || tenant.isNotable()))
                .sorted(Comparator.comparingInt(tenant -> all ? 0 : rank(tenant)))
                .toList();
        long uncapped = others.stream().filter(tenant -> rank(tenant) == 0).count();
        int limit = all ? others.size() : (int) Math.min(uncapped + TextTable.MAX_ROWS, others.size());
        TextTable table = new TextTable("TENANT", "OUTCOME", "DETAIL");
        if (verbose) {
            notDone.forEach(tenant -> addTo(table, tenant, result.command()));
        } else {
            FailureGroups.addTo(table, notDone, result.command());
        }
        others.subList(0, limit).forEach(tenant -> addTo(table, tenant, result.command()));
        boolean nothing = notDone.isEmpty() && others.isEmpty();
        List<String> lines = new ArrayList<>(nothing ? List.of() : coloured(table.lines()));
        if (limit < others.size()) {
            lines.add("... and " + (others.size() - limit) + " more; --verbose shows all");
        }
        return lines;
    }

    /** A hint below the table gives the reason once for all skipped tenants. */
    private static TenantResult withoutStopReason(TenantResult tenant, CommandResult result) {
        Object stopped = result.more().get("stopped");
        return stopped != null && stopped.equals(tenant.more().get("reason")) ? tenant.withMore(Map.of()) : tenant;
    }

    private static void addTo(TextTable table, TenantResult tenant, String command) {
        table.add(tenant.schema(), tenant.outcome(), DetailColumn.of(tenant, command));
    }

    private static boolean notDone(TenantResult tenant) {
        return tenant.outcome().equals(TenantResult.FAILED) || tenant.outcome().equals(TenantResult.SKIPPED);
    }

    /**
     * Sort key: findings of backfill, then tenants that need attention, then warnings. No other command shows the findings of
     * backfill, so they are never cut off.
     */
    private static int rank(TenantResult tenant) {
        boolean backfillFinding = tenant.outcome().equals("backfilled") && tenant.isNotable();
        return backfillFinding ? 0 : tenant.needsAttention() ? 1 : 2;
    }

    private String counts(CommandResult result) {
        return TerminalText.tenants(result.tenants().size())
                + ": "
                + result.counts().entrySet().stream().map(this::count).collect(Collectors.joining(", "));
    }

    private String count(Map.Entry<String, Integer> count) {
        return coloured(count.getValue() + " " + count.getKey());
    }

    private List<String> coloured(List<String> lines) {
        return lines.stream().map(this::coloured).toList();
    }

    private String coloured(String line) {
        if (!ansi.enabled()) {
            return line;
        }
        String padded = " " + line + " ";
        if (padded.contains(" failed ") || padded.contains(" unhealthy ") || padded.contains(" skipped ")) {
            return Ansi.Style.fg_red.on() + line + Ansi.Style.reset.on();
        }
        return line;
    }
}
