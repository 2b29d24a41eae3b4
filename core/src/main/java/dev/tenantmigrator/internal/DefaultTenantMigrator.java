package dev.tenantmigrator.internal;

import dev.tenantmigrator.DeployOptions;
import dev.tenantmigrator.Migration;
import dev.tenantmigrator.Repair;
import dev.tenantmigrator.RollbackOptions;
import dev.tenantmigrator.TenantMigrator;
import dev.tenantmigrator.TenantMigratorException;
import dev.tenantmigrator.TenantName;
import dev.tenantmigrator.TenantStep;
import dev.tenantmigrator.ThrowawayTenant;
import dev.tenantmigrator.TrackingStore;
import dev.tenantmigrator.internal.backfill.Backfill;
import dev.tenantmigrator.internal.config.Config;
import dev.tenantmigrator.internal.jdbc.Session;
import dev.tenantmigrator.internal.jdbc.SqlErrors;
import dev.tenantmigrator.internal.maintain.TrackingMove;
import dev.tenantmigrator.internal.maintain.TrackingRepair;
import dev.tenantmigrator.internal.migrate.Deploy;
import dev.tenantmigrator.internal.migrate.DeployPlanner;
import dev.tenantmigrator.internal.migrate.FleetMigration;
import dev.tenantmigrator.internal.migrate.Rollback;
import dev.tenantmigrator.internal.source.MigrationCatalog;
import dev.tenantmigrator.internal.tenant.Adoption;
import dev.tenantmigrator.internal.tenant.TenantCreator;
import dev.tenantmigrator.internal.tenant.TenantDropper;
import dev.tenantmigrator.internal.tenant.TenantRenamer;
import dev.tenantmigrator.internal.tenant.Throwaways;
import dev.tenantmigrator.internal.tracking.FleetReader;
import dev.tenantmigrator.internal.tracking.TenantSelection;
import dev.tenantmigrator.internal.verify.Inspector;
import dev.tenantmigrator.report.AdoptionPlan;
import dev.tenantmigrator.report.CreatedTenant;
import dev.tenantmigrator.report.FleetReport;
import dev.tenantmigrator.report.PlanReport;
import dev.tenantmigrator.report.StatusReport;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;

/** Hands each call to the feature that does it; the one place where a {@link SQLException} becomes the library's own. */
public final class DefaultTenantMigrator implements TenantMigrator {

    private final Config config;
    private final TenantCreator creator;
    private final TenantDropper dropper;
    private final Inspector inspector;
    private final Throwaways throwaways;

    /**
     * @param config what it was built with
     */
    public DefaultTenantMigrator(Config config) {
        this.config = config;
        this.creator = new TenantCreator(config);
        this.dropper = new TenantDropper(config);
        this.inspector = new Inspector(config);
        this.throwaways = new Throwaways(config, creator, dropper);
    }

    @Override
    public void prepare() {
        sql(() -> {
            creator.prepare();
            return config;
        });
    }

    @Override
    public CreatedTenant createTenant(TenantName name, TenantStep step) {
        return sql(() -> creator.create(name, step));
    }

    @Override
    public CreatedTenant createTenant(Connection connection, TenantName name, TenantStep step) {
        return sql(() -> creator.createInside(connection, name, step));
    }

    @Override
    public FleetReport deployAll(DeployOptions options) {
        return deploy(TenantSelection.all(), options);
    }

    @Override
    public FleetReport deploy(String schema, DeployOptions options) {
        return deploy(TenantSelection.one(schema), options);
    }

    private FleetReport deploy(TenantSelection reading, DeployOptions options) {
        MigrationCatalog catalog = MigrationCatalog.read(config.migrations());
        Deploy deploy = new Deploy(options, catalog, config.recorder());
        return sql(() -> FleetMigration.run(config, "deploy", reading, catalog, deploy));
    }

    @Override
    public PlanReport plan(DeployOptions options) {
        return sql(() -> new DeployPlanner(config).pending(TenantSelection.all(), options));
    }

    @Override
    public PlanReport plan(String schema, DeployOptions options) {
        return sql(() -> new DeployPlanner(config).pending(TenantSelection.one(schema), options));
    }

    @Override
    public PlanReport planVersion(String version) {
        return sql(() -> new DeployPlanner(config).version(TenantSelection.all(), version));
    }

    @Override
    public PlanReport planVersion(String schema, String version) {
        return sql(() -> new DeployPlanner(config).version(TenantSelection.one(schema), version));
    }

    @Override
    public FleetReport rollback(String schema, String version, RollbackOptions options) {
        return rollback(TenantSelection.one(schema), version, options);
    }

    @Override
    public FleetReport rollbackAll(String version, RollbackOptions options) {
        return rollback(TenantSelection.all(), version, options);
    }

    private FleetReport rollback(TenantSelection reading, String version, RollbackOptions options) {
        MigrationCatalog catalog = MigrationCatalog.read(config.migrations());
        Migration target = catalog.get(version);
        Rollback rollback = new Rollback(target, options, catalog, config.recorder());
        rollback.script(target);
        return sql(() -> FleetMigration.run(config, "rollback of " + version, reading, catalog, rollback));
    }

    @Override
    public FleetReport backfill(String schema) {
        return sql(() -> new Backfill(config).backfill(TenantSelection.one(schema)));
    }

    @Override
    public FleetReport backfillAll() {
        return sql(() -> new Backfill(config).backfill(TenantSelection.all()));
    }

    @Override
    public StatusReport status() {
        return sql(inspector::status);
    }

    @Override
    public StatusReport status(String schema) {
        return sql(() -> inspector.status(schema));
    }

    @Override
    public FleetReport verify() {
        return sql(() -> inspector.verify(TenantSelection.all()));
    }

    @Override
    public FleetReport verify(String schema) {
        return sql(() -> inspector.verify(TenantSelection.one(schema)));
    }

    @Override
    public FleetReport repair(String schema, Repair repair) {
        return sql(() -> new TrackingRepair(config, repair).repair(TenantSelection.one(schema)));
    }

    @Override
    public FleetReport repairAll(Repair repair) {
        return sql(() -> new TrackingRepair(config, repair).repair(TenantSelection.all()));
    }

    @Override
    public FleetReport moveTracking(TrackingStore target) {
        if (target.equals(config.recorder().store())) {
            throw new IllegalArgumentException("the target is the store that this migrator uses");
        }
        return sql(() -> new TrackingMove(config, target).move());
    }

    @Override
    public AdoptionPlan planAdoption(String schema) {
        return sql(() -> new Adoption(config).plan(schema));
    }

    @Override
    public void adopt(String schema, Collection<String> versions) {
        sql(() -> {
            new Adoption(config).adopt(schema, versions);
            return schema;
        });
    }

    @Override
    public List<String> tenants() {
        return sql(() -> {
            try (Session session = Session.openToRead(config.dataSource())) {
                return new FleetReader(config).tenants(session.connection());
            }
        });
    }

    @Override
    public boolean exists(String schema) {
        return sql(() -> {
            try (Session session = Session.openToRead(config.dataSource())) {
                return new FleetReader(config).isTenant(session.connection(), schema);
            }
        });
    }

    @Override
    public String rename(String schema, TenantName newName) {
        return sql(() -> new TenantRenamer(config).rename(schema, newName));
    }

    @Override
    public void dropTenant(String schema, String sameSchemaAgain) {
        if (!schema.equals(sameSchemaAgain)) {
            throw new IllegalArgumentException("to drop a tenant, give its name twice; the two names differ");
        }
        sql(() -> {
            dropper.drop(schema);
            return schema;
        });
    }

    @Override
    public List<String> unfinishedDrops() {
        return sql(dropper::unfinished);
    }

    @Override
    public ThrowawayTenant throwaway() {
        return sql(throwaways::create);
    }

    private interface SqlWork<T> {
        T run() throws SQLException;
    }

    private <T> T sql(SqlWork<T> work) {
        try {
            return work.run();
        } catch (SQLException e) {
            throw new TenantMigratorException(config.detailed(SqlErrors.failure(e), e), SqlErrors.withoutDetail(e));
        }
    }
}
