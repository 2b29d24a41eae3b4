package dev.tenantmigrator.internal.sql;

/** The names of schemas that PostgreSQL or this library keeps for itself. */
public final class ReservedSchemas {

    /** Every schema of the library's own begins with it: never a tenant, never listed. */
    public static final String OWN_PREFIX = "tenant_migrator_";

    /** The beginning of the names of spare tenants. */
    public static final String SPARE_PREFIX = OWN_PREFIX + "spare_";

    private ReservedSchemas() {}

    /** Whether a schema is one of PostgreSQL's catalogs. */
    public static boolean isSystem(String schema) {
        return schema.startsWith("pg_") || schema.equals("information_schema");
    }

    /** Whether no tenant may have this name: PostgreSQL's schemas, {@code public} and the library's own. */
    public static boolean isReserved(String schema) {
        return isSystem(schema) || schema.equals("public") || schema.startsWith(OWN_PREFIX);
    }
}
