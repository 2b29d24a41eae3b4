/** Results of the migrator's calls: immutable records, with one outcome per tenant. */
package dev.tenantmigrator.report;
