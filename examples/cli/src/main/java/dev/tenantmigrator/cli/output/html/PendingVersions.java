package dev.tenantmigrator.cli.output.html;

import dev.tenantmigrator.cli.output.TerminalText;
import dev.tenantmigrator.report.PlanReport;
import dev.tenantmigrator.report.PlannedMigration;
import dev.tenantmigrator.report.ScriptNote;
import dev.tenantmigrator.report.TenantPlan;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The versions that a deploy would apply, each once with its notes. */
final class PendingVersions {

    private PendingVersions() {}

    /** A version with equal notes in some tenants: where it was started, they say what is left of it. */
    private record Pending(String version, String file, List<ScriptNote> notes) {}

    static Map<String, Object> of(PlanReport plan) {
        Map<Pending, Integer> tenants = new LinkedHashMap<>();
        Map<String, List<String>> refused = new LinkedHashMap<>();
        for (TenantPlan tenant : plan.tenants()) {
            for (PlannedMigration migration : tenant.migrations()) {
                tenants.merge(new Pending(migration.version(), migration.file(), migration.notes()), 1, Integer::sum);
            }
            tenant.failure()
                    .ifPresent(failure -> refused.computeIfAbsent(
                                    PageData.clean(failure.message()), message -> new ArrayList<>())
                            .add(PageData.clean(tenant.schema())));
        }
        Map<String, Object> data = new LinkedHashMap<>();
        List<Map<String, Object>> versions = new ArrayList<>();
        tenants.forEach((pending, count) -> versions.add(version(pending, count)));
        data.put("pending", versions);
        List<Map<String, Object>> reasons = new ArrayList<>();
        refused.forEach((message, schemas) -> reasons.add(refusal(message, schemas)));
        data.put("refused", reasons);
        data.put("extensions", plan.missingExtensions());
        return data;
    }

    private static Map<String, Object> version(Pending pending, int tenants) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("version", PageData.clean(pending.version()));
        fields.put("file", PageData.clean(pending.file()));
        fields.put("tenants", tenants);
        fields.put("notes", pending.notes().stream().map(PendingVersions::note).toList());
        return fields;
    }

    private static String note(ScriptNote note) {
        return PageData.clean("line " + note.line() + ": " + TerminalText.kebab(note.kind()) + ": " + note.message());
    }

    private static Map<String, Object> refusal(String message, List<String> schemas) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("message", message);
        fields.put("tenants", schemas.size());
        fields.put("sample", schemas.subList(0, Math.min(schemas.size(), PageData.NAMED)));
        return fields;
    }
}
