/** What calls of the migrator come back with: immutable records, one outcome per tenant. */
package dev.tenantmigrator.report;
