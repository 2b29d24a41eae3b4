/** Events of a running migrator, for a {@link dev.tenantmigrator.event.TenantEventListener}. */
package dev.tenantmigrator.event;
