package dev.tenantmigrator.cli.output;

import dev.tenantmigrator.report.Failure;
import dev.tenantmigrator.report.Finding;
import dev.tenantmigrator.report.Finding.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;

/** Text of the DETAIL column, and findings below it. */
final class DetailColumn {

    private DetailColumn() {}

    /** Versions, tables or the reason; can be empty. */
    static String of(TenantResult tenant) {
        List<String> details = new ArrayList<>();
        if (!tenant.versions().isEmpty()) {
            details.add(String.join(", ", tenant.versions()));
        }
        if (tenant.more().get("tables") instanceof List<?> tables) {
            details.add(tables.stream().map(Objects::toString).collect(Collectors.joining(", ")));
        }
        if (tenant.more().get("reason") instanceof String reason) {
            details.add(TerminalText.line(reason));
        }
        return String.join("; ", details);
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
