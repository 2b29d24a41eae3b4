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
 * Logs long waits. A concurrent statement waits for open transactions without limit, and nothing else of the run shows that. It
 * has its own logger, so that an application can show these lines alone.
 */
public final class WaitReminder implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(WaitReminder.class);
    /** Longer than most statements. */
    private static final Duration FIRST = Duration.ofSeconds(10);

    private static final Duration AGAIN = Duration.ofMinutes(1);
    private static final long LOOK_MILLIS = 200;

    private final Timer timer = new Timer("tenant-migrator-waits", true);

    WaitReminder(Duration first, Duration again, String statement, int process, Consumer<String> out) {
        long start = System.nanoTime();
        TimerTask reminder = new TimerTask() {
            @Override
            public void run() {
                long seconds = Duration.ofNanos(System.nanoTime() - start).toSeconds();
                out.accept(statement + " has been running for " + seconds + " s in server process " + process
                        + "; if it is waiting, SELECT pg_blocking_pids(" + process
                        + ") lists the sessions whose transactions must end first (0: a prepared transaction, which"
                        + " pg_prepared_xacts lists)");
            }
        };
        timer.schedule(reminder, first.toMillis(), again.toMillis());
    }

    /**
     * Starts reminders for a statement that may take long; closing stops them.
     *
     * @param statement the statement's place
     * @param process the server process that runs the statement
     * @param cancellation an immediate one cancels the statement on the server
     */
    public static WaitReminder on(String statement, int process, Cancellation cancellation, Connection connection) {
        WaitReminder waits = new WaitReminder(FIRST, AGAIN, statement, process, LOG::warn);
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

    /** Logs that only tenants locked by other sessions are left. */
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
