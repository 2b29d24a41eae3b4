package dev.tenantmigrator.cli.output;

import dev.tenantmigrator.report.PlanReport;
import dev.tenantmigrator.report.PlannedMigration;
import dev.tenantmigrator.report.TenantPlan;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Formats a plan as a script for psql, and its notes once per version for standard error. */
public final class PlanText {

    /** Tenants named in a note; more would not fit on a line. */
    private static final int NAMED = 5;

    private PlanText() {}

    /**
     * The SQL of all tenants, which psql can run. Unless verbose, a plan that many tenants share is shown once, for the first
     * tenant, with the number of tenants.
     */
    public static List<String> sql(PlanReport report, boolean verbose) {
        List<String> lines = new ArrayList<>();
        groups(report, verbose ? Integer.MAX_VALUE : TextTable.SMALL_FLEET).forEach(tenants -> {
            TenantPlan first = tenants.get(0);
            if (lines.isEmpty()) {
                lines.add("\\set ON_ERROR_STOP on");
                lines.add("");
            }
            if (tenants.size() > 1) {
                lines.add(TerminalText.line("-- " + TerminalText.tenants(tenants.size())
                        + " have this plan. The SQL here is for one of them only, " + first.schema()
                        + "; --verbose prints that of each, --json names them"));
                lines.add("");
            }
            first.migrations().forEach(migration -> add(lines, first.schema(), migration));
        });
        return lines;
    }

    /** Groups of more than {@code few} tenants with equal plans; every other tenant is a group of its own. */
    private static Collection<List<TenantPlan>> groups(PlanReport report, int few) {
        Map<Object, List<TenantPlan>> groups = new LinkedHashMap<>();
        report.tenants().stream()
                .filter(tenant -> !tenant.migrations().isEmpty())
                .forEach(tenant -> groups.computeIfAbsent(content(tenant), key -> new ArrayList<>())
                        .add(tenant));
        return groups.values().stream()
                .flatMap(tenants -> tenants.size() > few
                        ? Stream.of(tenants)
                        : tenants.stream().map(List::of))
                .toList();
    }

    /**
     * Equal for two tenants whose plans differ in the tenant's name only. Of a version that was started, the notes say how far each
     * tenant got, and there may be statements that remove what was left.
     */
    private static List<List<Object>> content(TenantPlan tenant) {
        return tenant.migrations().stream()
                .map(migration -> List.<Object>of(
                        migration.version(),
                        migration.applied(),
                        migration.before().size(),
                        migration.statements().size(),
                        migration.notes()))
                .toList();
    }

    private static void add(List<String> lines, String schema, PlannedMigration migration) {
        lines.add(TerminalText.line("-- tenant " + schema + ", version " + migration.version() + ", " + migration.file()
                + (migration.applied() ? " (applied already)" : "")));
        if (!migration.transactional()) {
            lines.add("-- not in one transaction: each statement outside of BEGIN and COMMIT commits by itself");
        }
        migration.before().forEach(statement -> lines.add(statement.strip() + ";"));
        migration.statements().forEach(statement -> lines.add(statement.sql().strip() + ";"));
        migration.after().forEach(statement -> lines.add(statement.strip() + ";"));
        lines.add("");
    }

    /**
     * Notes for standard error: missing extensions, notes on scripts, failures and counts.
     *
     * @param order compares versions
     */
    public static List<String> notes(PlanReport report, Map<String, Integer> counts, Comparator<String> order) {
        List<String> lines = new ArrayList<>();
        report.missingExtensions()
                .forEach(extension ->
                        lines.add("extension " + extension + " is not installed. A deploy creates it in the"
                                + " shared schema first. Until then this plan shows its objects in the tenant's"
                                + " schema"));
        versions(report, order).forEach((migration, tenants) -> {
            lines.add(migration.version() + " (" + migration.file() + "), " + TerminalText.tenants(tenants) + ":");
            migration
                    .notes()
                    .forEach(note -> lines.add(
                            "  line " + note.line() + ": " + TerminalText.kebab(note.kind()) + ": " + note.message()));
        });
        lines.addAll(refused(report));
        lines.add(TerminalText.tenants(report.tenants().size()) + ": "
                + counts.entrySet().stream()
                        .map(count -> count.getValue() + " " + count.getKey())
                        .collect(Collectors.joining(", "))
                + "; nothing was changed");
        return lines;
    }

    /** Versions with notes, and the number of tenants with equal notes. */
    private static Map<PlannedMigration, Integer> versions(PlanReport report, Comparator<String> order) {
        Map<List<Object>, PlannedMigration> first = new LinkedHashMap<>();
        Map<List<Object>, Integer> tenants = new LinkedHashMap<>();
        for (TenantPlan tenant : report.tenants()) {
            for (PlannedMigration migration : tenant.migrations()) {
                first.putIfAbsent(key(migration), migration);
                tenants.merge(key(migration), 1, Integer::sum);
            }
        }
        Map<PlannedMigration, Integer> versions = new LinkedHashMap<>();
        first.values().stream()
                .filter(migration -> !migration.notes().isEmpty())
                .sorted(Comparator.comparing(PlannedMigration::version, order))
                .forEach(migration -> versions.put(migration, tenants.getOrDefault(key(migration), 0)));
        return versions;
    }

    /** Tenants in which a version was started have other notes. */
    private static List<Object> key(PlannedMigration migration) {
        return List.of(migration.version(), migration.notes());
    }

    private static List<String> refused(PlanReport report) {
        Map<String, List<String>> byMessage = new LinkedHashMap<>();
        for (TenantPlan tenant : report.tenants()) {
            tenant.failure()
                    .ifPresent(failure -> byMessage
                            .computeIfAbsent(
                                    DetailColumn.withoutTenant(failure).toString(), message -> new ArrayList<>())
                            .add(tenant.schema()));
        }
        List<String> lines = new ArrayList<>();
        byMessage.forEach(
                (message, schemas) -> lines.add(TerminalText.some(schemas, NAMED) + " would fail: " + message));
        return lines;
    }
}
