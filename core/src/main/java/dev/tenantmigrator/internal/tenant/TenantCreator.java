package dev.tenantmigrator.internal.tenant;

import dev.tenantmigrator.AppliedMigration;
import dev.tenantmigrator.Migration;
import dev.tenantmigrator.MigrationFailedException;
import dev.tenantmigrator.ScriptFile;
import dev.tenantmigrator.TenantExistsException;
import dev.tenantmigrator.TenantMigratorException;
import dev.tenantmigrator.TenantName;
import dev.tenantmigrator.TenantStep;
import dev.tenantmigrator.event.TenantEvent;
import dev.tenantmigrator.internal.Config;
import dev.tenantmigrator.internal.Events;
import dev.tenantmigrator.internal.jdbc.Flight;
import dev.tenantmigrator.internal.jdbc.Queries;
import dev.tenantmigrator.internal.jdbc.ScriptFailure;
import dev.tenantmigrator.internal.jdbc.Session;
import dev.tenantmigrator.internal.jdbc.Settings;
import dev.tenantmigrator.internal.jdbc.SqlErrors;
import dev.tenantmigrator.internal.run.PendingConstraints;
import dev.tenantmigrator.internal.run.RunContext;
import dev.tenantmigrator.internal.source.MigrationCatalog;
import dev.tenantmigrator.internal.sql.Sql;
import dev.tenantmigrator.internal.tracking.TenantSchemas;
import dev.tenantmigrator.internal.tracking.TenantState;
import dev.tenantmigrator.report.CreatedTenant;
import dev.tenantmigrator.report.Failure;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Creates tenants: schema, tracking table, all migrations and the host's step, all of it or nothing. */
public final class TenantCreator {

    private static final Logger LOG = LoggerFactory.getLogger(TenantCreator.class);
    private static final String SAVEPOINT = "tenant_migrator_create";
    private static final String DUPLICATE_SCHEMA = "42P06";
    private static final String UNIQUE_VIOLATION = "23505";
    private static final int TRIES = 20;

    private final Config config;
    private final RandomGenerator random;

    /** Chooses the digits of names by a secure random generator: a tenant's name should not be guessable. */
    public TenantCreator(Config config) {
        this(config, new SecureRandom());
    }

    TenantCreator(Config config, RandomGenerator random) {
        this.config = config;
        this.random = random;
    }

    /** Provides extensions and checks that every migration could run in a new tenant. */
    public void prepare() throws SQLException {
        MigrationCatalog catalog = MigrationCatalog.read(config.migrations());
        try (Session session = Session.open(config.dataSource())) {
            load(catalog, session.connection());
        }
    }

    /** Creates a tenant in a transaction of its own. */
    public CreatedTenant create(TenantName name, TenantStep step) throws SQLException {
        MigrationCatalog catalog = MigrationCatalog.read(config.migrations());
        Optional<CreatedTenant> created = create(catalog, name, step, false);
        // Some pools close a connection at certain errors; then the place of the error is looked for on another.
        return created.isPresent()
                ? created.get()
                : create(catalog, name, step, true).orElseThrow();
    }

    /** Returns empty when the connection broke before the failing statement was known. */
    private Optional<CreatedTenant> create(MigrationCatalog catalog, TenantName name, TenantStep step, boolean oneByOne)
            throws SQLException {
        try (Session session = Session.open(config.dataSource())) {
            RunContext run = load(catalog, session.connection());
            if (run.leavesTraces(scripts(catalog))) {
                session.discard();
            }
            Creation creation =
                    new Creation(session.connection(), run, session.settings().restoreSql(), oneByOne);
            try {
                return Optional.of(session.inTransaction(connection -> create(creation, name, step)));
            } catch (EvictedException e) {
                if (oneByOne) {
                    throw e;
                }
                return Optional.empty();
            }
        }
    }

    /** What a creation works with; {@code restore} puts back what a script has set. */
    private record Creation(Connection connection, RunContext run, String restore, boolean oneByOne) {}

    /** A script failed, and its connection was closed before it could be learnt where. */
    private static final class EvictedException extends MigrationFailedException {

        private static final long serialVersionUID = 1L;

        EvictedException(Failure failure, Throwable cause) {
            super(failure, cause);
        }
    }

    /** Creates a tenant inside the caller's transaction. */
    public CreatedTenant createInside(Connection connection, TenantName name, TenantStep step) throws SQLException {
        MigrationCatalog catalog = MigrationCatalog.read(config.migrations());
        try {
            execute(connection, "SAVEPOINT " + SAVEPOINT);
        } catch (SQLException e) {
            throw new TenantMigratorException(
                    SqlErrors.failure(e)
                            .withMessage("the connection has no usable open transaction: " + SqlErrors.message(e)
                                    + ". Turn autocommit off and pass the connection before anything failed in it"),
                    SqlErrors.withoutDetail(e));
        }
        try {
            Settings settings = Settings.read(connection);
            String restore = settings.restoreInCallersTransactionSql();
            RunContext run = load(catalog, connection);
            CreatedTenant created = create(new Creation(connection, run, restore, false), name, step);
            Flight end = new Flight();
            if (run.leavesTraces(scripts(catalog)) && leftTemporaryTables(connection, settings, created.schema())) {
                end.add("DISCARD TEMP");
            }
            end.add(restore).add("RELEASE SAVEPOINT " + SAVEPOINT).send(connection);
            return created;
        } catch (SQLException | RuntimeException | Error e) {
            takeBack(connection, e);
            throw e;
        }
    }

    /**
     * Whether the migrations left temporary tables, and the caller has none, so that all can go.
     *
     * @throws TenantMigratorException when they left something that cannot be taken off the caller's connection
     */
    private static boolean leftTemporaryTables(Connection connection, Settings before, String schema)
            throws SQLException {
        Map<String, String> traces = new TreeMap<>(Settings.read(connection).traces());
        traces.entrySet().removeAll(before.traces().entrySet());
        boolean temporary = traces.containsKey(Settings.TEMPORARY)
                && "0".equals(before.traces().get(Settings.TEMPORARY));
        if (temporary) {
            traces.remove(Settings.TEMPORARY);
        }
        if (!traces.isEmpty()) {
            throw new TenantMigratorException(Failure.of("the migrations would leave something on your connection: "
                            + String.join(", ", traces.keySet())
                            + "; take that out of them, or create the tenant in a transaction of its own")
                    .inTenant(schema));
        }
        return temporary;
    }

    private static void takeBack(Connection connection, Throwable reason) {
        try {
            execute(connection, "ROLLBACK TO SAVEPOINT " + SAVEPOINT);
            execute(connection, "RELEASE SAVEPOINT " + SAVEPOINT);
        } catch (SQLException e) {
            reason.addSuppressed(SqlErrors.withoutDetail(e));
        }
    }

    private RunContext load(MigrationCatalog catalog, Connection connection) throws SQLException {
        return RunContext.load(config, catalog, connection, scripts(catalog));
    }

    private static List<ScriptFile> scripts(MigrationCatalog catalog) {
        return catalog.migrations().stream().map(Migration::up).toList();
    }

    private CreatedTenant create(Creation creation, TenantName name, TenantStep step) throws SQLException {
        long start = System.nanoTime();
        String schema = migrate(creation, name);
        requireTables(creation.connection(), schema);
        runStep(creation.connection(), schema, step);
        CreatedTenant created = new CreatedTenant(
                schema, creation.run().catalog().versions(), Duration.ofNanos(System.nanoTime() - start));
        LOG.debug("Created {} in {} ms", schema, created.duration().toMillis());
        Events.publish(config, new TenantEvent.TenantCreated(schema, created.duration()));
        return created;
    }

    /** Tries names until one is free. */
    private String migrate(Creation creation, TenantName name) throws SQLException {
        Connection connection = creation.connection();
        String inner = SAVEPOINT + "_try";
        for (int tries = 1; ; tries++) {
            String schema = name.candidate(random);
            TenantSchemas.requireMayBeTenant(schema, config.sharedSchema());
            Flight flight = flight(creation.run(), creation.restore(), schema);
            execute(connection, "SAVEPOINT " + inner);
            try {
                if (creation.oneByOne()) {
                    flight.walk(connection);
                } else {
                    flight.send(connection);
                }
                return schema;
            } catch (SQLException e) {
                rollBackTo(connection, inner, schema, e);
                boolean taken = isTaken(connection, schema, e);
                if (taken && (!name.isRandom() || tries == TRIES)) {
                    throw new TenantExistsException(
                            Failure.of("a schema of this name exists already").inTenant(schema));
                }
                if (!taken) {
                    walk(connection, flight, schema);
                    return schema;
                }
            }
        }
    }

    private static void rollBackTo(Connection connection, String savepoint, String schema, SQLException reason) {
        if (SqlErrors.isConnectionLost(reason)) {
            throw failed(reason, schema);
        }
        try {
            execute(connection, "ROLLBACK TO SAVEPOINT " + savepoint);
        } catch (SQLException e) {
            MigrationFailedException failed = failed(reason, schema);
            if (reason instanceof ScriptFailure) {
                throw failed;
            }
            throw new EvictedException(failed.failure(), SqlErrors.withoutDetail(reason));
        }
    }

    private Flight flight(RunContext run, String restore, String schema) {
        Flight flight = new Flight()
                .add("CREATE SCHEMA " + Sql.identifier(schema))
                .add(run.searchPathSql(schema))
                .add(config.store().createSql(schema));
        List<AppliedMigration> rows = new ArrayList<>();
        boolean deferred = false;
        for (Migration migration : run.catalog().migrations()) {
            ScriptFile script = migration.up();
            flight.addScript(migration.version(), script, run.statements(script, schema), run.changesSettings(script));
            deferred = deferred || PendingConstraints.mayBeLeftBy(script);
            if (deferred) {
                flight.addCheck(migration.version(), script, PendingConstraints.checkSql(schema));
            }
            if (run.changesSettings(script)) {
                // As it would not hold if each migration had its own transaction.
                flight.add(restore).add(run.searchPathSql(schema));
            }
            rows.add(TenantState.rowOf(migration));
            flight.add(config.store().insertSql(schema, migration))
                    .addCheck(
                            migration.version(),
                            script,
                            config.store()
                                    .assertRecordedSql(
                                            schema, rows, "the script changes what the tracking table records"));
        }
        return flight;
    }

    /** Once more, one statement after the other, because a flight does not tell which one failed. */
    private static void walk(Connection connection, Flight flight, String schema) throws SQLException {
        try {
            flight.walk(connection);
        } catch (SQLException e) {
            throw failed(e, schema);
        }
    }

    private static MigrationFailedException failed(SQLException e, String schema) {
        Failure failure = e instanceof ScriptFailure script ? script.failure() : SqlErrors.failure(e);
        return new MigrationFailedException(
                failure.withMessage(failure.message() + "; nothing of the tenant was kept")
                        .inTenant(schema),
                SqlErrors.withoutDetail(e));
    }

    /** The name was there, or another transaction committed it meanwhile. A script may fail with the same codes. */
    private static boolean isTaken(Connection connection, String schema, SQLException e) throws SQLException {
        String state = SqlErrors.state(e);
        return (state.equals(DUPLICATE_SCHEMA) || state.equals(UNIQUE_VIOLATION))
                && Queries.schemaExists(connection, schema);
    }

    private void requireTables(Connection connection, String schema) throws SQLException {
        if (config.requiredTables().isEmpty()) {
            return;
        }
        Set<String> present = Queries.presentTables(connection, List.of(schema), config.requiredTables())
                .getOrDefault(schema, Set.of());
        List<String> missing = config.requiredTables().stream()
                .filter(table -> !present.contains(table))
                .toList();
        if (!missing.isEmpty()) {
            throw new MigrationFailedException(Failure.of(
                            "no migration creates the required "
                                    + (missing.size() == 1 ? "table " : "tables ") + String.join(", ", missing)
                                    + "; correct the list of required tables or add a migration; nothing of the tenant was kept")
                    .inTenant(schema));
        }
    }

    private static void runStep(Connection connection, String schema, TenantStep step) {
        try {
            step.run(connection, schema);
        } catch (SQLException e) {
            throw new TenantMigratorException(
                    SqlErrors.failure(e)
                            .withMessage("the host's step failed: " + SqlErrors.message(e)
                                    + "; nothing of the tenant was kept")
                            .inTenant(schema),
                    SqlErrors.withoutDetail(e));
        }
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
