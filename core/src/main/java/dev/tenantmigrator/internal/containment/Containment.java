package dev.tenantmigrator.internal.containment;

import dev.tenantmigrator.internal.config.Config;
import dev.tenantmigrator.internal.jdbc.Jdbc;
import dev.tenantmigrator.internal.jdbc.Pipeline;
import dev.tenantmigrator.internal.jdbc.ScriptFailure;
import dev.tenantmigrator.internal.jdbc.SqlErrors;
import dev.tenantmigrator.internal.sql.Sql;
import dev.tenantmigrator.internal.sql.rules.ExpectedEffects;
import dev.tenantmigrator.report.Failure;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * Keeps a transaction inside its tenant's schema: before the commit, a check in the database finds everything that it touched. A
 * script whose locks show all its effects has the quick check, in the same round trip. Any other script has the full check, which
 * first records the state before the script, and so needs a round trip more. Thread-safe.
 */
public final class Containment {

    /** Sets the search path for the library's own statements after a script, which may have put functions of its own into it. */
    public static final String LIBRARY_SETTINGS =
            "SELECT pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true),"
                    + " pg_catalog.set_config('standard_conforming_strings', 'on', true),"
                    + " pg_catalog.set_config('quote_all_identifiers', 'off', true)";

    /**
     * Makes the server flush the session's counters of written rows when the transaction ends. A transaction of the library's own
     * that writes to catalogs needs it, so that the next check starts from zero.
     */
    public static final String FLUSH_COUNTERS = "SELECT pg_catalog.pg_stat_force_next_flush()";

    private final AllowList allowed;
    private final ReadCheck reads;
    private final ReadWarnings readWarnings;
    private final NodeCheck node;
    private final ServerFacts server;
    private final boolean historyHidesEffects;
    private final Set<String> hidingCode;
    private final QuickChecks quickChecks;
    private final Map<Boolean, String> fullChecks = new ConcurrentHashMap<>();

    /** For checks of a few tenants, which assume that code may hide its effects. */
    public Containment(Config config) {
        this(config, AllowList.of(config, false), ServerFacts.UNKNOWN, true, Set.of());
    }

    private Containment(
            Config config, AllowList allowed, ServerFacts server, boolean historyHidesEffects, Set<String> hidingCode) {
        this.node = new NodeCheck(allowed, config.recorder().tableInSchema());
        this.server = server;
        this.allowed = allowed;
        this.reads = new ReadCheck(allowed, config.readsOutside());
        this.readWarnings = new ReadWarnings(config, reads);
        this.quickChecks = new QuickChecks(allowed, reads);
        this.historyHidesEffects = historyHidesEffects;
        this.hidingCode = hidingCode;
    }

    /**
     * For a run over many tenants: reads whether the server counts written rows, and which schemas have functions that hide their
     * effects. Warns of a superuser role, and of a server that counts nothing, because containment is incomplete with them.
     *
     * @param sharedSchemaChanges whether the shared schema may be changed in this run
     * @param historyHidesEffects whether any migration hides its effects: it may have left more than functions, so all code is suspect
     */
    public static Containment ofRun(
            Config config,
            boolean sharedSchemaChanges,
            Collection<String> tenants,
            boolean historyHidesEffects,
            Connection connection)
            throws SQLException {
        AllowList allowed = AllowList.of(config, sharedSchemaChanges);
        ServerFacts server = ServerFacts.read(connection);
        server.warn();
        return new Containment(
                config,
                allowed,
                server,
                historyHidesEffects,
                historyHidesEffects ? Set.of() : HidingCode.find(allowed, tenants, connection));
    }

    /** Whether a tenant's migrations could, when the run began, call code that hides its effects. */
    public boolean mayHideEffects(String tenant) {
        return historyHidesEffects
                || hidingCode.contains(tenant)
                || hidingCode.contains(allowed.sharedSchema())
                || !Collections.disjoint(hidingCode, allowed.schemas());
    }

    /** The statement that begins the quick check, directly after the tenant's lock; empty when the check needs none. */
    public Optional<String> declareQuickSql(String tenant, ExpectedEffects effects) {
        return QuickCheck.declareSql(effects, Sql.literal(tenant));
    }

    /**
     * The statements of the quick check, for {@link #LIBRARY_SETTINGS} after the script. They fail when the transaction {@linkplain
     * #needsFullCheck needs the full check}. They also have the session's counters flushed at the end of the transaction, so that
     * the counters begin at zero for the next one.
     *
     * @param effects of the script, which must be plain
     * @param recordedIn the tenant's tracking table, as SQL names it: the check fails unless exactly one row of it was written or
     *     deleted. Only with {@link #countsRows}
     * @param also an expression to evaluate in the same statement
     */
    public List<String> quickCheck(String tenant, ExpectedEffects effects, Optional<String> recordedIn, String also) {
        return Stream.concat(
                        quickChecks.sql(tenant, effects, recordedIn, also).stream(),
                        (server.hasCitus() ? node.of(tenant) : new Pipeline()).statements().stream())
                .toList();
    }

    /** Whether an error is that of the quick check for a transaction that needs the full check, if only to name the statement. */
    public static boolean needsFullCheck(SQLException e) {
        return SqlErrors.says(e, QuickChecks.UNEXPECTED) || SqlErrors.says(e, ForeignObjectsException.MARKER);
    }

    /**
     * A column for a {@code SELECT} with {@link #LIBRARY_SETTINGS} that fails with a message unless exactly one row of a table, as SQL
     * names it, was written or deleted. Only with {@link #countsRows}.
     */
    public static String assertOneRowSql(String table, String otherwise) {
        return QuickCheck.failingIf(QuickCheck.isOtherThanOneRow(Sql.literal(table) + "::regclass"), otherwise);
    }

    /** The reads of a tenant's transaction with the quick check, which asks for them in its own statement. */
    public OutsideReads reads(String tenant) {
        return new OutsideReads(reads, readWarnings, tenant);
    }

    /** The message for a report, after the rollback of a transaction that touched or read foreign objects. */
    public String describe(ForeignObjectsException found, Connection connection) throws SQLException {
        return found.describe(connection, readWarnings);
    }

    /** Whether the server counts the rows that a transaction writes to a tenant's tables. */
    public boolean countsRows() {
        return server.countsTenantRows();
    }

    /**
     * The statement that begins the full check, directly after {@code BEGIN}: it opens the cursor that later shows the state before
     * the script. Then select {@link #startColumns} and hand the row to {@link #started}.
     */
    public String declareSql(String tenant) {
        return FullCheck.declareSql(allowed, Sql.literal(tenant));
    }

    /** The columns of the full check's start, for a {@code SELECT} with any search path. */
    public String startColumns(String tenant) {
        return FullCheck.startColumns(allowed, tenant);
    }

    /** The full check of one transaction, after its start. */
    public final class Checked {

        private final String tenant;
        private final CheckStart start;
        private final OutsideReads read;

        private Checked(String tenant, CheckStart start) {
            this.tenant = tenant;
            this.start = start;
            this.read = Containment.this.reads(tenant);
        }

        /** The reads of the transaction. */
        public OutsideReads reads() {
            return read;
        }

        /**
         * The statement of the check, after the transaction's work, its deferred work and {@link #LIBRARY_SETTINGS}. It fails with a
         * {@link ForeignObjectsException}, once that is {@linkplain ForeignObjectsException#find read} from the error.
         *
         * @param hidden whether code may have run that the script's text does not show
         */
        public String sql(boolean hidden) {
            String template = fullChecks.computeIfAbsent(
                    hidden || start.hidesEffects(),
                    hides -> FullCheck.template(allowed, hides, ForeignObjectsException.MARKER));
            return FullCheck.of(template, Sql.literal(tenant), start);
        }

        /** The statements that end a change of the record by the library itself, with which the tenant's triggers may have run. */
        public Pipeline afterRecord() {
            return new Pipeline()
                    .add("SET CONSTRAINTS ALL IMMEDIATE")
                    // So that work which a trigger defers again cannot write.
                    .add("SET TRANSACTION READ ONLY")
                    .add("SET CONSTRAINTS ALL IMMEDIATE")
                    .add(LIBRARY_SETTINGS)
                    .add(sql(true))
                    .addAll(onNode());
        }

        /** Like {@link #sql}, after a script, for whose {@link #reads} it also asks. */
        public Pipeline ofScript(boolean hidden) {
            Pipeline check = new Pipeline().add(sql(hidden));
            read.sql().ifPresent(check::add);
            return read.heardIn(check);
        }

        /** Asks the tenant's node of a cluster, after {@link #ofScript}; empty on one server. For a tenant that was there before. */
        public Pipeline onNode() {
            return start.cluster() ? node.of(tenant) : new Pipeline();
        }

        /** Whether a foreign object was touched by now. If so, the transaction has failed; otherwise it is as before. */
        boolean isForeignTouched(Connection connection) throws SQLException {
            try {
                check(connection, ofScript(true).addAll(onNode()));
                return false;
            } catch (SQLException e) {
                if (ForeignObjectsException.find(e).isPresent()) {
                    return true;
                }
                throw e;
            }
        }

        /** Runs the check now, in the middle of the transaction, and leaves the transaction as it is. */
        public void check(Connection connection) throws SQLException {
            check(connection, ofScript(true));
        }

        private void check(Connection connection, Pipeline questions) throws SQLException {
            new Pipeline()
                    .add("SAVEPOINT tenant_migrator_check")
                    .add(LIBRARY_SETTINGS)
                    .addAll(questions)
                    .add("ROLLBACK TO SAVEPOINT tenant_migrator_check")
                    .add("RELEASE SAVEPOINT tenant_migrator_check")
                    .send(connection);
        }
    }

    /** The full check of a transaction that was started by {@link #declareSql}, from the columns of {@link #startColumns}. */
    public Checked started(String tenant, ResultSet row, int first) throws SQLException {
        return new Checked(tenant, CheckStart.read(row, first, List.of()));
    }

    /** Begins the full check in a transaction that has touched nothing yet. */
    public Checked start(Connection connection, String tenant) throws SQLException {
        return start(connection, tenant, List.of());
    }

    /**
     * Begins the full check in a caller's transaction. The objects that it has touched by now are not the script's fault, unless the
     * script touches them again.
     */
    public Checked startWithin(Connection connection, String tenant) throws SQLException {
        reads(tenant).begin(true).send(connection);
        return start(connection, tenant, KnownChanges.read(connection));
    }

    private Checked start(Connection connection, String tenant, List<String> known) throws SQLException {
        new Pipeline().add(declareSql(tenant)).send(connection);
        return Jdbc.queryOne(
                connection,
                "SELECT " + startColumns(tenant),
                row -> new Checked(tenant, CheckStart.read(row, 1, known)));
    }

    /** Ends the full check in a transaction that continues. */
    public static String closeSql() {
        return "CLOSE " + FullCheck.EARLIER;
    }

    /**
     * Runs the statements of a pipeline again, one by one, to find the one that touched a foreign object. The caller rolls back.
     *
     * @param connection in a new transaction that was begun like the failed one, after its rollback
     * @param checked the new transaction's check
     * @param pipeline the statements of the failed transaction
     * @return the failure to report, with the statement's place when it was found
     */
    public ScriptFailure locate(
            Connection connection, Checked checked, Pipeline pipeline, ForeignObjectsException found)
            throws SQLException {
        Failure failure = Failure.of(describe(found, connection));
        return pipeline.sendOneByOneUntil(connection, () -> checked.isForeignTouched(connection), failure)
                .orElseGet(() -> new ScriptFailure(failure));
    }
}
