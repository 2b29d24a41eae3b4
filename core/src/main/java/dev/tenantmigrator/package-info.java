/**
 * Schema-per-tenant migrations for PostgreSQL: build a {@link dev.tenantmigrator.TenantMigrator} from a
 * {@link javax.sql.DataSource} and call it.
 *
 * <p>Reports are in {@link dev.tenantmigrator.report}, what can be observed while it runs in
 * {@link dev.tenantmigrator.event}. No method of these packages takes or returns {@code null}.
 */
package dev.tenantmigrator;
