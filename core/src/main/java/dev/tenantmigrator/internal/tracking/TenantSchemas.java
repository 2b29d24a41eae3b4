package dev.tenantmigrator.internal.tracking;

import dev.tenantmigrator.InvalidTenantNameException;
import dev.tenantmigrator.internal.sql.ReservedSchemas;
import dev.tenantmigrator.report.Failure;

/** Tells schemas that can be tenants from those that never are. */
public final class TenantSchemas {

    private TenantSchemas() {}

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
            throw new InvalidTenantNameException(schema, "this schema never belongs to a tenant");
        }
    }

    /** The failure for a tenant that does not exist. */
    public static Failure notFound(String schema) {
        return Failure.of(
                        "there is no such tenant: no schema of this name has a tracking table; it was dropped or renamed,"
                                + " its drop is unfinished, or the name is misspelled")
                .inTenant(schema);
    }

    /** The failure for a tenant that existed when the run began and does not any more. */
    public static Failure gone(String schema) {
        return Failure.of("the tenant is gone: it was dropped or renamed during the run, or its record was moved to"
                        + " another store; nothing more was changed in it; the next run includes a renamed tenant")
                .inTenant(schema);
    }
}
