package dev.tenantmigrator.cli.output;

import dev.tenantmigrator.report.PlanReport;
import dev.tenantmigrator.report.PlannedMigration;
import dev.tenantmigrator.report.ScriptNote;
import dev.tenantmigrator.report.TenantPlan;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Converts a plan to {@link TenantResult}s. */
public final class PlanResults {

    private PlanResults() {}

    public static List<TenantResult> of(PlanReport report) {
        return report.tenants().stream().map(PlanResults::tenant).toList();
    }

    private static TenantResult tenant(TenantPlan plan) {
        if (plan.failure().isPresent()) {
            return TenantResult.failed(plan.schema(), plan.failure().get());
        }
        return TenantResult.of(plan.schema(), plan.migrations().isEmpty() ? "up-to-date" : "planned")
                .withPending(plan.migrations().stream()
                        .filter(migration -> !migration.applied())
                        .map(PlannedMigration::version)
                        .toList())
                .withMore(Map.of(
                        "migrations",
                        plan.migrations().stream().map(PlanResults::migration).toList()));
    }

    private static Map<String, Object> migration(PlannedMigration migration) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("version", migration.version());
        fields.put("applied", migration.applied());
        fields.put("transactional", migration.transactional());
        fields.put("file", migration.file());
        fields.put("before", migration.before());
        fields.put(
                "statements",
                migration.statements().stream()
                        .map(statement -> ordered("line", statement.line(), "sql", statement.sql()))
                        .toList());
        fields.put("after", migration.after());
        fields.put("notes", migration.notes().stream().map(PlanResults::note).toList());
        return fields;
    }

    private static Map<String, Object> note(ScriptNote note) {
        Map<String, Object> fields = ordered("kind", TerminalText.kebab(note.kind()), "line", note.line());
        fields.put("message", note.message());
        return fields;
    }

    private static Map<String, Object> ordered(String first, Object value, String second, Object other) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put(first, value);
        fields.put(second, other);
        return fields;
    }
}
