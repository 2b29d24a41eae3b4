package dev.tenantmigrator.internal.tracking;

import dev.tenantmigrator.InvalidTenantNameException;
import dev.tenantmigrator.internal.sql.ReservedSchemas;
import dev.tenantmigrator.report.Failure;

/** Which schemas can be tenants at all. */
public final class TenantSchemas {

    private TenantSchemas() {}

    /** Whether a schema may be a tenant: not PostgreSQL's, not the shared one, not the library's own. */
    public static boolean mayBeTenant(String schema, String sharedSchema) {
        return !schema.isEmpty() && !schema.equals(sharedSchema) && !ReservedSchemas.isReserved(schema);
    }

    /**
     * Refuses a schema that must never be a tenant.
     *
     * @throws InvalidTenantNameException when it must not
     */
    public static void requireMayBeTenant(String schema, String sharedSchema) {
        if (!mayBeTenant(schema, sharedSchema)) {
            throw new InvalidTenantNameException(schema, "this schema never belongs to a tenant");
        }
    }

    /** What is said of a tenant that is not there. */
    public static Failure notFound(String schema) {
        return Failure.of(
                        "there is no such tenant: no schema of this name has a tracking table; it was dropped or renamed,"
                                + " its drop is unfinished, or the name is misspelled")
                .inTenant(schema);
    }

    /** What is said of a tenant that was there when the run began. */
    public static Failure gone(String schema) {
        return Failure.of("the tenant is gone: it was dropped or renamed during the run, or its record was moved to"
                        + " another store; nothing more was changed in it; the next run includes a renamed tenant")
                .inTenant(schema);
    }
}
