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
 * Brings all tenants up to date before the first request can arrive.
 *
 * <p>A {@link SmartLifecycle} in a phase before the web server's runs when all beans are made, so that a wrong
 * configuration ends the start before any tenant is touched, and before the port opens. (An {@code ApplicationRunner}
 * would be too late: the port is open by then.) An exception ends the start.
 *
 * <p>Any number of instances may start at once: each migration runs exactly once per tenant. An instance that is older
 * than the fleet starts as well, since tenants that are ahead of it are no failure. What a failed tenant means is
 * {@link OnFailedTenant}'s choice. Migrations that cannot be read, or a database that cannot be reached, always end the
 * start.
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
        // First, since migrations may refer to it.
        users.createIfMissing();
        // So that no sign-up has to make the extensions, or is the first to find that a script cannot be read.
        migrator.prepare();
        FleetReport report = migrator.deployAll();
        LOG.info("Tenants at start: {}", report.counts());
        for (TenantOutcome.Failed failed : report.failed()) {
            LOG.error("Tenant {} was not migrated: {}", failed.schema(), failed.failure());
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
