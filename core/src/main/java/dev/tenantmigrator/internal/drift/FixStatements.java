package dev.tenantmigrator.internal.drift;

import dev.tenantmigrator.report.Difference;
import java.util.List;

final class FixStatements {

    private final String schema;

    FixStatements(String schema) {
        this.schema = schema;
    }

    List<Difference.Statement> create(StructureRow row) {
        return List.of(new Difference.Statement(schema + row.object(), false));
    }

    List<Difference.Statement> drop(StructureRow row) {
        return List.of(new Difference.Statement(schema + row.object(), false));
    }

    List<Difference.Statement> createTable(StructureRow row, List<StructureRow> parts) {
        return List.of(new Difference.Statement(schema + row.object() + parts.size(), false));
    }

    List<Difference.Statement> change(StructureRow row, StructureRow actual, String attribute, List<StructureRow> all) {
        return List.of(
                new Difference.Statement(schema + row.object() + attribute + all.size() + actual.object(), false));
    }

    static int order(ObjectKind kind) {
        return StructureQuery.KINDS.indexOf(kind);
    }
}
