/**
 * The one place that provides a database to tests.
 *
 * <p>A test class annotated with {@link dev.tenantmigrator.support.PostgresTest} takes a
 * {@link dev.tenantmigrator.support.TestDatabase} as a parameter of its constructor or of any of its methods.
 */
package dev.tenantmigrator.support;
