package dev.tenantmigrator.cli.output;

import dev.tenantmigrator.report.Failure;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Failed and skipped tenants, those together that are so for the same reason: a broken migration fails in all alike. */
final class FailureGroups {

    /** Up to as many equal failures are shown one by one. */
    private static final int FEW = 5;
    /** Of a larger group, as many tenants are named. */
    private static final int NAMED = 3;

    private FailureGroups() {}

    /** What makes failures of different tenants equal. */
    private record Reason(String outcome, Failure failure, List<String> done) {
        static Reason of(TenantResult tenant) {
            Failure failure = tenant.error()
                    .orElseGet(() -> Failure.of(String.valueOf(tenant.more().getOrDefault("reason", ""))));
            Failure anywhere = new Failure(
                    failure.message(),
                    Optional.empty(),
                    failure.version(),
                    failure.file(),
                    failure.line(),
                    Optional.empty(),
                    Optional.empty(),
                    failure.sqlState(),
                    Optional.empty());
            return new Reason(tenant.outcome(), anywhere, tenant.versions());
        }
    }

    /** Adds a row for each large group, and one for each other tenant. */
    static void addTo(TextTable table, List<TenantResult> failed, String command) {
        Map<Reason, List<TenantResult>> groups = new LinkedHashMap<>();
        failed.forEach(tenant -> groups.computeIfAbsent(Reason.of(tenant), reason -> new ArrayList<>())
                .add(tenant));
        groups.forEach((reason, tenants) -> {
            if (tenants.size() > FEW) {
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
