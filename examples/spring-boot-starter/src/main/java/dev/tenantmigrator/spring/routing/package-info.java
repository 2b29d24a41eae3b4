/**
 * Routing: the {@code DataSource} lends connections in the schema of the current tenant. Off unless {@code
 * tenant-migrator.routing.enabled=true}.
 */
package dev.tenantmigrator.spring.routing;
