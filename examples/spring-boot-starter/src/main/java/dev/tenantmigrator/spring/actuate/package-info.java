/** The tenants in Spring Boot's actuator: endpoint, health, metrics and observations. */
package dev.tenantmigrator.spring.actuate;
