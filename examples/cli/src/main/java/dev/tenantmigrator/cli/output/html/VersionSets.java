package dev.tenantmigrator.cli.output.html;

import dev.tenantmigrator.AppliedMigration;
import dev.tenantmigrator.cli.output.TenantResult;
import dev.tenantmigrator.report.Finding;
import dev.tenantmigrator.report.StatusReport;
import dev.tenantmigrator.report.TenantStatus;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The sets of versions that tenants have, newest first. */
final class VersionSets {

    /** Versions named that a tenant lacks or has more. */
    private static final int NAMED = 2;

    private final List<String> versions;
    private final Map<String, Integer> order = new HashMap<>();

    /** The finished versions of each tenant, in order; empty where the record cannot be read. */
    private final Map<String, Optional<List<String>>> ofTenant = new HashMap<>();

    private final List<Optional<List<String>>> sets;

    VersionSets(StatusReport report) {
        versions = report.versions();
        versions.forEach(version -> order.put(version, order.size()));
        report.tenants().forEach(tenant -> ofTenant.put(tenant.schema(), finished(tenant)));
        sets = ofTenant.values().stream()
                .distinct()
                .sorted(Comparator.comparingInt(this::newest)
                        .thenComparingInt(set -> set.map(List::size).orElse(0))
                        .reversed())
                .toList();
    }

    /** One label for each set. */
    List<String> labels() {
        return sets.stream()
                .map(set -> set.map(this::label).orElse("unreadable record"))
                .toList();
    }

    /** The set of each tenant; -1 for one without a state. */
    List<Integer> numbers(List<TenantResult> tenants) {
        Map<Optional<List<String>>, Integer> numbers = new HashMap<>();
        sets.forEach(set -> numbers.put(set, numbers.size()));
        return tenants.stream()
                .map(tenant -> Optional.ofNullable(ofTenant.get(tenant.schema()))
                        .map(set -> numbers.getOrDefault(set, -1))
                        .orElse(-1))
                .toList();
    }

    private Optional<List<String>> finished(TenantStatus tenant) {
        return tenant.findings().stream().anyMatch(finding -> finding.kind() == Finding.Kind.UNREADABLE)
                ? Optional.empty()
                : Optional.of(tenant.applied().stream()
                        .filter(AppliedMigration::finished)
                        .map(AppliedMigration::version)
                        .sorted(Comparator.comparingInt(this::place))
                        .toList());
    }

    /** A version without a file comes last. */
    private int place(String version) {
        return order.getOrDefault(version, Integer.MAX_VALUE);
    }

    private int newest(Optional<List<String>> set) {
        return set.map(finished -> finished.isEmpty() ? -1 : place(finished.get(finished.size() - 1)))
                .orElse(-2);
    }

    /** The last version, and what is missing before it or has no file. */
    private String label(List<String> finished) {
        List<String> known = finished.stream().filter(order::containsKey).toList();
        List<String> others =
                finished.stream().filter(version -> !order.containsKey(version)).toList();
        Set<String> has = new HashSet<>(known);
        int last = known.isEmpty() ? 0 : place(known.get(known.size() - 1));
        List<String> missing = versions.subList(0, last).stream()
                .filter(version -> !has.contains(version))
                .toList();
        List<String> parts = new ArrayList<>();
        parts.add(known.isEmpty() ? "no version" : known.get(known.size() - 1));
        if (!missing.isEmpty()) {
            parts.add("without " + some(missing));
        }
        if (!others.isEmpty()) {
            parts.add("with " + some(others) + " (no file)");
        }
        return PageData.clean(String.join(", ", parts));
    }

    private static String some(List<String> versions) {
        int more = versions.size() - NAMED;
        return versions.stream().limit(NAMED).collect(Collectors.joining(", "))
                + (more > 0 ? " and " + more + " more" : "");
    }
}
