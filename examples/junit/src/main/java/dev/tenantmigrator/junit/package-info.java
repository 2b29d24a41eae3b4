/** A tenant with all migrations as a parameter of a JUnit test. */
package dev.tenantmigrator.junit;
