package dev.tenantmigrator.internal.tenant;

import dev.tenantmigrator.MigrationFailedException;
import dev.tenantmigrator.TenantMigratorException;
import dev.tenantmigrator.TenantStep;
import dev.tenantmigrator.internal.jdbc.LockTable;
import dev.tenantmigrator.internal.jdbc.Session;
import dev.tenantmigrator.internal.jdbc.SqlErrors;
import dev.tenantmigrator.internal.source.MigrationCatalog;
import dev.tenantmigrator.report.CreatedTenant;
import dev.tenantmigrator.report.Failure;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;

/**
 * Lets only as many creations run at once as the server's lock table has room for, the others wait without a connection. One
 * creation is one transaction, which keeps a lock on everything that the whole history makes.
 *
 * <p>How many locks that is, the first creation tells, which runs alone up to its last migration.
 */
final class CreationTurns {

    /** All that may be taken, which is half of the lock table: other instances and the application need places too. */
    private static final int ALL = 10_000;

    private static final int SHARE = 2;

    /** How often a creation is tried that found the lock table full, and how long it pauses behind the first time. */
    private static final int TRIES = 4;

    private static final Duration FIRST_PAUSE = Duration.ofMillis(500);

    /** How long one waits while no other creation ends. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final DataSource dataSource;
    private final Semaphore free = new Semaphore(ALL, true);

    /** Who has it finds out what a history takes: only one is to wait for all places. */
    private final Semaphore measuring = new Semaphore(1, true);

    private final AtomicInteger ended = new AtomicInteger();
    private volatile Optional<Measured> measured = Optional.empty();

    private record Measured(MigrationCatalog catalog, LockTable table) {

        /** Its part of what may be taken: what is bigger than all of it runs alone. */
        int part() {
            long places = Math.max(1, table.size() / SHARE);
            return (int) Math.max(1, Math.min(ALL, (long) table.held() * ALL / places));
        }
    }

    /**
     * @param dataSource to ask, behind a failure, what the lock table has room for
     */
    CreationTurns(DataSource dataSource) {
        this.dataSource = dataSource;
    }

    /** A try to create a tenant. */
    @FunctionalInterface
    interface Try {
        /** Creates it, with a step that runs behind the migrations. */
        CreatedTenant create(TenantStep step) throws SQLException;
    }

    /**
     * Creates when it is its turn, and some times more while the lock table is full all the same.
     *
     * @throws TenantMigratorException when no other creation ended for too long, or the thread is interrupted
     */
    CreatedTenant run(MigrationCatalog catalog, TenantStep step, Try creation) throws SQLException {
        try (Turn turn = await(catalog)) {
            TenantStep counted = (connection, schema) -> {
                turn.migrated(connection);
                step.run(connection, schema);
            };
            for (int tries = 1; ; tries++) {
                try {
                    return creation.create(counted);
                } catch (MigrationFailedException e) {
                    if (!LockTable.isFull(e.failure())) {
                        throw e;
                    }
                    // Nothing was kept, and what other sessions hold they give back.
                    if (tries == TRIES || interruptedWhilePausing(tries)) {
                        throw explained(e, catalog);
                    }
                }
            }
        }
    }

    private static boolean interruptedWhilePausing(int tries) {
        long most = FIRST_PAUSE.toMillis() << (tries - 1);
        try {
            Thread.sleep(ThreadLocalRandom.current().nextLong(most / 2, most));
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    private Turn await(MigrationCatalog catalog) {
        Optional<Measured> known = known(catalog);
        if (known.isEmpty()) {
            acquire(measuring, 1);
            known = known(catalog);
            if (known.isEmpty()) {
                return awaitAll(catalog);
            }
            measuring.release();
        }
        int part = known.get().part();
        acquire(free, part);
        return new Turn(catalog, part, false);
    }

    private Turn awaitAll(MigrationCatalog catalog) {
        try {
            acquire(free, ALL);
            return new Turn(catalog, ALL, true);
        } catch (TenantMigratorException e) {
            measuring.release();
            throw e;
        }
    }

    private void acquire(Semaphore semaphore, int permits) {
        try {
            int before = ended.get();
            while (!semaphore.tryAcquire(permits, PATIENCE.toNanos(), TimeUnit.NANOSECONDS)) {
                int now = ended.get();
                if (now == before) {
                    throw new TenantMigratorException(
                            Failure.of(
                                    "the creations that run take as many locks as creations may,"
                                            + " and none of them ended within " + PATIENCE.toSeconds()
                                            + " s; pg_stat_activity shows what they wait for. Nothing was done, try again later"));
                }
                before = now;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new TenantMigratorException(
                    Failure.of("interrupted while it waited for other creations to end; nothing was done"), e);
        }
    }

    private Optional<Measured> known(MigrationCatalog catalog) {
        return measured.filter(last -> last.catalog().hasSameScripts(catalog));
    }

    private MigrationFailedException explained(MigrationFailedException e, MigrationCatalog catalog) {
        try (Session session = Session.open(dataSource)) {
            return explained(e, catalog, session.connection());
        } catch (TenantMigratorException unexplained) {
            e.addSuppressed(unexplained);
            return e;
        }
    }

    /** The failure of a creation for which the lock table had no place, with what there is and what to do. */
    MigrationFailedException explained(MigrationFailedException e, MigrationCatalog catalog, Connection connection) {
        try {
            String needed = known(catalog)
                    .map(last -> "about " + last.table().held() + " locks")
                    .orElse("a lock for everything that they make");
            Failure failure = e.failure();
            return new MigrationFailedException(
                    failure.withMessage(failure.message() + "; the "
                            + catalog.versions().size() + " migrations of a new tenant take " + needed
                            + " in one transaction, and "
                            + LockTable.read(connection).describe()
                            + ": raise the setting, for which the server has to be started again, or create fewer tenants"
                            + " at once"),
                    e);
        } catch (SQLException unexplained) {
            e.addSuppressed(SqlErrors.withoutDetail(unexplained));
            return e;
        }
    }

    /** The right to run one creation now. */
    private final class Turn implements AutoCloseable {

        private final MigrationCatalog catalog;
        private int part;
        private boolean measures;

        private Turn(MigrationCatalog catalog, int part, boolean measures) {
            this.catalog = catalog;
            this.part = part;
            this.measures = measures;
        }

        /** Learns, at the end of the migrations, what they took, if that is not known yet; lets others begin. */
        void migrated(Connection connection) throws SQLException {
            if (!measures) {
                return;
            }
            Measured now = new Measured(catalog, LockTable.read(connection));
            measured = Optional.of(now);
            give(ALL - now.part());
        }

        private void give(int places) {
            free.release(places);
            part -= places;
            if (measures) {
                measures = false;
                measuring.release();
            }
        }

        @Override
        public void close() {
            ended.incrementAndGet();
            give(part);
        }
    }
}
