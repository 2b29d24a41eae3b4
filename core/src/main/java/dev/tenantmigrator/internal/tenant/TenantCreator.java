package dev.tenantmigrator.internal.tenant;

import dev.tenantmigrator.CreationStep;
import dev.tenantmigrator.Migration;
import dev.tenantmigrator.MigrationFailedException;
import dev.tenantmigrator.TenantMigratorException;
import dev.tenantmigrator.TenantName;
import dev.tenantmigrator.event.TenantEvent;
import dev.tenantmigrator.internal.config.Config;
import dev.tenantmigrator.internal.config.Events;
import dev.tenantmigrator.internal.containment.Containment;
import dev.tenantmigrator.internal.containment.ForeignObjectsException;
import dev.tenantmigrator.internal.jdbc.CustomSettings;
import dev.tenantmigrator.internal.jdbc.LockTable;
import dev.tenantmigrator.internal.jdbc.Pipeline;
import dev.tenantmigrator.internal.jdbc.ServerAdvice;
import dev.tenantmigrator.internal.jdbc.Session;
import dev.tenantmigrator.internal.jdbc.SessionSettings;
import dev.tenantmigrator.internal.jdbc.SqlErrors;
import dev.tenantmigrator.internal.jfr.FlightRecording;
import dev.tenantmigrator.internal.script.Extensions;
import dev.tenantmigrator.internal.script.PreparedScript;
import dev.tenantmigrator.internal.script.PreparedScripts;
import dev.tenantmigrator.internal.script.SessionLeftovers;
import dev.tenantmigrator.internal.script.TenantPath;
import dev.tenantmigrator.internal.source.MigrationCatalog;
import dev.tenantmigrator.report.CreatedTenant;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Creates tenants: schema, tracking table, all migrations and the creation step, all of it or nothing. Thread-safe. */
public final class TenantCreator {

    private static final Logger LOG = LoggerFactory.getLogger(TenantCreator.class);

    private final Config config;
    private final RandomGenerator random;
    private final CreationRetry retry;
    private final Containment containment;

    /**
     * The prepared scripts of the last creation, which the next one mostly reuses. They are dropped when a creation fails, because an
     * object may have been added to an extension, which the extensions' fingerprint does not show.
     */
    private volatile Optional<Prepared> last = Optional.empty();

    /** Prepared scripts, their files, and the extensions' fingerprint afterwards: a caller may roll back what was created. */
    private record Prepared(MigrationCatalog catalog, PreparedScripts scripts, List<String> extensions) {}

    /** Chooses the digits of names by a secure random generator: a tenant's name should not be guessable. */
    public TenantCreator(Config config) {
        this(config, new SecureRandom());
    }

    TenantCreator(Config config, RandomGenerator random) {
        this.config = config;
        this.random = random;
        this.retry = new CreationRetry(config.dataSource());
        this.containment = new Containment(config);
    }

    /** Provides extensions and checks that every migration could run in a new tenant. */
    public void prepare() throws SQLException {
        MigrationCatalog catalog = MigrationCatalog.read(config.migrations());
        try (Session session = Session.open(config.dataSource())) {
            ServerAdvice.requireSharedSchema(session.connection(), config.sharedSchema());
            Containment.ofRun(config, false, List.of(), true, session.connection());
            load(catalog, session.connection());
            prepareStore(session);
        }
    }

    /** Creates a tenant in a transaction of its own. */
    public CreatedTenant create(TenantName name, CreationStep step) throws SQLException {
        FlightRecording.Span<CreatedTenant> span = FlightRecording.creation();
        try {
            MigrationCatalog catalog = MigrationCatalog.read(config.migrations());
            SchemaNames names = SchemaNames.of(name, config.sharedSchema());
            return span.done(publish(create(catalog, names, step, connection -> connection)));
        } catch (Throwable e) {
            span.failed(e);
            throw e;
        }
    }

    /**
     * Creates a schema with all migrations in a transaction of its own. Publishes nothing.
     *
     * @param first runs at the beginning of the transaction, once per attempt
     */
    CreatedTenant create(MigrationCatalog catalog, SchemaNames names, CreationStep step, Session.Work<?> first)
            throws SQLException {
        try {
            return retry.run(catalog, () -> {
                Optional<CreatedTenant> created = create(catalog, names, step, first, false);
                // Some pools close a connection at certain errors; the failing statement is then found on another
                // connection.
                return created.isPresent()
                        ? created.get()
                        : create(catalog, names, step, first, true).orElseThrow();
            });
        } catch (MigrationFailedException e) {
            last = Optional.empty();
            throw e;
        }
    }

    private CreatedTenant publish(CreatedTenant created) {
        LOG.debug("Created {} in {} ms", created.schema(), created.duration().toMillis());
        Events.publish(config, new TenantEvent.TenantCreated(created.schema(), created.duration(), false));
        return created;
    }

    /** Returns empty when the connection broke before the failing statement was known. */
    private Optional<CreatedTenant> create(
            MigrationCatalog catalog, SchemaNames names, CreationStep step, Session.Work<?> first, boolean oneByOne)
            throws SQLException {
        CreatedTenant created;
        SQLException lost;
        try (Session session = Session.open(config.dataSource())) {
            Creation creation = creation(session, catalog, oneByOne);
            try {
                return Optional.of(session.inTransaction(connection -> {
                    first.run(connection);
                    return creation.run(names, step);
                }));
            } catch (ForeignObjectsException e) {
                throw session.inRolledBackTransaction(connection -> creation.locateForeignObject(e));
            } catch (EvictedException e) {
                if (oneByOne) {
                    throw e;
                }
                return Optional.empty();
            } catch (TenantMigratorException e) {
                throw CreationLocks.withHolders(e, config, session.connection());
            } catch (SQLException e) {
                if (creation.done().isEmpty() || !SqlErrors.isConnectionLost(e)) {
                    throw e;
                }
                lost = e;
                created = creation.done().get();
            }
        }
        return Optional.of(LostCommit.ask(config, created, lost));
    }

    private Creation creation(Session session, MigrationCatalog catalog, boolean oneByOne) throws SQLException {
        Prepared prepared = load(catalog, session.connection());
        prepareStore(session);
        if (SessionLeftovers.ofHost(session.settings())
                || prepared.scripts().all().stream().anyMatch(PreparedScript::mayLeaveSettings)) {
            session.closeWhenDone();
        }
        return new Creation(
                config,
                containment,
                prepared.catalog(),
                prepared.scripts(),
                session.connection(),
                session.settings().restoreSql(),
                ownSettings(session.connection(), prepared.scripts()),
                oneByOne,
                Optional.of(session.settings()),
                random);
    }

    /** Creates a tenant inside the caller's transaction. */
    public CreatedTenant createInside(Connection connection, TenantName name, CreationStep step) throws SQLException {
        FlightRecording.Span<CreatedTenant> span = FlightRecording.creation();
        try {
            return span.done(createInCallersTransaction(connection, name, step));
        } catch (Throwable e) {
            span.failed(e);
            throw e;
        }
    }

    private CreatedTenant createInCallersTransaction(Connection connection, TenantName name, CreationStep step)
            throws SQLException {
        MigrationCatalog catalog = MigrationCatalog.read(config.migrations());
        CallersTransaction transaction = CallersTransaction.enter(connection);
        try {
            // First, because shared objects are created under a lock that lasts until the transaction ends.
            Prepared prepared = load(catalog, connection);
            prepareStore(connection);
            SessionSettings settings = SessionSettings.read(connection);
            String restore = settings.restoreInCallersTransactionSql();
            CustomSettings own = ownSettings(connection, prepared.scripts());
            Creation creation = new Creation(
                    config,
                    containment,
                    prepared.catalog(),
                    prepared.scripts(),
                    connection,
                    restore,
                    own,
                    false,
                    Optional.empty(),
                    random);
            CreatedTenant created = runChecked(creation, SchemaNames.of(name, config.sharedSchema()), step);
            transaction.leave(settings, own, created.schema());
            return publish(created);
        } catch (EvictedException e) {
            last = Optional.empty();
            throw locateOnAnotherConnection(e, catalog, name);
        } catch (MigrationFailedException e) {
            last = Optional.empty();
            transaction.rollBack(e);
            throw LockTable.isFull(e.failure())
                    ? CreationRetry.explained(e, catalog, connection)
                    : CreationLocks.withHolders(e, config, connection);
        } catch (TenantMigratorException e) {
            transaction.rollBack(e);
            throw CreationLocks.withHolders(e, config, connection);
        } catch (SQLException | RuntimeException | Error e) {
            transaction.rollBack(e);
            throw e;
        }
    }

    /** Finds the statement that failed by a creation that is rolled back. The caller's connection was closed at the error. */
    private MigrationFailedException locateOnAnotherConnection(
            EvictedException e, MigrationCatalog catalog, TenantName name) {
        try (Session session = Session.open(config.dataSource())) {
            Creation creation = creation(session, catalog, true);
            session.inRolledBackTransaction(
                    connection -> creation.run(SchemaNames.of(name, config.sharedSchema()), CreationStep.NONE));
        } catch (MigrationFailedException located) {
            return e.withPlaceOf(located);
        } catch (SQLException | TenantMigratorException notLocated) {
            LOG.debug("A failed creation cannot be run again to find its statement", notLocated);
        }
        return e.withPlaceOf(e);
    }

    private static CreatedTenant runChecked(Creation creation, SchemaNames name, CreationStep step)
            throws SQLException {
        try {
            return creation.run(name, step);
        } catch (ForeignObjectsException e) {
            throw creation.locateForeignObject(e);
        }
    }

    private static CustomSettings ownSettings(Connection connection, PreparedScripts scripts) throws SQLException {
        Set<String> names = new TreeSet<>();
        scripts.all().forEach(script -> names.addAll(script.customSettings()));
        return CustomSettings.read(connection, names);
    }

    /** The search path of a tenant with these migrations. */
    TenantPath path(MigrationCatalog catalog, Connection connection) throws SQLException {
        return load(catalog, connection).scripts().path();
    }

    private Prepared load(MigrationCatalog catalog, Connection connection) throws SQLException {
        List<String> extensions = Extensions.state(connection);
        Optional<Prepared> known = last.filter(
                it -> it.extensions().equals(extensions) && it.catalog().hasSameScripts(catalog));
        Prepared prepared = known.isPresent()
                ? known.get()
                : new Prepared(
                        catalog,
                        PreparedScripts.prepareForCreation(
                                config,
                                connection,
                                catalog.migrations().stream().map(Migration::up).toList()),
                        Extensions.state(connection));
        last = Optional.of(prepared);
        return prepared;
    }

    /** Prepares the store in a transaction of its own. A store that consists of SQL needs none, because it sends one batch. */
    private void prepareStore(Session session) throws SQLException {
        if (config.recorder().isSql()) {
            prepareStore(session.connection());
        } else {
            session.inTransaction(connection -> {
                prepareStore(connection);
                return connection;
            });
        }
    }

    private void prepareStore(Connection connection) throws SQLException {
        Pipeline shared = config.recorder().prepare();
        if (!shared.isEmpty()) {
            shared.add(Containment.FLUSH_COUNTERS).send(connection);
        }
    }
}
