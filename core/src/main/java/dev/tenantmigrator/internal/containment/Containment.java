package dev.tenantmigrator.internal.containment;

import dev.tenantmigrator.internal.jdbc.Flight;
import dev.tenantmigrator.internal.jdbc.ScriptFailure;
import dev.tenantmigrator.internal.jdbc.SqlErrors;
import dev.tenantmigrator.internal.sql.Sql;
import dev.tenantmigrator.internal.sql.rules.ExpectedEffects;
import dev.tenantmigrator.report.Failure;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a transaction inside its tenant's schema: the database is asked, before the commit, what was touched. Where locks
 * show all that a script does there is a quick check, which travels with it; any other has the full check, for which the
 * transaction's beginning is told apart first. Thread-safe.
 */
public final class Containment {

    /** The search path of what is the library's own behind a script, which may have set one with functions of its own. */
    public static final String OWN_PATH = "SELECT pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true),"
            + " pg_catalog.set_config('standard_conforming_strings', 'on', true),"
            + " pg_catalog.set_config('quote_all_identifiers', 'off', true)";

    /** Ends a transaction of the library's own that wrote to catalogs, so that the next one's counters begin at zero. */
    public static final String COUNTED = "SELECT pg_catalog.pg_stat_force_next_flush()";

    private static final Logger LOG = LoggerFactory.getLogger(Containment.class);
    private static final int NAMED = 3;
    /** Of a line of the full check's answer: catalog, object, name. */
    private static final int PARTS = 3;

    private static final Predicate<String> NUMBER =
            Pattern.compile("[0-9]{1,10}").asMatchPredicate();

    private static final String UNEXPECTED = SqlErrors.marker("the transaction did more, or less, than its text says");

    private static final String FOREIGN = SqlErrors.marker("something outside was touched");

    /** Stand for the tenant's name, and that of a table of it, in a check; no name holds the character. */
    private static final String ANY_TENANT = "\0s";

    private static final String ANY_TABLE = "\0t";

    private final Allowed allowed;
    private final boolean countsRows;
    private final boolean historyHides;
    private final Set<String> hidingCode;
    private final Map<Form, List<String>> quickChecks = new ConcurrentHashMap<>();
    private final Map<Boolean, String> fullChecks = new ConcurrentHashMap<>();

    private record Form(ExpectedEffects effects, boolean recorded, String also) {}

    /**
     * @param allowed what may be touched
     */
    public Containment(Allowed allowed) {
        this(allowed, false, true, Set.of());
    }

    private Containment(Allowed allowed, boolean countsRows, boolean historyHides, Set<String> hidingCode) {
        this.allowed = allowed;
        this.countsRows = countsRows;
        this.historyHides = historyHides;
        this.hidingCode = hidingCode;
    }

    /**
     * The same for a run over many tenants: learns what the server counts and where functions are that hide what they do, and
     * warns of a role and a setting for which this does not hold.
     *
     * @param historyHides whether one of all migrations hides what it does: it may have left more than functions
     */
    public static Containment ofRun(
            Allowed allowed, Collection<String> tenants, boolean historyHides, Connection connection)
            throws SQLException {
        try (Statement statement = connection.createStatement();
                // Citus keeps the rows in tables of which the coordinator's are but the names.
                ResultSet rows = statement.executeQuery("SELECT pg_catalog.current_setting('is_superuser'),"
                        + " pg_catalog.current_setting('track_counts'), EXISTS (SELECT FROM pg_catalog.pg_extension"
                        + " WHERE extname OPERATOR(pg_catalog.=) 'citus')")) {
            rows.next();
            if (rows.getString(1).equals("on")) {
                LOG.warn(
                        "The role of the connection is a superuser, whose migrations no check can keep inside their tenant;"
                                + " use one that owns the tenants and has CREATE on the database");
            }
            if (!rows.getString(2).equals("on")) {
                LOG.warn(
                        "The server's setting track_counts is off: of what a migration touches outside of its tenant only"
                                + " relations are seen; turn it on");
            }
            return new Containment(
                    allowed,
                    rows.getString(2).equals("on") && !rows.getBoolean(3),
                    historyHides,
                    historyHides ? Set.of() : HidingCode.find(allowed, tenants, connection));
        }
    }

    /** Whether a tenant's migrations could run code that hides what it does, when the run began. */
    public boolean mayHideCode(String tenant) {
        return historyHides
                || hidingCode.contains(tenant)
                || hidingCode.contains(allowed.sharedSchema())
                || !Collections.disjoint(hidingCode, allowed.schemas());
    }

    /** A statement that begins the quick check, for right behind the transaction's lock, if it needs one. */
    public Optional<String> declareQuickSql(String tenant, ExpectedEffects effects) {
        return QuickCheck.declareSql(effects, Sql.literal(tenant));
    }

    /**
     * The quick check, as statements that run with {@link #OWN_PATH} behind the script. The counters that it relies on are of the
     * session: it has them handed in at the end of the transaction, so that the next one begins at zero.
     *
     * @param effects of a script that is plain
     * @param recordedIn a table of the tenant, as SQL names it, to which one row was written, or from which one was deleted, and
     *     nothing else; only where {@link #countsRows}
     * @param also an expression that is evaluated with it
     */
    public List<String> quickCheck(String tenant, ExpectedEffects effects, Optional<String> recordedIn, String also) {
        return quickChecks
                .computeIfAbsent(new Form(effects, recordedIn.isPresent(), also), this::quickCheckOfAnyone)
                .stream()
                .map(sql -> sql.replace(ANY_TABLE, recordedIn.map(Sql::literal).orElse(""))
                        .replace(ANY_TENANT, Sql.literal(tenant)))
                .toList();
    }

    private List<String> quickCheckOfAnyone(Form form) {
        Optional<String> recordedIn = form.recorded() ? Optional.of(ANY_TABLE + "::regclass") : Optional.empty();
        return QuickCheck.sql(allowed, ANY_TENANT, form.effects(), recordedIn, form.also(), UNEXPECTED);
    }

    /** Whether an error is the quick check's answer that the transaction needs the full one. */
    public static boolean needsFullCheck(SQLException e) {
        return SqlErrors.says(e, UNEXPECTED);
    }

    /**
     * An expression for the list of a {@code SELECT} with {@link #OWN_PATH} that fails unless one row was written to a table, or
     * deleted from it; only where {@link #countsRows}.
     *
     * @param table as SQL names it
     * @param otherwise what its error message contains
     */
    public static String assertOneRowSql(String table, String otherwise) {
        return QuickCheck.failingIf(QuickCheck.isOtherThanOneRow(Sql.literal(table) + "::regclass"), otherwise);
    }

    /** Whether the server counts the rows that a transaction writes to a tenant's table. */
    public boolean countsRows() {
        return countsRows;
    }

    /**
     * A statement that begins the full check, for right behind {@code BEGIN}: it opens the cursor that shows how things were.
     * Then {@link #startColumns} are to be asked, and {@link #started} to be told of their row.
     */
    public String declareSql(String tenant) {
        return FullCheck.declareSql(allowed, Sql.literal(tenant));
    }

    /** Expressions for the list of a {@code SELECT}; they depend on no search path. */
    public String startColumns(String tenant) {
        return FullCheck.startColumns(allowed, tenant);
    }

    /** The full check of a transaction that was begun so. */
    public final class Checked {

        private final String tenant;
        private final Start start;

        private Checked(String tenant, Start start) {
            this.tenant = tenant;
            this.start = start;
        }

        /**
         * The check: a statement for behind the script and {@link #OWN_PATH}, when what it deferred was checked.
         *
         * @param hidden whether code may have run that no text shows
         */
        public String sql(boolean hidden) {
            String template = fullChecks.computeIfAbsent(
                    hidden || start.hidesCode(), hides -> FullCheck.template(allowed, hides, FOREIGN));
            return FullCheck.of(template, Sql.literal(tenant), start);
        }

        /** Whether something foreign was touched by now; leaves all as it is, unless there was: then the transaction has failed. */
        boolean isForeignTouched(Connection connection) throws SQLException {
            try {
                check(connection);
                return false;
            } catch (SQLException e) {
                if (SqlErrors.says(e, FOREIGN)) {
                    return true;
                }
                throw e;
            }
        }

        /** Checks what was touched by now, and leaves all as it is; fails with what {@link Containment#foreign} tells apart. */
        public void check(Connection connection) throws SQLException {
            new Flight()
                    .add("SAVEPOINT tenant_migrator_check")
                    .add(OWN_PATH)
                    .add(sql(true))
                    .add("ROLLBACK TO SAVEPOINT tenant_migrator_check")
                    .add("RELEASE SAVEPOINT tenant_migrator_check")
                    .send(connection);
        }
    }

    /**
     * Takes note of how a transaction began.
     *
     * @param row with the columns of {@link #startColumns}
     * @param first the first of them, from 1
     */
    public Checked started(String tenant, ResultSet row, int first) throws SQLException {
        return new Checked(tenant, Start.read(row, first, List.of()));
    }

    /** Begins the full check in a transaction that touched nothing yet. */
    public Checked start(Connection connection, String tenant) throws SQLException {
        return start(connection, tenant, List.of());
    }

    /**
     * Begins the full check in a caller's transaction. What it has touched by now is not the script's fault, as long as the script
     * does no more to it.
     */
    public Checked startWithin(Connection connection, String tenant) throws SQLException {
        List<String> known = new ArrayList<>();
        new Flight().add("SAVEPOINT tenant_migrator_known").add(OWN_PATH).send(connection);
        known.addAll(lines(connection, FullCheck.knownSql()));
        for (String rows : FullCheck.knownRowsSql(lines(connection, FullCheck.writtenSql()))) {
            known.addAll(lines(connection, rows));
        }
        new Flight()
                .add("ROLLBACK TO SAVEPOINT tenant_migrator_known")
                .add("RELEASE SAVEPOINT tenant_migrator_known")
                .send(connection);
        return start(connection, tenant, known);
    }

    private static List<String> lines(Connection connection, String query) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            List<String> lines = new ArrayList<>();
            while (rows.next()) {
                lines.add(rows.getString(1));
            }
            return lines;
        }
    }

    private Checked start(Connection connection, String tenant, List<String> known) throws SQLException {
        new Flight().add(declareSql(tenant)).send(connection);
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT " + startColumns(tenant))) {
            row.next();
            return new Checked(tenant, Start.read(row, 1, known));
        }
    }

    /** Ends the full check in a transaction that goes on. */
    public static String closeSql() {
        return "CLOSE " + FullCheck.EARLIER;
    }

    /** The answer of the full check, if an error is that. What is gone has no name in it yet. */
    public static Optional<ForeignObjectsException> foreign(SQLException e) {
        if (!SqlErrors.says(e, FOREIGN)) {
            return Optional.empty();
        }
        List<ForeignObject> objects = String.valueOf(SqlErrors.root(e).getMessage())
                .lines()
                .map(line -> line.split(":", PARTS))
                .filter(parts ->
                        parts.length == PARTS && Stream.of(parts[0], parts[1]).allMatch(NUMBER))
                .map(parts -> new ForeignObject(Long.parseLong(parts[0]), Long.parseLong(parts[1]), parts[2]))
                .toList();
        return Optional.of(new ForeignObjectsException(objects));
    }

    /**
     * Runs the statements once more, one by one, to see which of them it was; the caller takes the transaction back.
     *
     * @param connection in a transaction that was begun like the first, with all that is gone there again
     * @param checked its check
     * @param flight what was checked
     * @return the failure to report, at the place when it was found again
     */
    public ScriptFailure locate(Connection connection, Checked checked, Flight flight, ForeignObjectsException found)
            throws SQLException {
        Failure failure = Failure.of(message(connection, found));
        return flight.walkUntil(connection, () -> checked.isForeignTouched(connection), failure)
                .orElseGet(() -> new ScriptFailure(failure));
    }

    /**
     * What an error says that was found by {@link #foreign}.
     *
     * @param connection without what was done: there what was dropped has its name again
     */
    public static String message(Connection connection, ForeignObjectsException found) throws SQLException {
        Set<String> names = new LinkedHashSet<>();
        for (ForeignObject object : found.objects()) {
            names.add(object.name().isEmpty() ? nameOf(connection, object) : object.name());
        }
        List<String> sorted = names.stream()
                .map(name -> name.replaceFirst("^default acl for", "default privileges for"))
                .sorted(Comparator.comparing((String name) -> !name.startsWith("table ")))
                .toList();
        String more = sorted.size() > NAMED ? " and " + (sorted.size() - NAMED) + " more" : "";
        return "the script touched "
                + String.join(", ", sorted.subList(0, Math.min(NAMED, sorted.size()))) + more
                + ", outside of its tenant's schema; nothing of it was kept. Where its"
                + " text does not say so, dynamic SQL, a function or a trigger did it, or a name without a schema that the"
                + " tenant does not have: write public.x, which is always the tenant's. If the others are meant, allow"
                + " them by name: sharedObjects"
                + " (--shared-object), allowTables (--allow-table), allowSchemas (--allow-schema), or the shared schema for"
                + " one run: withSharedSchemaChanges() (--allow-shared-schema)";
    }

    private static String nameOf(Connection connection, ForeignObject object) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(
                "SELECT i.type || ' ' || i.identity FROM pg_catalog.pg_identify_object(?::oid, ?::oid, 0) i")) {
            statement.setLong(1, object.catalog());
            statement.setLong(2, object.oid());
            try (ResultSet row = statement.executeQuery()) {
                String name = row.next() ? row.getString(1) : null;
                return name == null ? "an object that is gone" : name;
            }
        }
    }
}
