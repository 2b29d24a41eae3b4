package dev.tenantmigrator;

/**
 * The treatment of migrations that read tables, views or sequences outside of their tenant's schema, where the author may have expected the
 * tenant's own. Shared objects, allowed schemas and tables, extensions' tables and PostgreSQL's own may be read. Statements that run outside
 * of a transaction are not checked.
 *
 * @see TenantMigratorBuilder#readsOutside(ReadsOutside)
 */
public enum ReadsOutside {

    /** A migration that reads such a table fails in that tenant and is rolled back. */
    FORBID,

    /** A warning is logged for each script that reads so, once per run. The default. */
    WARN,

    /** Such reads are not looked for. */
    ALLOW
}
