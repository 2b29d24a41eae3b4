package dev.tenantmigrator.internal.drift;

import dev.tenantmigrator.report.Difference.Statement;
import java.util.List;

/**
 * The statements that bring a tenant to its definition. Names in them have no schema, so the search path must begin with the tenant's.
 * Each may fail because of the order: run them in passes, and read the structure again before the next one.
 */
final class FixStatements {

    /** Changes and creations first, each after those it may build on; then drops, in the opposite order. */
    static int order(ObjectKind kind) {
        return StructureQuery.KINDS.indexOf(kind);
    }

    /**
     * For one tenant.
     *
     * @param schema the tenant, for the statements about the schema itself
     * @param expected all rows of the definition
     * @param actual all rows of the tenant
     */
    FixStatements(String schema, List<StructureRow> expected, List<StructureRow> actual) {}

    /** Makes a missing object; a table, view or materialized view with all its parts. */
    List<Statement> create(StructureRow expected) {
        return List.of();
    }

    /** Drops an unexpected object, with its parts. */
    List<Statement> drop(StructureRow actual) {
        return List.of();
    }

    /** Brings one attribute to the expected value. */
    List<Statement> change(StructureRow expected, StructureRow actual, String attribute) {
        return List.of();
    }
}
