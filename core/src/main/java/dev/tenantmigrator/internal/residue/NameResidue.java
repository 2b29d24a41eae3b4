package dev.tenantmigrator.internal.residue;

import dev.tenantmigrator.internal.jdbc.Jdbc;
import dev.tenantmigrator.internal.jdbc.PassingErrors;
import dev.tenantmigrator.internal.jdbc.Pipeline;
import dev.tenantmigrator.internal.jdbc.SqlErrors;
import dev.tenantmigrator.internal.jdbc.Undone;
import dev.tenantmigrator.internal.sql.ReservedSchemas;
import dev.tenantmigrator.internal.sql.Sql;
import dev.tenantmigrator.internal.sql.rewrite.SchemaRenaming;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the places that would still hold a schema's name after {@code ALTER SCHEMA … RENAME}: names of objects, and text in
 * definitions and rows. It finds the name in any case, also in {@code bytea}. It cannot find a value that was computed from the
 * name, as a hash, base64 or its length.
 */
public final class NameResidue {

    private static final Logger LOG = LoggerFactory.getLogger(NameResidue.class);

    private static final SecureRandom RANDOM = new SecureRandom();

    /** To be sent before {@link #adaptFunctions}: bodies are stored unchecked, because they may need objects that do not exist yet. */
    public static final String UNCHECKED_BODIES = "SET LOCAL check_function_bodies TO off";

    private static final String FUNCTIONS = """
            SELECT pg_catalog.pg_get_functiondef(p.oid)
              FROM pg_catalog.pg_namespace n JOIN pg_catalog.pg_proc p ON p.pronamespace = n.oid
             WHERE n.nspname = ? AND p.prokind IN ('f', 'p', 'w')
               AND (pg_catalog.concat_ws(' ', p.prosrc, p.proconfig) OPERATOR(pg_catalog.~*) ?
                    OR pg_catalog.concat_ws(' ', p.proargdefaults, p.prosqlbody) OPERATOR(pg_catalog.~*) ?)
               AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                                WHERE d.classid = 'pg_catalog.pg_proc'::regclass AND d.objid = p.oid
                                  AND d.deptype = 'e')""";

    private NameResidue() {}

    /**
     * A place that holds the name.
     *
     * @param object describes it for people, e.g. {@code view vendor_view}, {@code function f(integer)}, {@code default of column
     *     vendor.code} or {@code rows of table vendor}
     * @param adaptable whether {@link #adaptFunctions} removes the name
     */
    public record Place(String object, boolean adaptable) {}

    /**
     * The places in definitions. The schema is renamed and its functions adapted, to find out which of them are adaptable; then all
     * of that is rolled back. If one of them cannot be adapted, none counts as adaptable, because a rename would fail.
     *
     * @param connection in a transaction, whose settings and changes stay as they are
     */
    public static List<Place> inDefinitions(Connection connection, String schema) throws SQLException {
        NamePattern pattern = NamePattern.anywhere(schema);
        List<Place> found = Undone.run(connection, () -> places(connection, schema, pattern));
        if (found.stream().noneMatch(Place::adaptable)) {
            return found;
        }
        List<Place> left;
        try {
            left = Undone.run(connection, () -> inRenamed(connection, schema, pattern));
        } catch (IllegalArgumentException e) {
            LOG.debug("A function of {} cannot be adapted", schema, e);
            left = found;
        } catch (SQLException e) {
            throwIfPassing(e);
            LOG.debug("A function of {} cannot be replaced", schema, SqlErrors.withoutDetail(e));
            left = found;
        }
        Set<String> remaining = left.stream().map(Place::object).collect(Collectors.toSet());
        return found.stream()
                .map(place -> new Place(place.object(), place.adaptable() && !remaining.contains(place.object())))
                .toList();
    }

    /** The places in definitions that hold the old name after a rename, as a word. */
    public static List<Place> leftInDefinitions(Connection connection, String schema, String newSchema)
            throws SQLException {
        return Undone.run(connection, () -> places(connection, newSchema, NamePattern.word(schema, newSchema)));
    }

    /**
     * The places in rows, materialized views and large objects of this transaction. It reads every row, so it is for new tenants.
     * Foreign tables are not read.
     *
     * @param connection in a transaction, whose settings and changes stay as they are
     */
    public static List<Place> inData(Connection connection, String schema) throws SQLException {
        NamePattern pattern = NamePattern.anywhere(schema);
        return Undone.run(connection, () -> new DataSearch(connection, schema, pattern.data()).places());
    }

    /** The statements that put the new name into the schema's functions, after it was renamed. */
    public static Pipeline adaptFunctions(Connection connection, String schema, String newSchema) throws SQLException {
        NamePattern pattern = NamePattern.word(schema, newSchema);
        Pipeline pipeline = new Pipeline();
        for (String definition : Jdbc.query(
                connection, FUNCTIONS, row -> row.getString(1), newSchema, pattern.words(), pattern.tree())) {
            String adapted = SchemaRenaming.rename(definition, schema, newSchema);
            if (!adapted.equals(definition)) {
                pipeline.add(adapted.strip());
            }
        }
        return pipeline;
    }

    /** An error that may pass, as a timeout or a lost connection, says nothing of an object. */
    static void throwIfPassing(SQLException e) throws SQLException {
        String state = SqlErrors.state(e);
        if (SqlErrors.isConnectionLost(e)
                || PassingErrors.mayPass(state)
                || state.startsWith("53")
                || state.startsWith("57")) {
            throw e;
        }
    }

    private static List<Place> inRenamed(Connection connection, String schema, NamePattern pattern)
            throws SQLException {
        String other = ReservedSchemas.OWN_PREFIX + "renamed_" + Long.toHexString(RANDOM.nextLong());
        new Pipeline()
                .add("ALTER SCHEMA " + Sql.identifier(schema) + " RENAME TO " + Sql.identifier(other))
                .add(UNCHECKED_BODIES)
                .send(connection);
        adaptFunctions(connection, schema, other).send(connection);
        return places(connection, other, pattern);
    }

    private static List<Place> places(Connection connection, String schema, NamePattern pattern) throws SQLException {
        Jdbc.execute(connection, DefinitionQuery.SETTINGS);
        return Jdbc.query(
                connection,
                DefinitionQuery.SQL,
                row -> new Place(onOneLine(row.getString(1)), row.getBoolean(2)),
                pattern.words(),
                pattern.tree(),
                schema,
                schema);
    }

    /** A script chooses the names of objects, and must not write lines of a log. */
    static String onOneLine(String object) {
        return object.replaceAll("\\p{Cntrl}+", " ");
    }
}
