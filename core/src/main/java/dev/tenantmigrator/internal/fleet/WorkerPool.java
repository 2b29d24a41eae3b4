package dev.tenantmigrator.internal.fleet;

import dev.tenantmigrator.TenantMigratorException;
import dev.tenantmigrator.event.TenantEvent;
import dev.tenantmigrator.internal.config.Config;
import dev.tenantmigrator.internal.config.Events;
import dev.tenantmigrator.internal.config.Threads;
import dev.tenantmigrator.internal.fleet.TenantJob.Attempt;
import dev.tenantmigrator.internal.jdbc.Session;
import dev.tenantmigrator.internal.jdbc.SqlErrors;
import dev.tenantmigrator.internal.recording.Recording;
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
 * Works on several tenants, some at a time, each worker on one connection, which it gives back while it has nothing to do. A
 * tenant that another instance holds, or that is to be tried again, is put back and comes after the others.
 */
final class WorkerPool {

    private static final Logger LOG = LoggerFactory.getLogger(WorkerPool.class);

    /** After so many tenants a worker takes another connection, because a server process never forgets a table it has seen. */
    private static final int RENEWED_AFTER = 500;

    /** A server that starts again, or ends connections, refuses others for a moment; a pool that is too small takes longer. */
    private static final int CONNECTION_TRIES = 5;

    private static final Duration CONNECTION_PATIENCE = Duration.ofSeconds(10);

    private final Config config;
    private final StopSignal ending;
    private final JobQueue queue;
    private final Consumer<TenantOutcome> over;
    private final Set<String> started = ConcurrentHashMap.newKeySet();
    private final Map<String, TenantJob> left = new ConcurrentHashMap<>();
    private volatile Failure noConnection = Failure.of("no worker had a connection");

    /**
     * @param over told of each outcome once, on the thread that worked on the tenant
     */
    WorkerPool(Config config, StopSignal ending, Collection<? extends TenantJob> works, Consumer<TenantOutcome> over) {
        this.config = config;
        this.ending = ending;
        this.queue = new JobQueue(ending, works);
        this.over = over;
        works.forEach(work -> left.put(work.schema(), work));
    }

    /** Does the work; returns when every tenant has an outcome. */
    void run(int workers) {
        if (workers == 1) {
            work();
        } else {
            Threads.start(workers, "tenant-migrator-", this::work).join(ending::interrupted);
        }
        Optional<String> reason = ending.isDue() ? ending.reason() : Optional.empty();
        for (TenantJob work : queue.drain()) {
            over(reason.map(work::ended).orElseGet(() -> work.failed(work.withoutConnection(noConnection))));
        }
        // A thread that an error of the JVM ended had taken it from the queue; it must not look done.
        for (TenantJob work : List.copyOf(left.values())) {
            over(work.failed(Failure.of(
                    "the thread that worked on this tenant ended unexpectedly (see the log), so its outcome is"
                            + " unknown; run it again: completed migrations are not repeated")));
        }
    }

    private void over(TenantOutcome outcome) {
        left.remove(outcome.schema());
        over.accept(outcome);
    }

    /** One worker: keeps its connection from tenant to tenant, and takes another when it broke. */
    private void work() {
        int refused = 0;
        long patience = System.nanoTime();
        while (queue.await()) {
            try (Session session = Session.open(config.dataSource())) {
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
                if (++refused == CONNECTION_TRIES || System.nanoTime() - patience > CONNECTION_PATIENCE.toNanos()) {
                    // Others may have a connection and finish the work.
                    LOG.warn("A worker ends without a connection: {}", e.getMessage());
                    return;
                }
                ending.sleep(Backoff.FAILED.after(refused));
            }
        }
    }

    private void run(JobQueue.Entry entry, Session session) {
        TenantJob work = entry.work();
        if (started.add(work.schema())) {
            Events.publish(config, new TenantEvent.TenantStarted(work.schema()));
        }
        Recording.Span<Optional<TenantOutcome>> span = Recording.tenant(work.schema());
        Runnable restoreLog = Events.logTenant(work.schema());
        Attempt attempt;
        try {
            attempt = work.tryOn(session);
        } catch (SQLException e) {
            attempt = new Attempt.Over(work.failed(config.detailed(SqlErrors.failure(e), e)));
        } catch (TenantMigratorException e) {
            attempt = new Attempt.Over(work.failed(e.failure()));
        } catch (RuntimeException | Error e) {
            // Also an overflow of the stack or a class that is missing are this tenant's alone.
            LOG.error("Unexpected failure", e);
            session.markLost();
            attempt = new Attempt.Over(work.failed(Failure.of("unexpected failure, see the log: " + e)));
        } finally {
            restoreLog.run();
        }
        span.done(attempt.result());
        // Asked now: once it is put back, it is another worker's.
        boolean others = work.foundOthersWork();
        settle(entry, attempt);
        if (others && !session.mustBeReplaced()) {
            readAgain(session);
        }
    }

    private void settle(JobQueue.Entry entry, Attempt attempt) {
        if (attempt instanceof Attempt.Over done) {
            over(done.outcome());
        } else if (attempt instanceof Attempt.Again again) {
            queue.later(entry.work(), again.pause());
        } else if (attempt instanceof Attempt.Lost) {
            queue.lost(entry.work());
        } else {
            queue.held(entry);
        }
    }

    /**
     * Another instance is at work: what comes next is read again in one statement, because each tenant that the other has done
     * would cost a flight that fails.
     */
    private void readAgain(Session session) {
        List<JobQueue.Entry> next = queue.pollUntried(FleetReader.MOST_AGAIN);
        List<String> schemas = next.stream().map(entry -> entry.work().schema()).toList();
        try {
            var fleet = new FleetReader(config).histories(session.connection(), schemas);
            for (JobQueue.Entry entry : next) {
                Optional.ofNullable(fleet.rows().get(entry.work().schema()))
                        .flatMap(entry.work()::decide)
                        .ifPresentOrElse(this::over, () -> queue.putBack(entry));
            }
        } catch (SQLException e) {
            LOG.debug("Tenants cannot be read again before their turn", SqlErrors.withoutDetail(e));
            next.forEach(queue::putBack);
            session.markLost();
        }
    }
}
