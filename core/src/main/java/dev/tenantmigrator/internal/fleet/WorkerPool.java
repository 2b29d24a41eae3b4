package dev.tenantmigrator.internal.fleet;

import dev.tenantmigrator.TenantMigratorException;
import dev.tenantmigrator.event.TenantEvent;
import dev.tenantmigrator.internal.config.Config;
import dev.tenantmigrator.internal.config.Events;
import dev.tenantmigrator.internal.config.Threads;
import dev.tenantmigrator.internal.fleet.TenantJob.Result;
import dev.tenantmigrator.internal.jdbc.LockHolders;
import dev.tenantmigrator.internal.jdbc.ServerAdvice;
import dev.tenantmigrator.internal.jdbc.Session;
import dev.tenantmigrator.internal.jdbc.SqlErrors;
import dev.tenantmigrator.internal.jfr.FlightRecording;
import dev.tenantmigrator.internal.tracking.FleetReader;
import dev.tenantmigrator.report.Failure;
import dev.tenantmigrator.report.TenantOutcome;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs jobs with several workers. Each worker uses one connection, and returns it to the pool while it has nothing to do. A job
 * whose tenant another instance has locked, or that is to run again, goes back into the queue behind the others.
 */
final class WorkerPool {

    private static final Logger LOG = LoggerFactory.getLogger(WorkerPool.class);

    /**
     * Tenants after which a worker takes another connection. A PostgreSQL backend caches metadata of every table it has seen, and
     * its memory would grow with the fleet; a new connection for every 500 tenants costs nothing in comparison.
     */
    private static final int RENEWED_AFTER = 500;

    /**
     * A worker gives up after this many refused connections in a row, or after {@link #CONNECTION_PATIENCE}. A server that restarts
     * refuses connections for a moment; a pool that is too small lets each request wait for its own timeout.
     */
    private static final int CONNECTION_ATTEMPTS = 5;

    private static final Duration CONNECTION_PATIENCE = Duration.ofSeconds(10);

    private final Config config;
    private final StopSignal stopSignal;
    private final JobQueue queue;
    private final boolean writes;
    private final Consumer<TenantOutcome> finished;
    private final Set<String> started = ConcurrentHashMap.newKeySet();
    private final Map<String, TenantJob> left = new ConcurrentHashMap<>();
    private volatile Failure noConnection = Failure.of("no worker had a connection");

    /**
     * @param writes whether the jobs may write
     * @param finished receives each outcome once, on the thread that worked on the tenant
     */
    WorkerPool(
            Config config,
            StopSignal stopSignal,
            Collection<? extends TenantJob> jobs,
            boolean writes,
            Consumer<TenantOutcome> finished) {
        this.config = config;
        this.stopSignal = stopSignal;
        this.queue = new JobQueue(stopSignal, jobs);
        this.writes = writes;
        this.finished = finished;
        jobs.forEach(job -> left.put(job.schema(), job));
    }

    /** Runs all jobs; returns when every tenant has an outcome. */
    void run(int workers) {
        if (workers == 1) {
            work();
        } else {
            Threads.start(workers, "tenant-migrator-", this::work).join(stopSignal::interrupted);
        }
        Optional<String> reason = stopSignal.isDue() ? stopSignal.reason() : Optional.empty();
        for (TenantJob job : queue.drain()) {
            finish(reason.map(job::ended).orElseGet(() -> job.failed(job.withoutConnection(noConnection))));
        }
        // A worker thread that died from a JVM error had taken this job from the queue; it must not look done.
        for (TenantJob job : List.copyOf(left.values())) {
            finish(job.failed(Failure.of(
                    "the thread that worked on this tenant ended unexpectedly (see the log), so its outcome is"
                            + " unknown; run it again: completed migrations are not repeated")));
        }
    }

    private void finish(TenantOutcome outcome) {
        left.remove(outcome.schema());
        finished.accept(outcome);
    }

    /** One worker: keeps its connection from tenant to tenant, and takes another when it is lost. */
    private void work() {
        int refused = 0;
        long patience = System.nanoTime();
        while (queue.await()) {
            try (Session session =
                    writes ? Session.open(config.dataSource()) : Session.openToRead(config.dataSource())) {
                refused = 0;
                int tenants = 0;
                Optional<JobQueue.Entry> next = queue.poll();
                while (next.isPresent()) {
                    run(next.get(), session);
                    next = ++tenants == RENEWED_AFTER || session.mustBeReplaced() ? Optional.empty() : queue.poll();
                }
                if (tenants == RENEWED_AFTER) {
                    session.closeWhenDone();
                }
                patience = System.nanoTime();
            } catch (TenantMigratorException e) {
                noConnection = e.failure();
                if (++refused == CONNECTION_ATTEMPTS || System.nanoTime() - patience > CONNECTION_PATIENCE.toNanos()) {
                    // Other workers may have a connection and finish the jobs.
                    LOG.warn("A worker ends without a connection: {}", e.getMessage());
                    return;
                }
                stopSignal.sleep(Backoff.AFTER_FAILURE.after(refused));
            }
        }
    }

    private void run(JobQueue.Entry entry, Session session) {
        TenantJob job = entry.job();
        if (started.add(job.schema())) {
            Events.publish(config, new TenantEvent.TenantStarted(job.schema()));
        }
        FlightRecording.Span<Optional<TenantOutcome>> span = FlightRecording.tenant(job.schema());
        Runnable restoreLog = Events.logTenant(job.schema());
        Result result;
        try {
            result = job.tryOn(session);
        } catch (SQLException e) {
            result = new Result.Finished(job.failed(config.detailed(failure(e, session, job.schema()), e)));
        } catch (TenantMigratorException e) {
            result = new Result.Finished(job.failed(e.failure()));
        } catch (RuntimeException | Error e) {
            // Even a stack overflow or a missing class is this tenant's failure alone.
            LOG.error("Unexpected failure", e);
            session.markLost();
            result = new Result.Finished(job.failed(Failure.of("unexpected failure, see the log: " + e)));
        } finally {
            restoreLog.run();
        }
        span.done(result.finalOutcome());
        // The worker asks now, because another worker may own the job after settle().
        boolean others = job.foundOthersWork();
        settle(entry, result);
        if (others && !session.mustBeReplaced()) {
            readAgain(session);
        }
    }

    private Failure failure(SQLException e, Session session, String schema) {
        Failure failure = SqlErrors.failure(e);
        if (session.isLost()) {
            return failure;
        }
        return LockHolders.explained(
                ServerAdvice.explained(failure, e, session.connection(), config.sharedSchema()),
                e,
                session.connection(),
                schema,
                config.sharedSchema());
    }

    private void settle(JobQueue.Entry entry, Result result) {
        if (result instanceof Result.Finished done) {
            finish(done.outcome());
        } else if (result instanceof Result.RetryLater retry) {
            queue.retryLater(entry.job(), retry.pause());
        } else if (result instanceof Result.ConnectionLost) {
            queue.connectionLost(entry.job());
        } else {
            queue.locked(entry);
        }
    }

    /**
     * Reads the next tenants again, in one statement, after another instance was found to work on the fleet. Without that, each
     * tenant that the other instance has finished would cost a failed round trip.
     */
    private void readAgain(Session session) {
        List<JobQueue.Entry> next = queue.pollUntried(FleetReader.MOST_AGAIN);
        List<String> schemas = next.stream().map(entry -> entry.job().schema()).toList();
        try {
            var fleet = new FleetReader(config).histories(session.connection(), schemas);
            for (JobQueue.Entry entry : next) {
                Optional.ofNullable(fleet.rows().get(entry.job().schema()))
                        .flatMap(entry.job()::decide)
                        .ifPresentOrElse(this::finish, () -> queue.putBack(entry));
            }
        } catch (SQLException e) {
            LOG.debug("Tenants cannot be read again before their turn", SqlErrors.withoutDetail(e));
            next.forEach(queue::putBack);
            session.markLost();
        }
    }
}
