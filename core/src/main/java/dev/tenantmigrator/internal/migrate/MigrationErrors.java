package dev.tenantmigrator.internal.migrate;

import dev.tenantmigrator.Migration;
import dev.tenantmigrator.MigrationFailedException;
import dev.tenantmigrator.MigrationScript;
import dev.tenantmigrator.internal.jdbc.LockHolders;
import dev.tenantmigrator.internal.jdbc.LockTable;
import dev.tenantmigrator.internal.jdbc.PassingErrors;
import dev.tenantmigrator.internal.jdbc.ScriptFailure;
import dev.tenantmigrator.internal.jdbc.ServerAdvice;
import dev.tenantmigrator.internal.jdbc.Session;
import dev.tenantmigrator.internal.jdbc.SqlErrors;
import dev.tenantmigrator.internal.script.PreparedScript;
import dev.tenantmigrator.internal.tracking.store.RecordErrors;
import dev.tenantmigrator.internal.tracking.store.Recorder;
import dev.tenantmigrator.report.Failure;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/** Turns the error of a migration in a transaction into a failure that says what to do. */
final class MigrationErrors {

    /**
     * Raised by statements whose text does not show the problem: {@code REINDEX} of a partitioned table, {@code CALL} of a
     * procedure that commits.
     */
    private static final Set<String> NOT_IN_TRANSACTION = Set.of("25001", "2D000");

    /** The use of a label in the transaction that has added it. */
    private static final String UNSAFE_LABEL = "55P04";

    /** In a statement of the library: the role may not use the schema, or may not write to the tracking table. */
    private static final String FORBIDDEN = "42501";

    private static final String NOTHING_KEPT = "; nothing of the script was kept";

    /** Undefined table or schema. */
    private static final Set<String> NOT_THERE = Set.of("42P01", "3F000");

    private static final String TAMPERED =
            "the script changes the tracking table, or keeps the library from changing it; remove that from the script";

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
        Failure failure =
                explained(e, prepared.file(), run.recorder(), NOTHING_KEPT).inTenant(schema);
        if (LockHolders.isTimeout(e)) {
            failure = failure.withMessage(
                    "another session held a lock that the script needs, " + times(attempts.count()) + " for "
                            + prepared.settings().lockTimeout() + " within " + seconds(attempts.time())
                            + NOTHING_KEPT + ". "
                            + holders(session, schema, run.config().sharedSchema()));
        } else if (PassingErrors.mayPass(state)) {
            failure = failure.withMessage(failure.message() + "; tried " + times(attempts.count()) + " within "
                    + seconds(attempts.time()) + NOTHING_KEPT + "; run it again");
        }
        if (!session.isLost()) {
            failure = ServerAdvice.explained(
                    failure, e, session.connection(), run.config().sharedSchema());
        }
        return new MigrationFailedException(
                run.config().detailed(failure.ofVersion(migration.version()), e), SqlErrors.withoutDetail(e));
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
        if (FORBIDDEN.equals(state) && !(e instanceof ScriptFailure)) {
            failure = failure.withMessage(failure.message() + kept + ". Run as the owner of the tenant and its tracking"
                    + " table, or let the owner grant this role SELECT, INSERT, UPDATE, DELETE on the table and USAGE on"
                    + " its sequence");
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

    /** Names who holds locks in the tenant now; the script most probably waited for one of them. */
    static String holders(Session session, String schema, String sharedSchema) {
        Optional<String> holders =
                session.isLost() ? Optional.empty() : LockHolders.named(session.connection(), schema, sharedSchema);
        return holders.map(named -> named + ". Run it again when that has ended")
                .orElse(
                        "End that session's transaction (pg_stat_activity shows it, pg_prepared_xacts those that belong to no"
                                + " session), or run it again when the transaction has ended");
    }
}
