package dev.tenantmigrator.spring;

import dev.tenantmigrator.TenantMigrator;
import dev.tenantmigrator.report.FleetReport;
import dev.tenantmigrator.report.TenantOutcome;
import dev.tenantmigrator.spring.TenantMigratorProperties.OnFailedTenant;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.InitializingBean;

/**
 * Prepares the database and applies pending migrations of all tenants while the application context starts: after Flyway, Liquibase and
 * {@code schema.sql}, before the beans that use the database, and before the port opens. An exception ends the start: one about
 * migrations that cannot be read or a database that cannot be reached always, one about failed tenants by choice.
 *
 * <p>Several instances may start at the same time: each migration runs exactly once per tenant. An older instance starts while tenants
 * are ahead of it.
 */
public final class TenantMigrationInitializer implements InitializingBean {

    private static final Logger LOG = LoggerFactory.getLogger(TenantMigrationInitializer.class);

    private final TenantMigrator migrator;
    private final TenantMigratorProperties properties;
    private final DeployProgress progress;

    TenantMigrationInitializer(TenantMigrator migrator, TenantMigratorProperties properties, DeployProgress progress) {
        this.migrator = migrator;
        this.properties = properties;
        this.progress = progress;
    }

    @Override
    public void afterPropertiesSet() {
        if (!properties.deployAtStartup()) {
            return;
        }
        // Creates extensions and checks all scripts, so that the first sign-up need not.
        migrator.prepare();
        FleetReport report = progress.logEvery(properties.progressInterval(), migrator::deployAll);
        LOG.info(
                "Tenants at start: {} in {} ms",
                report.counts(),
                report.duration().toMillis());
        if (properties.onFailedTenant() == OnFailedTenant.FAIL) {
            report.throwIfFailed();
        }
        for (TenantOutcome.Failed failed : report.failed()) {
            // The failure names the tenant, the version and the line of the script.
            LOG.error("A tenant was not migrated: {}", failed.failure());
        }
        List<TenantOutcome.Skipped> skipped = report.of(TenantOutcome.Skipped.class);
        if (!skipped.isEmpty()) {
            LOG.error(
                    "{} tenants were not migrated: {}",
                    skipped.size(),
                    skipped.get(0).reason());
        }
    }
}
