package dev.tenantmigrator.cli.output;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** What a person should know after a run, below its table. */
final class RunHints {

    private static final Set<String> SCRIPTS = Set.of("deploy", "deploy-all", "rollback");
    private static final int NAMED = 5;

    private RunHints() {}

    static List<String> of(CommandResult result) {
        List<String> hints = new ArrayList<>();
        if (result.more().get("stopped") instanceof String reason) {
            hints.add("Stopped: " + TerminalText.line(reason) + ".");
        }
        if (SCRIPTS.contains(result.command())
                && !with(result, TenantResult.FAILED).isEmpty()) {
            hints.add(
                    "Nothing of a failed script was kept, unless its message says otherwise. Mend the cause and run it"
                            + " again: tenants that are done are not touched.");
        }
        List<String> rolledBack = versions(with(result, "rolled-back"));
        if (!rolledBack.isEmpty()) {
            hints.add(TerminalText.some(rolledBack, NAMED)
                    + (rolledBack.size() == 1
                            ? " is pending again: the next deploy applies it. Mend or remove its directory first."
                            : " are pending again: the next deploy applies them. Mend or remove their directories"
                                    + " first."));
        }
        List<TenantResult> ahead = with(result, "ahead");
        if (!ahead.isEmpty()) {
            hints.add(TerminalText.tenants(ahead.size())
                    + (ahead.size() == 1 ? " has" : " have")
                    + " versions that this directory lacks: "
                    + TerminalText.some(versions(ahead), NAMED)
                    + " (normal during a rolling deploy; otherwise the directory is old).");
        }
        return hints;
    }

    private static List<TenantResult> with(CommandResult result, String outcome) {
        return result.tenants().stream()
                .filter(tenant -> tenant.outcome().equals(outcome))
                .toList();
    }

    private static List<String> versions(List<TenantResult> tenants) {
        return tenants.stream()
                .flatMap(tenant -> tenant.versions().stream())
                .distinct()
                .sorted()
                .toList();
    }
}
