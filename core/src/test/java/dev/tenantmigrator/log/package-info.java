/** The log of the tests. */
package dev.tenantmigrator.log;
