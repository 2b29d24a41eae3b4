package dev.tenantmigrator.internal;

import dev.tenantmigrator.CreationStep;
import dev.tenantmigrator.DeployOptions;
import dev.tenantmigrator.DriftOptions;
import dev.tenantmigrator.Migration;
import dev.tenantmigrator.MigrationScript;
import dev.tenantmigrator.Repair;
import dev.tenantmigrator.RollbackOptions;
import dev.tenantmigrator.RunOptions;
import dev.tenantmigrator.ScriptRows;
import dev.tenantmigrator.TenantMigrator;
import dev.tenantmigrator.TenantMigratorException;
import dev.tenantmigrator.TenantName;
import dev.tenantmigrator.TenantWork;
import dev.tenantmigrator.Tenants;
import dev.tenantmigrator.ThrowawayTenant;
import dev.tenantmigrator.TrackingStore;
import dev.tenantmigrator.internal.backfill.Backfill;
import dev.tenantmigrator.internal.config.Config;
import dev.tenantmigrator.internal.drift.DriftCheck;
import dev.tenantmigrator.internal.jdbc.Session;
import dev.tenantmigrator.internal.jdbc.SqlErrors;
import dev.tenantmigrator.internal.maintain.TrackingMove;
import dev.tenantmigrator.internal.maintain.TrackingRepair;
import dev.tenantmigrator.internal.migrate.Deploy;
import dev.tenantmigrator.internal.migrate.DeployPlanner;
import dev.tenantmigrator.internal.migrate.FleetMigration;
import dev.tenantmigrator.internal.migrate.Rollback;
import dev.tenantmigrator.internal.run.TenantRun;
import dev.tenantmigrator.internal.source.MigrationCatalog;
import dev.tenantmigrator.internal.tenant.Adoption;
import dev.tenantmigrator.internal.tenant.SignUp;
import dev.tenantmigrator.internal.tenant.SpareKeeper;
import dev.tenantmigrator.internal.tenant.SpareRefill;
import dev.tenantmigrator.internal.tenant.TenantCreator;
import dev.tenantmigrator.internal.tenant.TenantDropper;
import dev.tenantmigrator.internal.tenant.TenantRenamer;
import dev.tenantmigrator.internal.tenant.Throwaways;
import dev.tenantmigrator.internal.tracking.FleetReader;
import dev.tenantmigrator.internal.verify.Inspector;
import dev.tenantmigrator.report.AdoptionPlan;
import dev.tenantmigrator.report.CreatedTenant;
import dev.tenantmigrator.report.Difference;
import dev.tenantmigrator.report.DriftFix;
import dev.tenantmigrator.report.DriftReport;
import dev.tenantmigrator.report.FleetReport;
import dev.tenantmigrator.report.PlanReport;
import dev.tenantmigrator.report.SpareReport;
import dev.tenantmigrator.report.SpareTenant;
import dev.tenantmigrator.report.StatusReport;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;

/** Passes each call to the feature that implements it. The only place that turns a {@link SQLException} into the library's own. */
public final class DefaultTenantMigrator implements TenantMigrator {

    private final Config config;
    private final TenantCreator creator;
    private final TenantDropper dropper;
    private final Inspector inspector;
    private final SignUp signUp;
    private final SpareKeeper spares;
    private final SpareRefill refill;
    private final Throwaways throwaways;
    private volatile boolean closed;

    /** @param config the configuration from the builder */
    public DefaultTenantMigrator(Config config) {
        this.config = config;
        this.creator = new TenantCreator(config);
        this.dropper = new TenantDropper(config);
        this.inspector = new Inspector(config);
        this.spares = new SpareKeeper(config, creator, dropper);
        this.refill = SpareRefill.start(config, spares);
        this.signUp = new SignUp(config, creator, refill::wake);
        this.throwaways = new Throwaways(config, signUp, dropper);
    }

    @Override
    public void prepare() {
        sql(() -> {
            creator.prepare();
            signUp.prepare();
            return config;
        });
    }

    @Override
    public CreatedTenant createTenant(TenantName name, CreationStep step) {
        return sql(() -> signUp.create(name, step));
    }

    @Override
    public CreatedTenant createTenant(Connection connection, TenantName name, CreationStep step) {
        return sql(() -> signUp.createInside(connection, name, step));
    }

    @Override
    public FleetReport deploy(Tenants tenants, DeployOptions options) {
        MigrationCatalog catalog = MigrationCatalog.read(config.migrations());
        Deploy deploy = new Deploy(options, catalog, config.recorder());
        requireOpen();
        try {
            return FleetMigration.run(config, "deploy", tenants, catalog, deploy);
        } catch (SQLException e) {
            throw wrapped(e);
        }
    }

    @Override
    public PlanReport plan(Tenants tenants, DeployOptions options) {
        return sql(() -> new DeployPlanner(config).pending(tenants, options));
    }

    @Override
    public PlanReport planVersion(Tenants tenants, String version) {
        return sql(() -> new DeployPlanner(config).version(tenants, version));
    }

    @Override
    public FleetReport rollback(Tenants tenants, String version, RollbackOptions options) {
        MigrationCatalog catalog = MigrationCatalog.read(config.migrations());
        Migration target = catalog.get(version);
        Rollback rollback = new Rollback(target, options, catalog, config.recorder());
        rollback.script(target);
        return sql(() -> FleetMigration.run(config, "rollback of " + version, tenants, catalog, rollback));
    }

    @Override
    public FleetReport backfill(Tenants tenants) {
        return sql(() -> new Backfill(config).backfill(tenants));
    }

    @Override
    public StatusReport status(Tenants tenants) {
        StatusReport report = sql(() -> inspector.status(tenants));
        return new StatusReport(
                report.versions(),
                report.tenants(),
                report.spares().withRefillFailure(refill.failure()),
                report.unrecorded());
    }

    @Override
    public FleetReport verify(Tenants tenants) {
        return sql(() -> inspector.verify(tenants));
    }

    @Override
    public DriftReport drift(Tenants tenants, DriftOptions options) {
        return sql(() -> new DriftCheck(config, options).check(tenants));
    }

    @Override
    public DriftFix fixDrift(String schema, DriftOptions options, Collection<Difference> shown, boolean destructive) {
        return sql(() -> new DriftCheck(config, options).fix(schema, shown, destructive));
    }

    @Override
    public FleetReport repair(Tenants tenants, Repair repair) {
        return sql(() -> new TrackingRepair(config, repair).repair(tenants));
    }

    @Override
    public FleetReport forEachTenant(Tenants tenants, RunOptions options, TenantWork work) {
        return sql(() -> new TenantRun(config, options).work(tenants, work));
    }

    @Override
    public FleetReport runScript(Tenants tenants, MigrationScript script, RunOptions options, ScriptRows rows) {
        return sql(() -> new TenantRun(config, options).script(tenants, script, rows));
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
    public void dropTenant(String schema) {
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

    @Override
    public SpareReport maintainSpares() {
        return sql(() -> {
            signUp.prepare();
            return spares.maintain(() -> false);
        });
    }

    @Override
    public List<SpareTenant> spares() {
        return sql(spares::list);
    }

    @Override
    public int dropSpares() {
        return sql(spares::dropAll);
    }

    @Override
    public void close() {
        closed = true;
        refill.close();
        throwaways.close();
    }

    private interface SqlWork<T> {
        T run() throws SQLException;
    }

    private <T> T sql(SqlWork<T> work) {
        requireOpen();
        try {
            return work.run();
        } catch (SQLException e) {
            throw wrapped(e);
        }
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("the migrator is closed");
        }
    }

    private TenantMigratorException wrapped(SQLException e) {
        return new TenantMigratorException(config.detailed(SqlErrors.failure(e), e), SqlErrors.withoutDetail(e));
    }
}
