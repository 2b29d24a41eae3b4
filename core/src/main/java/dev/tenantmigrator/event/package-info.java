/** What a {@link dev.tenantmigrator.event.TenantEventListener} sees while the migrator runs. */
package dev.tenantmigrator.event;
