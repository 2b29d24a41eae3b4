package dev.tenantmigrator.internal.migrate;

import dev.tenantmigrator.Migration;
import dev.tenantmigrator.MigrationFailedException;
import dev.tenantmigrator.MigrationScript;
import dev.tenantmigrator.internal.jdbc.Jdbc;
import dev.tenantmigrator.internal.jdbc.LockTable;
import dev.tenantmigrator.internal.jdbc.PassingErrors;
import dev.tenantmigrator.internal.jdbc.ScriptFailure;
import dev.tenantmigrator.internal.jdbc.Session;
import dev.tenantmigrator.internal.jdbc.SqlErrors;
import dev.tenantmigrator.internal.script.PreparedScript;
import dev.tenantmigrator.internal.tracking.store.RecordErrors;
import dev.tenantmigrator.internal.tracking.store.Recorder;
import dev.tenantmigrator.report.Failure;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/** Turns the error of a migration in a transaction into a failure that says what to do. */
final class MigrationErrors {

    private static final String LOCK_TIMEOUT = "55P03";

    /**
     * Raised by statements whose text does not show the problem: {@code REINDEX} of a partitioned table, {@code CALL} of a
     * procedure that commits.
     */
    private static final Set<String> NOT_IN_TRANSACTION = Set.of("25001", "2D000");

    /** The use of a label in the transaction that has added it. */
    private static final String UNSAFE_LABEL = "55P04";

    private static final String NOTHING_KEPT = "; nothing of the script was kept";

    /** Undefined table or schema. */
    private static final Set<String> NOT_THERE = Set.of("42P01", "3F000");

    private static final String TAMPERED =
            "the script changes the tracking table, or keeps the library from changing it; remove that from the script";

    private static final String HOLDERS = """
            SELECT DISTINCT l.pid
              FROM pg_catalog.pg_locks l
              JOIN pg_catalog.pg_database d ON d.oid = l.database
              JOIN pg_catalog.pg_class c ON c.oid = l.relation
              JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
             WHERE d.datname = pg_catalog.current_database() AND n.nspname = ?
               AND l.granted AND l.pid <> pg_catalog.pg_backend_pid()
             ORDER BY 1 LIMIT 5""";

    private MigrationErrors() {}

    /** Whether an error may mean that the tenant was dropped or renamed. */
    static boolean mayBeGone(SQLException e) {
        return !(e instanceof ScriptFailure) && NOT_THERE.contains(SqlErrors.state(e));
    }

    /**
     * The exception for an error of a script.
     *
     * @param attempts the attempts at the script
     */
    static MigrationFailedException of(
            SQLException e,
            MigrationRun run,
            String schema,
            Migration migration,
            Session session,
            AttemptCounter attempts) {
        PreparedScript prepared = run.script(migration);
        String state = SqlErrors.state(e);
        Failure failure = explained(e, prepared.file(), run.recorder(), NOTHING_KEPT);
        if (LOCK_TIMEOUT.equals(state)) {
            failure = failure.withMessage(
                    "another session held a lock that the script needs, " + times(attempts.count()) + " for "
                            + prepared.settings().lockTimeout() + " within " + seconds(attempts.time())
                            + NOTHING_KEPT + ". "
                            + holders(session, schema));
        } else if (PassingErrors.mayPass(e)) {
            failure = failure.withMessage(failure.message() + "; tried " + times(attempts.count()) + " within "
                    + seconds(attempts.time()) + NOTHING_KEPT + "; run it again");
        }
        return new MigrationFailedException(
                run.config().detailed(failure.inTenant(schema).ofVersion(migration.version()), e),
                SqlErrors.withoutDetail(e));
    }

    /**
     * The failure for an error of a script in a transaction, with the remedy if there is a known one.
     *
     * @param kept what was kept of the script
     */
    static Failure explained(SQLException e, MigrationScript script, Recorder recorder, String kept) {
        String state = SqlErrors.state(e);
        Failure failure = e instanceof ScriptFailure failed
                ? failed.failure()
                : SqlErrors.failure(e).inFile(script.location());
        if (NOT_IN_TRANSACTION.contains(state)) {
            failure = failure.withMessage(failure.message() + kept + ". PostgreSQL runs this only"
                    + " outside of a transaction: begin the file with \"-- tenant-migrator: no-transaction\"");
        }
        if (UNSAFE_LABEL.equals(state)) {
            failure = failure.withMessage(failure.message() + kept
                    + ". The script adds this label and uses it in one transaction, and its text"
                    + " does not show that, or asks for it by BEGIN: put the ALTER TYPE … ADD VALUE into a migration"
                    + " of its own before this one");
        }
        if (LockTable.isFull(e)) {
            failure = failure.withMessage(failure.message() + kept + ". It needs more locks in one"
                    + " transaction than the server has left: raise max_locks_per_transaction (needs a server restart),"
                    + " split the script, or run it when the server is less busy");
        }
        return SqlErrors.says(e, TransactionalRun.RECORD_TAMPERED)
                ? Failure.of(TAMPERED).inFile(script.location())
                : RecordErrors.explained(failure, e, recorder, TAMPERED);
    }

    private static String times(int attempts) {
        return attempts == 1 ? "once" : attempts + " times";
    }

    private static String seconds(Duration time) {
        return Math.max(1, Math.round(time.toMillis() / 1000.0)) + " s";
    }

    /** Names the sessions that hold locks in the tenant now; the script most probably waited for one of them. */
    private static String holders(Session session, String schema) {
        List<String> processes = session.isLost() ? List.of() : holders(session.connection(), schema);
        return processes.isEmpty()
                ? "End that session's transaction (pg_stat_activity shows it), or run it again when the transaction has ended"
                : "Locks in the tenant's schema are now held by server process "
                        + String.join(", ", processes)
                        + " (pg_stat_activity shows its statement): end its transaction, or run it again when the transaction has ended";
    }

    private static List<String> holders(Connection connection, String schema) {
        try {
            return Jdbc.query(connection, HOLDERS, row -> row.getString(1), schema);
        } catch (SQLException e) {
            // The list only improves the message.
            return List.of();
        }
    }
}
