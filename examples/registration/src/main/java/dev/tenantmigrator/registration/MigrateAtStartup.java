package dev.tenantmigrator.registration;

import dev.tenantmigrator.TenantMigrator;
import dev.tenantmigrator.registration.RegistrationProperties.OnFailedTenant;
import dev.tenantmigrator.report.FleetReport;
import dev.tenantmigrator.report.TenantOutcome;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/**
 * Migrates all tenants before the application accepts requests.
 *
 * <p>A {@link SmartLifecycle} in a phase before the web server's runs after all beans exist and before the port opens.
 * So a wrong configuration ends the start before any tenant is touched. (An {@code ApplicationRunner} would run too
 * late, after the port has opened.) An exception ends the start.
 *
 * <p>Several instances may start at the same time: each migration runs exactly once per tenant. An older instance can
 * start while tenants are ahead of it. {@link OnFailedTenant} decides about failed tenants. Unreadable migrations and
 * an unreachable database always end the start.
 */
@Component
class MigrateAtStartup implements SmartLifecycle {

    private static final Logger LOG = LoggerFactory.getLogger(MigrateAtStartup.class);

    private final UsersTable users;
    private final TenantMigrator migrator;
    private final OnFailedTenant onFailedTenant;
    private volatile boolean running;

    MigrateAtStartup(UsersTable users, TenantMigrator migrator, RegistrationProperties properties) {
        this.users = users;
        this.migrator = migrator;
        this.onFailedTenant = properties.onFailedTenant();
    }

    @Override
    public int getPhase() {
        return WebServerApplicationContext.START_STOP_LIFECYCLE_PHASE - 1;
    }

    @Override
    public void start() {
        // Before the migrations, because they may reference this table.
        users.createIfMissing();
        // Creates extensions and checks all scripts, so that the first sign-up need not.
        migrator.prepare();
        FleetReport report = migrator.deployAll();
        LOG.info("Tenants at start: {}", report.counts());
        for (TenantOutcome.Failed failed : report.failed()) {
            // The failure names the tenant, the version and the line of the script.
            LOG.error("A tenant was not migrated: {}", failed.failure());
        }
        if (onFailedTenant == OnFailedTenant.STOP) {
            report.throwIfFailed();
        }
        running = true;
    }

    @Override
    public void stop() {
        running = false;
    }

    @Override
    public boolean isRunning() {
        return running;
    }
}
