package dev.tenantmigrator.cli.output;

import dev.tenantmigrator.report.PlanReport;
import dev.tenantmigrator.report.PlannedMigration;
import dev.tenantmigrator.report.TenantPlan;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** A plan as a person reads it: a script that psql takes, and notes once per version, however many tenants it concerns. */
public final class PlanText {

    private static final int NAMED = 5;

    private PlanText() {}

    /** What would run, in full, tenant by tenant. */
    public static List<String> sql(PlanReport report) {
        List<String> lines = new ArrayList<>();
        for (TenantPlan tenant : report.tenants()) {
            for (PlannedMigration migration : tenant.migrations()) {
                lines.add(Text.line("-- tenant " + tenant.schema() + ", version " + migration.version() + ", "
                        + migration.file() + (migration.applied() ? " (applied already)" : "")));
                if (!migration.transactional()) {
                    lines.add("-- not in a transaction: each statement is sent by itself");
                }
                migration.before().forEach(statement -> add(lines, statement));
                migration.statements().forEach(statement -> add(lines, statement.sql()));
                migration.after().forEach(statement -> add(lines, statement));
                lines.add("");
            }
        }
        return lines;
    }

    private static void add(List<String> lines, String statement) {
        (statement.strip() + ";").lines().forEach(lines::add);
    }

    /** What to know of it, for standard error. */
    public static List<String> notes(PlanReport report, Map<String, Integer> counts) {
        List<String> lines = new ArrayList<>();
        report.missingExtensions()
                .forEach(
                        extension -> lines.add("extension " + extension + " is not installed: a deploy first creates it"
                                + " in the shared schema; until it is there, what it owns is shown as the tenant's"));
        versions(report).forEach((migration, tenants) -> {
            lines.add(migration.version() + " (" + migration.file() + "), " + tenants(tenants) + ":");
            migration
                    .notes()
                    .forEach(note -> lines.add(
                            "  line " + note.line() + ": " + Text.kebab(note.kind()) + ": " + note.message()));
        });
        lines.addAll(refused(report));
        int tenants = report.tenants().size();
        lines.add(tenants(tenants) + ": "
                + counts.entrySet().stream()
                        .map(count -> count.getValue() + " " + count.getKey())
                        .collect(Collectors.joining(", "))
                + "; nothing was changed");
        return lines;
    }

    /** Each version that has notes, as the first of its tenants has it, with the number of its tenants. */
    private static Map<PlannedMigration, Integer> versions(PlanReport report) {
        Map<String, PlannedMigration> first = new LinkedHashMap<>();
        Map<String, Integer> tenants = new LinkedHashMap<>();
        for (TenantPlan tenant : report.tenants()) {
            for (PlannedMigration migration : tenant.migrations()) {
                first.putIfAbsent(migration.version(), migration);
                tenants.merge(migration.version(), 1, Integer::sum);
            }
        }
        Map<PlannedMigration, Integer> versions = new LinkedHashMap<>();
        first.values().stream()
                .filter(migration -> !migration.notes().isEmpty())
                .sorted((a, b) -> a.version().compareTo(b.version()))
                .forEach(migration -> versions.put(migration, tenants.getOrDefault(migration.version(), 0)));
        return versions;
    }

    private static List<String> refused(PlanReport report) {
        Map<String, List<String>> byMessage = new LinkedHashMap<>();
        for (TenantPlan tenant : report.tenants()) {
            tenant.failure()
                    .ifPresent(failure -> byMessage
                            .computeIfAbsent(failure.message(), message -> new ArrayList<>())
                            .add(tenant.schema()));
        }
        List<String> lines = new ArrayList<>();
        byMessage.forEach((message, schemas) -> lines.add(Text.some(schemas, NAMED) + " would fail: " + message));
        return lines;
    }

    private static String tenants(int count) {
        return count + (count == 1 ? " tenant" : " tenants");
    }
}
