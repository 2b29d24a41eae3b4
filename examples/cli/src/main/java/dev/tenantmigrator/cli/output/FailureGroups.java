package dev.tenantmigrator.cli.output;

import dev.tenantmigrator.report.Failure;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Groups failed and skipped tenants by reason: a broken migration fails in many tenants with one message. */
final class FailureGroups {

    /** Larger groups share one row. A few rows of their own are short enough and show each statement. */
    private static final int MAX_SINGLE_ROWS = 5;

    /** Tenants named in the row of a group; more would make the table too wide. */
    private static final int NAMED = 3;

    private FailureGroups() {}

    /** Failures of different tenants with equal reasons belong to one group. */
    private record Reason(String outcome, Failure failure, List<String> done) {
        static Reason of(TenantResult tenant) {
            Failure failure = tenant.error()
                    .orElseGet(() -> Failure.of(String.valueOf(tenant.more().getOrDefault("reason", ""))));
            return new Reason(tenant.outcome(), DetailColumn.withoutTenant(failure), tenant.versions());
        }
    }

    /** Adds one row per large group and one row per other tenant. */
    static void addTo(TextTable table, List<TenantResult> failed, String command) {
        Map<Reason, List<TenantResult>> groups = new LinkedHashMap<>();
        failed.forEach(tenant -> groups.computeIfAbsent(Reason.of(tenant), reason -> new ArrayList<>())
                .add(tenant));
        groups.forEach((reason, tenants) -> {
            if (tenants.size() > MAX_SINGLE_ROWS) {
                String detail = DetailColumn.failure(reason.failure(), reason.done(), command);
                table.add(names(tenants), reason.outcome(), detail);
            } else {
                tenants.forEach(
                        tenant -> table.add(tenant.schema(), tenant.outcome(), DetailColumn.of(tenant, command)));
            }
        });
    }

    private static String names(List<TenantResult> tenants) {
        return TerminalText.some(tenants.stream().map(TenantResult::schema).toList(), NAMED);
    }
}
