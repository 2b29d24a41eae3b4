package dev.tenantmigrator.internal.tracking;

import dev.tenantmigrator.InvalidTenantNameException;
import dev.tenantmigrator.TenantExistsException;
import dev.tenantmigrator.internal.jdbc.Queries;
import dev.tenantmigrator.internal.jdbc.SqlErrors;
import dev.tenantmigrator.internal.sql.ReservedSchemas;
import dev.tenantmigrator.report.Failure;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Set;

/** Tells schemas that can be tenants from those that never are. */
public final class TenantSchemas {

    /** Random names to try for a new tenant. With eight digits, 20 collisions in a row mean that something else is wrong. */
    public static final int MAX_NAMES = 20;

    /** {@code duplicate_schema}, and {@code unique_violation}, which another transaction's schema of the name causes. */
    private static final Set<String> TAKEN = Set.of("42P06", "23505");

    private static final String SPARE =
            "this is the name of a spare tenant, which is no tenant until a sign-up takes it"
                    + " and renames it; spares list shows the spares";

    private TenantSchemas() {}

    /** Whether the error of a statement says that a schema's name is taken. A script may fail with these codes too, so the catalog decides. */
    public static boolean isTaken(Connection connection, String schema, SQLException e) throws SQLException {
        return TAKEN.contains(SqlErrors.state(e)) && Queries.schemaExists(connection, schema);
    }

    /** The exception for a new tenant whose name is taken. */
    public static TenantExistsException taken(String schema) {
        return new TenantExistsException(
                Failure.of("a schema of this name exists already").inTenant(schema));
    }

    /** Whether a schema may be a tenant: not PostgreSQL's, not the shared one, not the library's own. */
    public static boolean mayBeTenant(String schema, String sharedSchema) {
        return !schema.isEmpty() && !schema.equals(sharedSchema) && !ReservedSchemas.isReserved(schema);
    }

    /**
     * Refuses a schema that must never be a tenant.
     *
     * @throws InvalidTenantNameException when the schema is PostgreSQL's, the shared one or the library's own
     */
    public static void requireMayBeTenant(String schema, String sharedSchema) {
        if (!mayBeTenant(schema, sharedSchema)) {
            throw new InvalidTenantNameException(
                    schema,
                    schema.startsWith(ReservedSchemas.SPARE_PREFIX) ? SPARE : "this schema never belongs to a tenant");
        }
    }

    /** The failure for a tenant whose schema does not exist or never belongs to a tenant. */
    public static Failure notFound(String schema) {
        return Failure.of(
                        schema.startsWith(ReservedSchemas.SPARE_PREFIX)
                                ? SPARE
                                : "there is no such tenant: no schema of this name exists; it was dropped or"
                                        + " renamed, its drop is unfinished, or the name is misspelled")
                .inTenant(schema);
    }

    /** The failure for a tenant that existed when the run began and does not any more. */
    public static Failure gone(String schema) {
        return Failure.of("the tenant is gone: it was dropped or renamed during the run, or its record was moved to"
                        + " another store; nothing more was changed in it; the next run includes a renamed tenant")
                .inTenant(schema);
    }
}
