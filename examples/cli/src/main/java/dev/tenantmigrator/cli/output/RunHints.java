package dev.tenantmigrator.cli.output;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Hints for the next step, printed below the table of a run. */
final class RunHints {

    /** Commands that execute scripts. */
    private static final Set<String> SCRIPTS = Set.of("deploy", "deploy-all", "rollback");

    /** The remedy of a migration that failed in a spare tenant. */
    static final String FAILED_SPARE =
            "Correct the migration and run the command again. If only the spares are at fault, drop them first.";

    /** Versions named in a hint; more would not fit on a line. */
    private static final int NAMED = 5;

    private RunHints() {}

    static List<String> of(CommandResult result) {
        List<String> hints = new ArrayList<>();
        if (result.failedSpare().isPresent()) {
            hints.add("Stopped before the first tenant, because a migration failed in a spare.");
        } else if (result.more().get("stopped") instanceof String reason) {
            hints.add("Stopped: " + TerminalText.line(reason) + ".");
        }
        if (result.more().get("spares") instanceof Map<?, ?> spares
                && result.failedSpare().isEmpty()) {
            hints.addAll(
                    SpareText.migrated(number(spares, "migrated"), number(spares, "left"), number(spares, "unfit")));
        }
        if (SCRIPTS.contains(result.command()) && result.tenants().stream().anyMatch(RunHints::failedInAScript)) {
            hints.add(
                    "A failed script leaves no changes behind, unless its message says otherwise. Fix the cause and run"
                            + " the command again: it continues with the tenants that are not finished.");
        }
        if (result.tenants().stream().anyMatch(RunHints::masked)) {
            hints.add("A text that could quote rows of a tenant is left out as \"…\"; --error-details shows it.");
        }
        List<String> rolledBack = versions(with(result, "rolled-back"));
        if (!rolledBack.isEmpty()) {
            hints.add(TerminalText.some(rolledBack, NAMED)
                    + (rolledBack.size() == 1
                            ? " is pending again. Fix the migration or remove its directory before the next deploy,"
                                    + " which would apply it again."
                            : " are pending again. Fix the migrations or remove their directories before the next"
                                    + " deploy, which would apply them again."));
        }
        List<TenantResult> ahead = with(result, "ahead");
        if (!ahead.isEmpty()) {
            hints.add(TerminalText.tenants(ahead.size())
                    + (ahead.size() == 1 ? " has" : " have")
                    + " versions that are missing in this migrations directory: "
                    + TerminalText.some(versions(ahead), NAMED)
                    + ". This is normal during a rolling deploy; otherwise the directory is outdated.");
        }
        return hints;
    }

    private static int number(Map<?, ?> counts, String name) {
        return counts.get(name) instanceof Integer number ? number : 0;
    }

    private static boolean failedInAScript(TenantResult tenant) {
        return tenant.error()
                .filter(failure ->
                        failure.line().isPresent() || failure.statement().isPresent())
                .isPresent();
    }

    /** A message of the server without some of its words. */
    private static boolean masked(TenantResult tenant) {
        return tenant.error()
                .filter(failure -> failure.sqlState().isPresent()
                        && failure.detail().isEmpty()
                        && failure.message().contains("…"))
                .isPresent();
    }

    private static List<TenantResult> with(CommandResult result, String outcome) {
        return result.tenants().stream()
                .filter(tenant -> tenant.outcome().equals(outcome))
                .toList();
    }

    /** In the order in which the tenants name them: the order of versions is not known here. */
    private static List<String> versions(List<TenantResult> tenants) {
        return tenants.stream()
                .flatMap(tenant -> tenant.versions().stream())
                .distinct()
                .toList();
    }
}
