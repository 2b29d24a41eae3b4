package dev.tenantmigrator.internal.tenant;

import dev.tenantmigrator.CreationStep;
import dev.tenantmigrator.TenantMigratorException;
import dev.tenantmigrator.TenantName;
import dev.tenantmigrator.event.SpareEvent;
import dev.tenantmigrator.event.TenantEvent;
import dev.tenantmigrator.internal.config.Config;
import dev.tenantmigrator.internal.config.Events;
import dev.tenantmigrator.internal.jdbc.Jdbc;
import dev.tenantmigrator.internal.jdbc.Pipeline;
import dev.tenantmigrator.internal.jdbc.Session;
import dev.tenantmigrator.internal.jdbc.SessionSettings;
import dev.tenantmigrator.internal.jdbc.SqlErrors;
import dev.tenantmigrator.internal.jfr.FlightRecording;
import dev.tenantmigrator.internal.script.TenantPath;
import dev.tenantmigrator.internal.source.CurrentMigrations;
import dev.tenantmigrator.internal.source.MigrationCatalog;
import dev.tenantmigrator.internal.spare.SpareTake;
import dev.tenantmigrator.internal.sql.Sql;
import dev.tenantmigrator.internal.tracking.TenantState;
import dev.tenantmigrator.report.CreatedTenant;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Gives a sign-up its tenant: a spare, or a tenant that is created by running all migrations. Thread-safe. */
public final class SignUp {

    private static final Logger LOG = LoggerFactory.getLogger(SignUp.class);

    private static final String SAVEPOINT = "tenant_migrator_take";

    private static final String NOT_KEPT = "the spare was given back";

    private final Config config;
    private final TenantCreator creator;
    private final SpareTake spares;
    private final CurrentMigrations migrations;
    private final Runnable taken;
    private volatile Optional<Expected> last = Optional.empty();

    /** The record of a tenant with all migrations. */
    private record Expected(MigrationCatalog catalog, List<String> versions, String digest) {}

    /**
     * @param creator runs all migrations
     * @param taken told of each spare that was taken
     */
    public SignUp(Config config, TenantCreator creator, Runnable taken) {
        this.config = config;
        this.creator = creator;
        this.spares = new SpareTake(config);
        this.migrations = new CurrentMigrations(config.migrations());
        this.taken = taken;
    }

    /** Reads the migrations, so that the first sign-up need not. */
    public void prepare() {
        if (config.spares().isPresent()) {
            expected();
        }
    }

    /** Gives a tenant in a transaction of its own. */
    public CreatedTenant create(TenantName name, CreationStep step) throws SQLException {
        if (config.spares().isPresent()) {
            Optional<CreatedTenant> spare = recorded(() -> take(name, step));
            if (spare.isPresent()) {
                return spare.get();
            }
        }
        return creator.create(name, step);
    }

    /** Gives a tenant inside the caller's transaction. */
    public CreatedTenant createInside(Connection connection, TenantName name, CreationStep step) throws SQLException {
        if (config.spares().isPresent()) {
            Optional<CreatedTenant> spare = recorded(() -> takeInside(connection, name, step));
            if (spare.isPresent()) {
                return spare.get();
            }
        }
        return creator.createInside(connection, name, step);
    }

    private interface Take {
        Optional<CreatedTenant> run() throws SQLException;
    }

    private Optional<CreatedTenant> recorded(Take take) throws SQLException {
        FlightRecording.Span<CreatedTenant> span = FlightRecording.creation();
        try {
            Optional<CreatedTenant> spare = take.run();
            spare.ifPresent(created -> {
                span.done(created);
                LOG.debug(
                        "Created {} from a spare in {} ms",
                        created.schema(),
                        created.duration().toMillis());
                Events.publish(config, new TenantEvent.TenantCreated(created.schema(), created.duration(), true));
                taken.run();
            });
            return spare;
        } catch (Throwable e) {
            span.failed(e);
            throw e;
        }
    }

    private Optional<CreatedTenant> take(TenantName name, CreationStep step) throws SQLException {
        long start = System.nanoTime();
        Expected expected = expected();
        List<SpareTake.Taken> sent = new ArrayList<>();
        SQLException lost;
        // Without a step, a take changes no setting; functions are adapted in a transaction that reads and restores the
        // settings.
        try (Session session = step == CreationStep.NONE
                ? Session.openForOwn(config.dataSource())
                : Session.open(config.dataSource())) {
            SpareTake.Result result =
                    spares.take(session.connection(), name, expected.digest(), (spare, statements) -> {
                        Pipeline take = limited(statements);
                        try {
                            if (isOneFlight(spare, step)) {
                                sent.add(spare);
                                session.sendOwn(take);
                            } else {
                                session.inTransaction(take, connection -> {
                                    finish(connection, spare, step, expected);
                                    return sent.add(spare);
                                });
                            }
                        } catch (SQLException e) {
                            if (!SqlErrors.isConnectionLost(e)) {
                                boolean stepRan = step != CreationStep.NONE && !sent.isEmpty();
                                // It was not committed, so a connection that is lost later leaves no question.
                                sent.clear();
                                if (stepRan) {
                                    throw behindStep(e, spare.schema());
                                }
                            }
                            throw e;
                        }
                    });
            return created(result, expected, start);
        } catch (SQLException e) {
            if (sent.isEmpty() || !SqlErrors.isConnectionLost(e)) {
                throw e;
            }
            lost = e;
        }
        SpareTake.Taken spare = sent.get(0);
        // By its number: the name may be another tenant's.
        return Optional.of(LostCommit.ask(
                config, tenant(spare.schema(), expected, start), lost, connection -> spare.isRenamed(connection)));
    }

    /** Nobody waits long for a lock in a sign-up, e.g. for another transaction's schema of this name. */
    private Pipeline limited(Pipeline statements) {
        return new Pipeline().add(CreationLocks.limitSql(config)).addAll(statements);
    }

    private static boolean isOneFlight(SpareTake.Taken spare, CreationStep step) {
        return step == CreationStep.NONE && !spare.hasFunctions();
    }

    private Optional<CreatedTenant> takeInside(Connection connection, TenantName name, CreationStep step)
            throws SQLException {
        long start = System.nanoTime();
        Expected expected = expected();
        CallersTransaction transaction = CallersTransaction.enter(connection);
        try {
            // Without a step and functions to adapt, a take changes no setting.
            List<SessionSettings> settings = new ArrayList<>();
            SpareTake.Result result = spares.take(connection, name, expected.digest(), (spare, statements) -> {
                boolean oneFlight = isOneFlight(spare, step);
                if (!oneFlight && settings.isEmpty()) {
                    settings.add(SessionSettings.read(connection));
                }
                String limit = oneFlight ? lockTimeout(connection) : "";
                boolean finished = false;
                try {
                    Pipeline take = new Pipeline().add("SAVEPOINT " + SAVEPOINT).addAll(limited(statements));
                    if (oneFlight) {
                        take.add("SELECT pg_catalog.set_config('lock_timeout', " + Sql.literal(limit) + ", true)")
                                .add("RELEASE SAVEPOINT " + SAVEPOINT)
                                .send(connection);
                    } else {
                        take.send(connection);
                        finish(connection, spare, step, expected);
                        finished = step != CreationStep.NONE;
                        Jdbc.execute(connection, "RELEASE SAVEPOINT " + SAVEPOINT);
                    }
                } catch (SQLException e) {
                    if (SqlErrors.isConnectionLost(e)) {
                        throw e;
                    }
                    Jdbc.execute(connection, "ROLLBACK TO SAVEPOINT " + SAVEPOINT + "; RELEASE SAVEPOINT " + SAVEPOINT);
                    if (finished) {
                        throw behindStep(e, spare.schema());
                    }
                    throw e;
                }
            });
            if (settings.isEmpty()) {
                transaction.leave();
            } else {
                transaction.leave(settings.get(0));
            }
            return created(result, expected, start);
        } catch (SQLException | RuntimeException | Error e) {
            transaction.rollBack(e);
            throw e;
        }
    }

    /** The step ran, and may have done more than the database takes back. So it is not repeated with another spare. */
    private TenantMigratorException behindStep(SQLException e, String schema) {
        return new TenantMigratorException(
                config.detailed(
                        SqlErrors.failure(e)
                                .withMessage("the tenant cannot be kept after the creation step: "
                                        + SqlErrors.message(e) + "; " + NOT_KEPT)
                                .inTenant(schema),
                        e),
                SqlErrors.withoutDetail(e));
    }

    private static String lockTimeout(Connection connection) throws SQLException {
        return Jdbc.queryOne(connection, "SELECT pg_catalog.current_setting('lock_timeout')", row -> row.getString(1));
    }

    private void finish(Connection connection, SpareTake.Taken spare, CreationStep step, Expected expected)
            throws SQLException {
        spare.adaptFunctions(connection);
        if (step != CreationStep.NONE) {
            TenantPath path = creator.path(expected.catalog(), connection);
            new Pipeline().add(path.sql(spare.schema())).send(connection);
            HostStep.run(config, connection, spare.schema(), step, NOT_KEPT);
        }
    }

    private Optional<CreatedTenant> created(SpareTake.Result result, Expected expected, long start) {
        if (result.schema().isEmpty()) {
            LOG.debug("No spare for a sign-up: {}; all migrations run", result.reason());
            Events.publish(config, new SpareEvent.NoSpare(result.reason()));
        }
        return result.schema().map(schema -> tenant(schema, expected, start));
    }

    private static CreatedTenant tenant(String schema, Expected expected, long start) {
        return new CreatedTenant(schema, expected.versions(), Duration.ofNanos(System.nanoTime() - start), true);
    }

    private Expected expected() {
        MigrationCatalog catalog = migrations.read();
        Optional<Expected> known = last.filter(it -> it.catalog() == catalog);
        if (known.isPresent()) {
            return known.get();
        }
        Expected expected = new Expected(catalog, catalog.versions(), TenantState.digestOf(catalog));
        last = Optional.of(expected);
        return expected;
    }
}
