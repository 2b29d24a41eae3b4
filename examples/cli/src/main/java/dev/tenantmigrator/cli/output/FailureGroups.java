package dev.tenantmigrator.cli.output;

import dev.tenantmigrator.report.Failure;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A block for each reason why tenants failed or were skipped: a broken migration fails in many tenants with one message. */
final class FailureGroups {

    /** Tenants named in a block. */
    private static final int NAMED = 20;

    private FailureGroups() {}

    /** Failures of different tenants with equal reasons belong to one group. */
    private record Reason(String outcome, Failure failure, List<String> done, String tenant) {
        static Reason of(TenantResult tenant, Screen screen) {
            return new Reason(
                    tenant.outcome(),
                    DetailColumn.withoutTenant(failureOf(tenant)),
                    tenant.versions(),
                    screen.verbose() ? tenant.schema() : "");
        }
    }

    private static Failure failureOf(TenantResult tenant) {
        return tenant.error()
                .orElseGet(() -> Failure.of(String.valueOf(tenant.more().getOrDefault("reason", ""))));
    }

    /** The blocks; if the screen is verbose, one for each tenant. */
    static List<String> lines(List<TenantResult> failed, String command, Screen screen) {
        Map<Reason, List<TenantResult>> groups = new LinkedHashMap<>();
        failed.forEach(tenant -> groups.computeIfAbsent(Reason.of(tenant, screen), reason -> new ArrayList<>())
                .add(tenant));
        List<String> lines = new ArrayList<>();
        groups.forEach((reason, tenants) -> {
            lines.addAll(heading(reason.outcome(), tenants, screen));
            lines.addAll(ErrorBlock.of(failureOf(tenants.get(0)), screen));
            if (!reason.done().isEmpty()) {
                String verb = command.equals("rollback") ? "rolled back" : "applied";
                lines.addAll(screen.wrapped(verb + " before: " + String.join(", ", reason.done()), "  "));
            }
        });
        return lines;
    }

    private static List<String> heading(String outcome, List<TenantResult> tenants, Screen screen) {
        String start = outcome + (tenants.size() == 1 ? "" : ", " + TerminalText.tenants(tenants.size())) + ": ";
        String names =
                TerminalText.some(tenants.stream().map(TenantResult::schema).toList(), NAMED);
        List<String> lines = new ArrayList<>(screen.wrapped(start + names, "", "  "));
        lines.set(0, screen.outcome(outcome) + lines.get(0).substring(outcome.length()));
        return lines;
    }
}
