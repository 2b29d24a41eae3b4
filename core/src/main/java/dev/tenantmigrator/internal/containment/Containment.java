package dev.tenantmigrator.internal.containment;

import dev.tenantmigrator.internal.jdbc.Flight;
import dev.tenantmigrator.internal.jdbc.ScriptFailure;
import dev.tenantmigrator.internal.jdbc.SqlErrors;
import dev.tenantmigrator.internal.sql.Sql;
import dev.tenantmigrator.report.Failure;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a transaction inside its tenant's schema: the database is asked, before the commit, what was touched. The answer of a
 * short question that travels with the script is enough for ordinary scripts; after the others the transaction is taken back
 * and run again while it is watched. Thread-safe.
 */
public final class Containment {

    /** The search path of what is the library's own behind a script, which may have set one with functions of its own. */
    public static final String OWN_PATH = "SET LOCAL search_path TO pg_catalog, pg_temp";

    /** Ends a transaction of the library's own that wrote to catalogs, so that the next one's counters begin at zero. */
    public static final String COUNTED = "SELECT pg_catalog.pg_stat_force_next_flush()";

    private static final Logger LOG = LoggerFactory.getLogger(Containment.class);
    private static final int NAMED = 3;

    private static final String SUSPICIOUS = SqlErrors.marker("something outside may have been touched");

    /** Stand for the tenant's name, and that of a table of it, in a question; no name holds the character. */
    private static final String ANY_TENANT = "\0s";

    private static final String ANY_TABLE = "\0t";

    private final Allowed allowed;
    private final boolean countsRows;
    private final Map<Form, String> questions = new ConcurrentHashMap<>();

    private record Form(Ordinary ordinary, boolean recorded) {}

    /**
     * @param allowed what may be touched
     */
    public Containment(Allowed allowed) {
        this(allowed, false);
    }

    private Containment(Allowed allowed, boolean countsRows) {
        this.allowed = allowed;
        this.countsRows = countsRows;
    }

    /**
     * The same for a run over many tenants: learns what the server counts, and warns of a role and a setting for which this does
     * not hold.
     */
    public static Containment ofRun(Allowed allowed, Connection connection) throws SQLException {
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
            return new Containment(allowed, rows.getString(2).equals("on") && !rows.getBoolean(3));
        }
    }

    /** Sends statements that may be watched. */
    @FunctionalInterface
    public interface Work {
        /** Sends them, in the transaction. */
        void run() throws SQLException;
    }

    /**
     * The question, as expressions for the list of a {@code SELECT} that runs with {@link #OWN_PATH} behind the scripts, when
     * what they deferred was checked. The counters that it relies on are of the session: it has them handed in at the end of
     * the transaction, so that the next one begins at zero.
     *
     * @param ordinary what is ordinary in what was run
     */
    public String question(String tenant, Ordinary ordinary) {
        return question(tenant, ordinary, Optional.empty());
    }

    /**
     * The same, which is also suspicious unless one row was written to a table, or deleted from it, and nothing else was done to
     * that.
     *
     * @param recordedIn a table of the tenant, as SQL names it; only where {@link #countsRows}
     */
    public String question(String tenant, Ordinary ordinary, Optional<String> recordedIn) {
        return questions
                .computeIfAbsent(new Form(ordinary, recordedIn.isPresent()), this::questionOfAnyone)
                .replace(ANY_TABLE, recordedIn.map(Sql::literal).orElse(""))
                .replace(ANY_TENANT, Sql.literal(tenant));
    }

    /**
     * An expression for the list of a {@code SELECT} with {@link #OWN_PATH} that fails unless one row was written to a table, or
     * deleted from it; only where {@link #countsRows}.
     *
     * @param table as SQL names it
     * @param otherwise what its error message contains
     */
    public static String assertOneRowSql(String table, String otherwise) {
        return "(CASE WHEN " + ShortQuestion.isOtherThanOneRow(Sql.literal(table) + "::regclass") + " THEN "
                + Sql.literal(otherwise) + " ELSE '0' END)::int";
    }

    /** Whether the server counts the rows that a transaction writes to a tenant's table. */
    public boolean countsRows() {
        return countsRows;
    }

    private String questionOfAnyone(Form form) {
        Optional<String> recordedIn = form.recorded() ? Optional.of(ANY_TABLE + "::regclass") : Optional.empty();
        return "(CASE WHEN "
                + ShortQuestion.mayHaveTouchedOthers(allowed, form.ordinary(), ANY_TENANT, recordedIn) + " THEN '"
                + SUSPICIOUS + "' ELSE '0' END)::int, pg_stat_force_next_flush()";
    }

    /** Whether an error is the answer that something may have been touched: then it must be watched. */
    public static boolean isSuspicion(SQLException e) {
        return SqlErrors.says(e, SUSPICIOUS);
    }

    /**
     * Runs statements and watches what they touch, in a transaction that the caller takes back when this throws.
     *
     * @param connection its search path is another afterwards
     * @param first what to send in the same round trip before
     * @param mayGrant whether privileges may be changed by what does not show: then all relations are looked through
     * @param work sends the statements
     * @throws TouchedOthersException when they touched something that is not allowed
     */
    public void watch(Connection connection, String tenant, List<String> first, boolean mayGrant, Work work)
            throws SQLException {
        Watch watch = new Watch(connection, allowed, tenant, first);
        work.run();
        List<Stranger> strangers = watch.strangers(mayGrant);
        if (!strangers.isEmpty()) {
            throw new TouchedOthersException(strangers);
        }
    }

    /**
     * Runs the statements once more, one by one, to see which of them it was; the caller takes the transaction back.
     *
     * @param flight what {@link #watch} had run
     * @return the failure to report, at the place when it was found again
     */
    public ScriptFailure locate(Connection connection, String tenant, Flight flight, TouchedOthersException found)
            throws SQLException {
        Watch watch = new Watch(connection, allowed, tenant, List.of());
        Failure failure = Failure.of(message(found.strangers()));
        return flight.walkUntil(
                        connection, () -> !watch.touched(found.strangers()).isEmpty(), failure)
                .orElseGet(() -> new ScriptFailure(failure));
    }

    private static String message(List<Stranger> strangers) {
        // An index or sequence is told by its table, when that was touched too.
        Set<Long> tables = strangers.stream()
                .filter(stranger -> stranger.owner() == stranger.oid())
                .map(Stranger::oid)
                .collect(Collectors.toSet());
        List<Stranger> named = strangers.stream()
                .filter(stranger -> stranger.owner() == stranger.oid() || !tables.contains(stranger.owner()))
                .sorted(Comparator.comparing(
                        (Stranger stranger) -> !stranger.kind().equals("table")))
                .toList();
        String names = named.stream().limit(NAMED).map(Stranger::toString).collect(Collectors.joining(", "));
        String more = named.size() > NAMED ? " and " + (named.size() - NAMED) + " more" : "";
        return "the script touched " + names + more
                + ", outside of its tenant's schema; nothing of it was kept. Where its"
                + " text does not say so, dynamic SQL, a function or a trigger did it, or a name without a schema that the"
                + " tenant does not have: write public.x, which is always the tenant's. If the others are meant, allow"
                + " them by name: sharedObjects"
                + " (--shared-object), allowTables (--allow-table), allowSchemas (--allow-schema), or the shared schema for"
                + " one run: withSharedSchemaChanges() (--allow-shared-schema)";
    }
}
