package dev.tenantmigrator.spring;

import dev.tenantmigrator.TenantMigrator;
import java.util.Set;
import org.springframework.boot.sql.init.dependency.AbstractBeansOfTypeDatabaseInitializerDetector;
import org.springframework.core.Ordered;

/**
 * Has the beans that use the database, e.g. JPA's, wait for the tenants' migrations, and these for all other initializers: Flyway,
 * Liquibase, {@code schema.sql}. The migrator waits too, because its thread for spare tenants runs migrations from the beginning.
 */
final class TenantMigrationInitializerDetector extends AbstractBeansOfTypeDatabaseInitializerDetector {

    TenantMigrationInitializerDetector() {}

    @Override
    protected Set<Class<?>> getDatabaseInitializerBeanTypes() {
        return Set.of(TenantMigrator.class, TenantMigrationInitializer.class);
    }

    @Override
    public int getOrder() {
        return Ordered.LOWEST_PRECEDENCE;
    }
}
