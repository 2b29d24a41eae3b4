package dev.tenantmigrator.cli.output;

import dev.tenantmigrator.report.Failure;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Formats a result as text: blocks of failures, a table of tenants, counts and hints. Of a large fleet only notable tenants are shown. */
public final class TextOutput {

    private final Screen screen;

    public TextOutput(Screen screen) {
        this.screen = screen;
    }

    /** The lines to print. */
    public List<String> lines(CommandResult result) {
        if (result.text().isPresent()) {
            return result.text().get().apply(screen);
        }
        List<String> lines = new ArrayList<>();
        result.failedSpare().ifPresent(failure -> lines.addAll(failedSpare(failure)));
        lines.addAll(tenants(result));
        if (!result.tenants().isEmpty()) {
            lines.add(counts(result.tenants(), screen));
        }
        RunHints.of(result).forEach(hint -> lines.addAll(screen.wrapped(hint, "")));
        return lines;
    }

    private List<String> failedSpare(Failure failure) {
        List<String> lines = new ArrayList<>(SpareText.failure(
                "failed in a spare: " + failure.tenant().orElse(""), failure, RunHints.FAILED_SPARE, screen));
        lines.add("  run: spares drop");
        return lines;
    }

    private List<String> tenants(CommandResult result) {
        List<TenantResult> tenants = result.tenants().stream()
                .map(tenant -> withoutStopReason(tenant, result))
                .toList();
        boolean all = screen.verbose() || tenants.size() <= TextTable.SMALL_FLEET;
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
        List<String> lines = new ArrayList<>(FailureGroups.lines(notDone, result.command(), screen));
        TextTable table = new TextTable("TENANT", "OUTCOME", "DETAIL");
        others.subList(0, limit)
                .forEach(tenant -> table.add(tenant.schema(), tenant.outcome(), DetailColumn.of(tenant)));
        if (!others.isEmpty()) {
            lines.addAll(table.lines(screen));
        }
        for (TenantResult tenant : others.subList(0, limit)) {
            DetailColumn.findings(tenant.findings())
                    .forEach(finding -> lines.addAll(screen.wrapped(tenant.schema() + ": " + finding, "", "  ")));
        }
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

    /** The number of tenants, in all and by outcome. */
    static String counts(List<TenantResult> tenants, Screen screen) {
        return TerminalText.tenants(tenants.size())
                + ": "
                + TenantResult.counts(tenants).entrySet().stream()
                        .map(count -> screen.outcome(count.getValue() + " " + count.getKey(), count.getKey()))
                        .collect(Collectors.joining(", "));
    }
}
