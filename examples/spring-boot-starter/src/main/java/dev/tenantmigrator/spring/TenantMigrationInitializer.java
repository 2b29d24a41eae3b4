package dev.tenantmigrator.spring;

import dev.tenantmigrator.TenantMigrator;
import dev.tenantmigrator.report.FleetReport;
import dev.tenantmigrator.report.TenantOutcome;
import dev.tenantmigrator.spring.TenantMigratorProperties.OnFailedTenant;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.InitializingBean;

/**
 * Prepares the database and applies pending migrations of all tenants while the application context starts: after Flyway, Liquibase and
 * {@code schema.sql}, before the beans that use the database, and before the port opens.
 */
public final class TenantMigrationInitializer implements InitializingBean {

    private static final Logger LOG = LoggerFactory.getLogger(TenantMigrationInitializer.class);

    private final TenantMigrator migrator;
    private final TenantMigratorProperties properties;

    TenantMigrationInitializer(TenantMigrator migrator, TenantMigratorProperties properties) {
        this.migrator = migrator;
        this.properties = properties;
    }

    @Override
    public void afterPropertiesSet() {
        if (!properties.deployAtStartup()) {
            return;
        }
        migrator.prepare();
        FleetReport report = migrator.deployAll();
        LOG.info("Tenants at start: {}", report.counts());
        for (TenantOutcome.Failed failed : report.failed()) {
            LOG.error("A tenant was not migrated: {}", failed.failure());
        }
        if (properties.onFailedTenant() == OnFailedTenant.FAIL) {
            report.throwIfFailed();
        }
    }
}
