/** Tenant Migrator in Spring Boot applications: configured by {@code tenant-migrator.*}, started before the application serves. */
package dev.tenantmigrator.spring;
