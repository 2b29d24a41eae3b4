package dev.tenantmigrator.internal.fleet;

import dev.tenantmigrator.internal.fleet.TenantJob.Attempt;
import dev.tenantmigrator.internal.jdbc.Session;
import dev.tenantmigrator.report.TenantOutcome;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;

/**
 * What a session committed without waiting for the disk: nothing is said of it until a commit that is waited for, on the same
 * session, has succeeded.
 */
final class Unconfirmed {

    /** One wait for so many tenants costs each next to nothing. */
    private static final int TENANTS = 100;

    private static final Duration LONGEST = Duration.ofSeconds(1);

    private final BiConsumer<JobQueue.Entry, Attempt> known;
    private final BiConsumer<TenantJob, SQLException> doubtful;
    private final List<Waiting> waiting = new ArrayList<>();
    private long first;

    private record Waiting(JobQueue.Entry entry, Attempt attempt) {}

    /**
     * @param known is told what is known to be on the disk
     * @param doubtful is told of what nobody knows whether it is
     */
    Unconfirmed(BiConsumer<JobQueue.Entry, Attempt> known, BiConsumer<TenantJob, SQLException> doubtful) {
        this.known = known;
        this.doubtful = doubtful;
    }

    /** Remembers what came of a try. A failure may be what ends the run, and another try may be on another session. */
    void add(Session session, JobQueue.Entry entry, Attempt attempt) {
        if (waiting.isEmpty()) {
            first = System.nanoTime();
        }
        waiting.add(new Waiting(entry, attempt));
        boolean succeeded = attempt instanceof Attempt.Over over && !(over.outcome() instanceof TenantOutcome.Failed);
        boolean soon = waiting.size() < TENANTS && System.nanoTime() - first < LONGEST.toNanos();
        if (!succeeded || !soon) {
            confirm(session);
        }
    }

    /** Waits for the disk. */
    void confirm(Session session) {
        if (waiting.isEmpty()) {
            return;
        }
        List<Waiting> now = List.copyOf(waiting);
        waiting.clear();
        try {
            session.flushCommits();
        } catch (SQLException e) {
            session.lost();
            now.forEach(tenant -> doubtful.accept(tenant.entry().work(), e));
            return;
        }
        for (Waiting tenant : now) {
            tenant.entry().work().confirmed();
            known.accept(tenant.entry(), tenant.attempt());
        }
    }
}
