/**
 * Schema-per-tenant migrations for PostgreSQL: build a {@link dev.tenantmigrator.TenantMigrator} from a
 * {@link javax.sql.DataSource} and call it.
 *
 * <p>{@link dev.tenantmigrator.report} has the results of calls, {@link dev.tenantmigrator.rollout} the options of a run over the
 * fleet, and {@link dev.tenantmigrator.event} the events of a running migrator. No method of these packages takes or returns {@code
 * null}.
 */
package dev.tenantmigrator;
