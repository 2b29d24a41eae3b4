package dev.tenantmigrator.internal.tenant;

import dev.tenantmigrator.Spares;
import dev.tenantmigrator.SparesNotDroppedException;
import dev.tenantmigrator.TenantMigratorException;
import dev.tenantmigrator.TenantNotFoundException;
import dev.tenantmigrator.event.SpareEvent;
import dev.tenantmigrator.internal.config.Config;
import dev.tenantmigrator.internal.config.Events;
import dev.tenantmigrator.internal.jdbc.Jdbc;
import dev.tenantmigrator.internal.jdbc.Session;
import dev.tenantmigrator.internal.jdbc.TenantLock;
import dev.tenantmigrator.internal.source.MigrationCatalog;
import dev.tenantmigrator.internal.spare.Spare;
import dev.tenantmigrator.internal.spare.SpareMarking;
import dev.tenantmigrator.internal.tracking.TenantState;
import dev.tenantmigrator.report.SpareReport;
import dev.tenantmigrator.report.SpareTenant;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps the stock of spares: makes missing ones, drops old ones. Several instances may do so at once. Thread-safe. */
public final class SpareKeeper {

    private static final Logger LOG = LoggerFactory.getLogger(SpareKeeper.class);

    /** A name for the lock under which one spare at a time is made in a database. */
    private static final String LOCK = "the stock of spares";

    /** Time without any new spare after which this instance stops to wait for the one that makes them. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Config config;
    private final TenantCreator creator;
    private final TenantDropper dropper;

    /** Serves any number of calls. */
    public SpareKeeper(Config config, TenantCreator creator, TenantDropper dropper) {
        this.config = config;
        this.creator = creator;
        this.dropper = dropper;
    }

    /** Ends a creation that is not needed: another instance makes a spare now, or enough are there. */
    private static final class NotNow extends RuntimeException {

        private static final long serialVersionUID = 1L;

        NotNow() {
            super("no spare is made now", null, false, false);
        }
    }

    /**
     * Drops spares that are too old and makes those that are missing.
     *
     * @param stopped whether to end early, between two spares
     * @throws IllegalStateException when the migrator keeps no spares
     * @throws dev.tenantmigrator.MigrationFailedException when a spare cannot be made
     */
    public SpareReport maintain(BooleanSupplier stopped) throws SQLException {
        Spares stock = config.spares()
                .orElseThrow(
                        () -> new IllegalStateException("no spares: call spares(Spares.keep(number)) of the builder"));
        MigrationCatalog catalog = MigrationCatalog.read(config.migrations());
        String digest = TenantState.digestOf(catalog);
        Instant oldest = Instant.now().minus(stock.maxAge());
        Drops drops = drop(spare -> spare.owned() && spare.since().isBefore(oldest), stopped);
        int created = 0;
        List<Spare> spares = read();
        if (ready(spares, digest) < stock.minimum()) {
            long end = System.nanoTime() + PATIENCE.toNanos();
            while (!stopped.getAsBoolean() && mayMake(spares, digest, stock.number())) {
                int before = ready(spares, digest);
                boolean made = make(catalog, digest, stock.number());
                if (!made && (System.nanoTime() > end || WaitForTenant.interruptedWhilePausing())) {
                    break;
                }
                spares = read();
                int after = ready(spares, digest);
                if (made) {
                    created++;
                    Events.publish(config, new SpareEvent.SpareMade(after, stock.number()));
                }
                if (after > before) {
                    end = System.nanoTime() + PATIENCE.toNanos();
                }
            }
        }
        drops.throwIfFailed();
        return new SpareReport(
                created,
                drops.dropped(),
                spares.stream().map(spare -> spare.describe(digest)).toList());
    }

    /** Makes one spare, unless another instance is making one or enough are there. */
    private boolean make(MigrationCatalog catalog, String digest, int number) throws SQLException {
        try {
            creator.create(
                    catalog,
                    SchemaNames.ofSpare(),
                    (connection, schema) -> SpareMarking.mark(config, connection, schema, digest),
                    connection -> requireTurn(connection, digest, number));
            return true;
        } catch (NotNow e) {
            return false;
        }
    }

    /** Takes the lock until the spare is committed, and looks at the stock under it, so that instances together make no more than asked. */
    private static boolean requireTurn(Connection connection, String digest, int number) throws SQLException {
        if (!Jdbc.queryOne(connection, TenantLock.tryQuery(LOCK), row -> row.getBoolean(1))) {
            throw new NotNow();
        }
        if (!mayMake(Spare.read(connection), digest, number)) {
            throw new NotNow();
        }
        return true;
    }

    private static boolean mayMake(List<Spare> spares, String digest, int number) {
        boolean unfit = spares.stream().anyMatch(spare -> spare.has(digest) && spare.owned() && spare.isUnfit());
        return !unfit && ready(spares, digest) < number;
    }

    private static int ready(List<Spare> spares, String digest) {
        return (int) spares.stream().filter(spare -> spare.isReady(digest)).count();
    }

    /** The stock, in the order of names. */
    public List<SpareTenant> list() throws SQLException {
        String digest = TenantState.digestOf(MigrationCatalog.read(config.migrations()));
        return read().stream().map(spare -> spare.describe(digest)).toList();
    }

    /**
     * Drops all spares, and returns their number.
     *
     * @throws SparesNotDroppedException when some could not be dropped
     */
    public int dropAll() throws SQLException {
        Drops drops = drop(spare -> true, () -> false);
        drops.throwIfFailed();
        return drops.dropped();
    }

    private List<Spare> read() throws SQLException {
        try (Session session = Session.openToRead(config.dataSource())) {
            return Spare.read(session.connection());
        }
    }

    /** The number of dropped spares, and the failures; one that cannot be dropped keeps no other. */
    private record Drops(int dropped, List<TenantMigratorException> failures) {

        void throwIfFailed() {
            if (!failures.isEmpty()) {
                throw new SparesNotDroppedException(dropped, failures);
            }
        }
    }

    private Drops drop(Predicate<Spare> which, BooleanSupplier stopped) throws SQLException {
        List<TenantMigratorException> failures = new ArrayList<>(dropper.finishSpares());
        List<Spare> spares;
        Set<String> inUse;
        try (Session session = Session.openToRead(config.dataSource())) {
            spares = Spare.read(session.connection());
            // A sign-up that has taken one may keep its transaction open for long.
            inUse = TenantLock.heldAmong(
                    session.connection(), spares.stream().map(Spare::schema).toList());
        }
        int dropped = 0;
        for (Spare spare : spares) {
            if (stopped.getAsBoolean()) {
                break;
            }
            try {
                if (which.test(spare) && !inUse.contains(spare.schema()) && drop(spare)) {
                    dropped++;
                }
            } catch (TenantMigratorException e) {
                failures.add(e);
            }
        }
        return new Drops(dropped, failures);
    }

    private boolean drop(Spare spare) {
        try {
            dropper.dropSpare(spare.schema());
            return true;
        } catch (TenantNotFoundException takenMeanwhile) {
            LOG.debug("{} is gone already", spare.schema());
            return false;
        }
    }
}
