package dev.tenantmigrator.internal.fleet;

import dev.tenantmigrator.internal.jdbc.DirectConnection;
import dev.tenantmigrator.rollout.Cancellation;
import java.sql.Connection;
import java.time.Duration;
import java.util.Timer;
import java.util.TimerTask;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says what a run waits for. A concurrent form waits for open transactions without limit, and who looks at the run sees
 * nothing of that. A logger of its own, so that it can be shown where the log is not.
 */
public final class WaitReminder implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(WaitReminder.class);
    private static final Duration FIRST = Duration.ofSeconds(10);
    private static final Duration AGAIN = Duration.ofMinutes(1);
    private static final long LOOK_MILLIS = 200;

    private final Timer timer = new Timer("tenant-migrator-waits", true);

    WaitReminder(Duration first, Duration again, String what, int process, Consumer<String> out) {
        long start = System.nanoTime();
        TimerTask tell = new TimerTask() {
            @Override
            public void run() {
                long seconds = Duration.ofNanos(System.nanoTime() - start).toSeconds();
                out.accept(what + " has been running for " + seconds + " s in server process " + process
                        + "; if it is waiting, SELECT pg_blocking_pids(" + process
                        + ") lists the sessions whose transactions must end first");
            }
        };
        timer.schedule(tell, first.toMillis(), again.toMillis());
    }

    /**
     * For a statement that may take long.
     *
     * @param cancellation when it is urgent, the statement is cancelled
     */
    public static WaitReminder on(String what, int process, Cancellation cancellation, Connection connection) {
        WaitReminder waits = new WaitReminder(FIRST, AGAIN, what, process, LOG::warn);
        TimerTask cancel = new TimerTask() {
            @Override
            public void run() {
                if (cancellation.isImmediate()) {
                    cancel();
                    DirectConnection.cancelStatement(connection);
                }
            }
        };
        waits.timer.schedule(cancel, LOOK_MILLIS, LOOK_MILLIS);
        return waits;
    }

    /** For tenants that others hold. */
    static void forTenants(String schemas) {
        LOG.warn(
                "Waiting: another session holds the lock of every remaining tenant, or a lock in it: {};"
                        + " pg_stat_activity shows the session's statement, even after its client has gone,"
                        + " and pg_blocking_pids(pid) lists the sessions that block it",
                schemas);
    }

    @Override
    public void close() {
        timer.cancel();
    }
}
