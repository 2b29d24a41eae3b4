package dev.tenantmigrator.cli.output;

import dev.tenantmigrator.report.Difference;
import dev.tenantmigrator.report.DriftFix;
import dev.tenantmigrator.report.DriftReport;
import dev.tenantmigrator.report.Failure;
import dev.tenantmigrator.report.StructureClass;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Converts comparisons of structures to results of a command. */
public final class DriftResults {

    private static final String COMMAND = "drift";

    /** Tenants named of a class. {@code tenants} has all with their outcomes. */
    private static final int SAMPLE = 5;

    private DriftResults() {}

    /** A result for each tenant, and the classes. */
    public static CommandResult of(DriftReport report) {
        Map<String, TenantResult> tenants = new TreeMap<>();
        report.classes()
                .forEach(same -> same.tenants()
                        .forEach(schema -> tenants.put(schema, TenantResult.of(schema, outcome(same.drifted())))));
        report.unknown()
                .forEach((schema, failure) -> tenants.put(
                        schema, TenantResult.of(schema, TenantResult.UNKNOWN).withError(failure)));
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put(
                "classes",
                report.classes().stream().map(DriftResults::structure).toList());
        fields.put(
                "unknown",
                report.unknown().entrySet().stream()
                        .map(tenant -> unknown(tenant.getKey(), tenant.getValue()))
                        .toList());
        fields.put("notCompared", report.notCompared());
        return CommandResult.of(COMMAND, List.copyOf(tenants.values())).withMore(fields);
    }

    /** The result of statements that ran in a tenant. */
    public static CommandResult of(DriftFix fix) {
        boolean drifted = new StructureClass(List.of(fix.schema()), fix.remaining()).drifted();
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("statements", fix.statements());
        fields.put(
                "remaining",
                fix.remaining().stream().map(DriftResults::difference).toList());
        fields.put("failures", fix.failures().stream().map(JsonOutput::failure).toList());
        return CommandResult.of(
                COMMAND, TenantResult.of(fix.schema(), outcome(drifted)).withMore(fields));
    }

    private static String outcome(boolean drifted) {
        return drifted ? TenantResult.DRIFTED : TenantResult.AS_DEFINED;
    }

    private static Map<String, Object> structure(StructureClass same) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("tenants", same.tenants().size());
        fields.put("sample", same.tenants().stream().limit(SAMPLE).toList());
        fields.put(
                "differences",
                same.differences().stream().map(DriftResults::difference).toList());
        if (!same.hints().isEmpty()) {
            fields.put(
                    "hints",
                    same.hints().stream()
                            .map(hint -> DriftCommands.hint(hint, same.tenants().get(0)))
                            .toList());
        }
        return fields;
    }

    private static Map<String, Object> difference(Difference difference) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("kind", difference.kind());
        fields.put("object", difference.object());
        fields.put("change", TerminalText.kebab(difference.change()));
        fields.put("severity", difference.severity().name().toLowerCase(Locale.ROOT));
        difference.attribute().ifPresent(attribute -> fields.put("attribute", attribute));
        difference.expected().ifPresent(value -> fields.put("expected", value));
        difference.actual().ifPresent(value -> fields.put("actual", value));
        fields.put(
                "sql",
                difference.statements().stream().map(Difference.Statement::sql).collect(Collectors.joining(";\n")));
        if (difference.statements().stream().anyMatch(Difference.Statement::destructive)) {
            fields.put("destructive", true);
        }
        return fields;
    }

    private static Map<String, Object> unknown(String schema, Failure failure) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("schema", schema);
        fields.put("error", JsonOutput.failure(failure));
        return fields;
    }
}
