package dev.tenantmigrator.junit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Gives tests a tenant with all migrations: constructors, lifecycle methods and test methods may take a {@link Tenant}. It is dropped
 * at the end of the class, also when tests fail. An annotation on a method overrides the one of its class; annotations of your own may
 * carry this one.
 *
 * <p>Nested classes share the tenant of their outermost class. Classes that run in parallel have different tenants, and so have test
 * methods of one class that run in parallel.
 */
@Documented
@Inherited
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(TenantExtension.class)
public @interface TenantTest {

    /**
     * The database, and the migrator for it.
     *
     * @return a class with a constructor without parameters
     */
    Class<? extends TenantDatabase> value();

    /**
     * The way in which tests are kept apart.
     *
     * @return {@link Isolation#RESET} unless another one is chosen
     */
    Isolation isolation() default Isolation.RESET;

    /** The ways in which tests are kept apart. */
    enum Isolation {
        /** One tenant for the class, reset before each test. Rows that {@code @BeforeAll} writes do not reach the tests. */
        RESET,
        /** A new tenant for each test. */
        NEW_TENANT,
        /**
         * One tenant for the class, and one connection for each test, whose transaction is rolled back; its {@code commit} is only a
         * savepoint. Rows that {@code @BeforeAll} writes stay for all tests. Sequences are not rolled back, nor is code that uses another
         * {@code DataSource}. After a statement that fails, the connection must be rolled back, as in any transaction.
         */
        ROLLBACK
    }
}
