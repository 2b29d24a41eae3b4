package dev.tenantmigrator.internal.deploy;

import dev.tenantmigrator.TenantMigratorException;
import dev.tenantmigrator.event.TenantEvent;
import dev.tenantmigrator.internal.Config;
import dev.tenantmigrator.internal.Events;
import dev.tenantmigrator.internal.jdbc.Session;
import dev.tenantmigrator.internal.jdbc.SqlErrors;
import dev.tenantmigrator.report.Failure;
import dev.tenantmigrator.report.TenantOutcome;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Works on several tenants, some at a time, each worker on one connection. A tenant that another instance holds is put back
 * and tried again after the others.
 */
final class FleetRun {

    private static final Logger LOG = LoggerFactory.getLogger(FleetRun.class);
    private static final long MIN_PAUSE_MILLIS = 50;
    private static final long MAX_PAUSE_MILLIS = 1000;
    private static final Duration FIRST_REMINDER = Duration.ofSeconds(5);
    private static final Duration REMINDER = Duration.ofSeconds(30);
    private static final int NAMED = 5;

    private final Config config;
    private final Deque<TenantWork> queue = new ArrayDeque<>();
    private final Map<String, TenantOutcome> outcomes = new ConcurrentSkipListMap<>();
    private final Set<String> started = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean stopped = new AtomicBoolean();
    private volatile Failure noConnection = Failure.of("no worker had a connection");
    private volatile long nextReminder = System.nanoTime() + FIRST_REMINDER.toNanos();

    FleetRun(Config config) {
        this.config = config;
    }

    /** Work on one tenant, which keeps what it has done between tries. */
    interface TenantWork {

        /** The tenant. */
        String schema();

        /**
         * Works until done or until another instance holds the tenant.
         *
         * @return empty when another instance holds it
         * @throws SQLException when PostgreSQL refused something; the tenant failed
         */
        Optional<TenantOutcome> tryOn(Session session) throws SQLException;

        /** What was committed already, for the report of a failure. */
        default List<TenantOutcome.Step> done() {
            return List.of();
        }

        /** What is reported when no connection can be borrowed any more. */
        default Failure withoutConnection(Failure reason) {
            return reason.withMessage(reason.message() + "; nothing was done here, run again");
        }
    }

    /** Runs all work; returns when every tenant has an outcome. */
    Map<String, TenantOutcome> run(Collection<? extends TenantWork> works) {
        queue.addAll(works);
        int workers = Math.min(config.parallelism(), works.size());
        if (workers == 1) {
            work();
        } else {
            runInParallel(workers);
        }
        boolean interrupted = Thread.currentThread().isInterrupted() || stopped.get();
        for (TenantWork left : queue) {
            TenantOutcome outcome = interrupted
                    ? new TenantOutcome.Skipped(left.schema(), "the run was interrupted; run it again")
                    : failed(left, left.withoutConnection(noConnection));
            outcomes.put(left.schema(), outcome);
            tell(config, outcome);
        }
        return outcomes;
    }

    private void runInParallel(int workers) {
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < workers; i++) {
            Thread thread = new Thread(this::work, "tenant-migrator-" + (i + 1));
            thread.setDaemon(true);
            thread.start();
            threads.add(thread);
        }
        boolean interrupted = false;
        for (Thread thread : threads) {
            while (thread.isAlive()) {
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                    stopped.set(true);
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** One worker: keeps its connection from tenant to tenant, and takes another when it broke. */
    private void work() {
        Optional<TenantWork> next = next();
        int heldInARow = 0;
        while (next.isPresent()) {
            try (Session session = Session.open(config.dataSource())) {
                while (next.isPresent() && !session.isBroken()) {
                    heldInARow = workOn(session, next.get()) ? 0 : heldInARow + 1;
                    if (heldInARow > queueLength()) {
                        pause(heldInARow / (queueLength() + 1));
                    }
                    next = next();
                }
            } catch (TenantMigratorException e) {
                // Without a connection this worker ends; others may have one and finish the work.
                LOG.warn("A worker ends without a connection: {}", e.getMessage());
                noConnection = e.failure();
                next.ifPresent(this::putBack);
                return;
            }
        }
    }

    /** Returns whether the tenant was free. */
    private boolean workOn(Session session, TenantWork work) {
        if (started.add(work.schema())) {
            Events.publish(config, new TenantEvent.TenantStarted(work.schema()));
        }
        Optional<TenantOutcome> outcome = Events.inTenant(work.schema(), () -> tryOn(session, work));
        if (outcome.isEmpty()) {
            putBack(work);
            return false;
        }
        outcomes.put(work.schema(), outcome.get());
        tell(config, outcome.get());
        return true;
    }

    /** Tells listener and log of an outcome. */
    static void tell(Config config, TenantOutcome outcome) {
        if (outcome instanceof TenantOutcome.Failed failed) {
            Events.inTenant(failed.schema(), () -> {
                LOG.warn("Failed: {}", failed.failure());
                return failed;
            });
            Events.publish(config, new TenantEvent.TenantFailed(failed.schema(), failed.failure()));
        } else {
            LOG.debug("Finished: {}", outcome);
            Events.publish(config, new TenantEvent.TenantFinished(outcome.schema(), outcome));
        }
    }

    private static Optional<TenantOutcome> tryOn(Session session, TenantWork work) {
        try {
            return work.tryOn(session);
        } catch (SQLException e) {
            return Optional.of(failed(work, SqlErrors.failure(e)));
        } catch (TenantMigratorException e) {
            return Optional.of(failed(work, e.failure()));
        } catch (RuntimeException e) {
            LOG.error("Unexpected failure", e);
            return Optional.of(failed(work, Failure.of("unexpected failure, see the log: " + e)));
        }
    }

    /** Longer with each round in which every tenant that is left was held. */
    private void pause(int rounds) {
        long now = System.nanoTime();
        if (now > nextReminder) {
            nextReminder = now + REMINDER.toNanos();
            Waits.forTenants(left());
        }
        try {
            Thread.sleep(Math.min(MIN_PAUSE_MILLIS << Math.min(rounds, 10), MAX_PAUSE_MILLIS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized String left() {
        String names = queue.stream().limit(NAMED).map(TenantWork::schema).collect(Collectors.joining(", "));
        return queue.size() > NAMED ? names + " and " + (queue.size() - NAMED) + " more" : names;
    }

    private static TenantOutcome.Failed failed(TenantWork work, Failure failure) {
        return new TenantOutcome.Failed(work.schema(), work.done(), failure.inTenant(work.schema()));
    }

    private synchronized Optional<TenantWork> next() {
        boolean stop = stopped.get() || Thread.currentThread().isInterrupted();
        return stop ? Optional.empty() : Optional.ofNullable(queue.poll());
    }

    private synchronized int queueLength() {
        return queue.size();
    }

    private synchronized void putBack(TenantWork work) {
        queue.addLast(work);
    }
}
