package dev.tenantmigrator.cli.output;

import dev.tenantmigrator.report.Failure;
import dev.tenantmigrator.report.Finding;
import dev.tenantmigrator.report.Finding.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;

/** Text of the DETAIL column: the failure, versions or findings of a tenant. */
final class DetailColumn {

    private DetailColumn() {}

    /** Returns at least one line; it can be empty. */
    static List<String> of(TenantResult tenant, String command) {
        List<String> details = new ArrayList<>();
        tenant.error().ifPresent(failure -> details.add(failure(failure, tenant.versions(), command)));
        tenant.error()
                .flatMap(Failure::excerpt)
                .ifPresent(excerpt -> excerpt.lines().forEach(details::add));
        tenant.error()
                .flatMap(Failure::detail)
                .ifPresent(detail -> detail.lines().map(TerminalText::line).forEach(details::add));
        if (tenant.error().isEmpty() && !tenant.versions().isEmpty()) {
            details.add(String.join(", ", tenant.versions()));
        }
        if (tenant.more().get("tables") instanceof List<?> tables) {
            details.add(tables.stream().map(Objects::toString).collect(Collectors.joining(", ")));
        }
        if (tenant.more().get("reason") instanceof String reason) {
            details.add(TerminalText.line(reason));
        }
        details.addAll(findings(tenant.findings()));
        return details.isEmpty() ? List.of("") : details;
    }

    /** A failure, followed by the versions that were completed before it. */
    static String failure(Failure failure, List<String> done, String command) {
        String verb = command.equals("rollback") ? "rolled back" : "applied";
        String before = done.isEmpty() ? "" : "; " + verb + " before: " + String.join(", ", done);
        return TerminalText.line(withoutTenant(failure).toString()) + before;
    }

    /** Keeps the parts that tenants can have in common. The row names the tenant already. */
    static Failure withoutTenant(Failure failure) {
        return new Failure(
                failure.message(),
                Optional.empty(),
                failure.version(),
                failure.file(),
                failure.line(),
                Optional.empty(),
                Optional.empty(),
                failure.sqlState(),
                Optional.empty());
    }

    /** One line per finding, except that all pending versions share a line. */
    static List<String> findings(List<Finding> findings) {
        List<String> pending = findings.stream()
                .filter(finding -> finding.kind() == Kind.PENDING)
                .flatMap(finding -> finding.version().stream())
                .toList();
        if (pending.size() < 2) {
            return findings.stream().map(DetailColumn::finding).toList();
        }
        String joined = "pending: " + String.join(", ", pending) + "; deploy them";
        return findings.stream()
                .map(finding -> finding.kind() == Kind.PENDING ? joined : finding(finding))
                .distinct()
                .toList();
    }

    static String finding(Finding finding) {
        String label = switch (finding.severity()) {
            case ERROR -> "";
            case WARNING -> "warning: ";
            case INFO -> "note: ";
        };
        return label + TerminalText.line(finding.message());
    }
}
