/** A tenant for tests with {@code @SpringBootTest}. */
package dev.tenantmigrator.spring.test;
