package dev.tenantmigrator.support;

import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Gives a test class a fresh database on a real server: constructor and methods may take a {@link TestDatabase}.
 *
 * <p>The tests of the class share the database, nested classes included, and it is dropped after the last of them. A
 * test fails that did not give back a connection of {@link TestDatabase#dataSource()}, or gave it back changed.
 */
@Inherited
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(PostgresExtension.class)
public @interface PostgresTest {}
