package dev.tenantmigrator.internal.jdbc;

import java.sql.Array;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Short queries about schemas. They read {@code pg_catalog}, because {@code information_schema} looks at every schema. */
public final class Queries {

    private Queries() {}

    /**
     * The schema's name in the text form of {@code regnamespace}, which has quotes where SQL needs them. The server needs no
     * join for this form. Empty for a number, because then the schema is gone.
     */
    public static Optional<String> schemaNamed(String text) {
        if (text.startsWith("\"")) {
            return Optional.of(text.substring(1, text.length() - 1).replace("\"\"", "\""));
        }
        return Character.isDigit(text.charAt(0)) ? Optional.empty() : Optional.of(text);
    }

    /** Whether a schema exists; also one of this transaction, or one committed since its snapshot. */
    public static boolean schemaExists(Connection connection, String schema) throws SQLException {
        return Jdbc.queryOne(
                connection,
                "SELECT pg_catalog.to_regnamespace(pg_catalog.quote_ident(?)) IS NOT NULL",
                row -> row.getBoolean(1),
                schema);
    }

    /** Those of some schemas that exist. */
    public static List<String> existingSchemas(Connection connection, Collection<String> schemas) throws SQLException {
        return Jdbc.query(
                connection,
                "SELECT name FROM pg_catalog.unnest(?::pg_catalog.text[]) AS names (name)"
                        + " WHERE pg_catalog.to_regnamespace(pg_catalog.quote_ident(name)) IS NOT NULL",
                row -> row.getString(1),
                schemas);
    }

    /**
     * An INVALID index, which no query uses.
     *
     * @param name of the index
     * @param table of the index
     * @param unique whether it is a unique index
     * @param ready whether writes maintain it; a build that found duplicates at once leaves one that they do not
     */
    public record InvalidIndex(String name, String table, boolean unique, boolean ready) {}

    /** The INVALID indexes of all schemas, by schema. One query for all, because any fleet has few. */
    public static Map<String, List<InvalidIndex>> invalidIndexes(Connection connection) throws SQLException {
        Map<String, List<InvalidIndex>> invalid = new HashMap<>();
        // Indexes of partitioned tables are left out: one is INVALID as long as a partition has none, which is no
        // fault.
        String query = """
                SELECT n.nspname, c.relname, t.relname, i.indisunique, i.indisready FROM pg_catalog.pg_index i
                  JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid AND c.relkind = 'i'
                  JOIN pg_catalog.pg_class t ON t.oid = i.indrelid
                  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
                 WHERE NOT i.indisvalid ORDER BY 1, 2""";
        Jdbc.forEach(
                connection,
                query,
                row -> invalid.computeIfAbsent(row.getString(1), schema -> new ArrayList<>())
                        .add(new InvalidIndex(
                                row.getString(2), row.getString(3), row.getBoolean(4), row.getBoolean(5))));
        return invalid;
    }

    /** The tables, among some, that each schema of the database has. For a large fleet faster than a query for each schema. */
    public static Map<String, Set<String>> presentTables(Connection connection, Collection<String> tables)
            throws SQLException {
        Map<String, Set<String>> present = new HashMap<>();
        // OFFSET 0 has PostgreSQL look up a schema's name only once.
        String query = """
                SELECT s.tables, pg_catalog.array_agg(s.name)
                  FROM (SELECT pg_catalog.array_agg(c.relname ORDER BY c.relname) AS tables,
                               c.relnamespace::pg_catalog.regnamespace::pg_catalog.text AS name
                          FROM pg_catalog.pg_class c
                         WHERE c.relname = ANY (?::name[]) AND c.relkind IN ('r', 'p')
                         GROUP BY c.relnamespace OFFSET 0) s
                 GROUP BY s.tables""";
        Jdbc.forEach(
                connection,
                query,
                row -> {
                    Set<String> found = Set.of(strings(row.getArray(1)));
                    for (String schema : strings(row.getArray(2))) {
                        schemaNamed(schema).ifPresent(name -> present.put(name, found));
                    }
                },
                tables);
        return present;
    }

    private static String[] strings(Array names) throws SQLException {
        return (String[]) names.getArray();
    }

    /** The tables, among some, that each of a few schemas has. */
    public static Map<String, Set<String>> presentTables(
            Connection connection, Collection<String> schemas, Collection<String> tables) throws SQLException {
        Map<String, Set<String>> present = new HashMap<>();
        // OFFSET 0 keeps the planner from joining in an order that reads a catalog once for each schema.
        String query = """
                SELECT n.name, c.relname
                  FROM (SELECT name, pg_catalog.to_regnamespace(pg_catalog.quote_ident(name)) AS oid
                          FROM pg_catalog.unnest(?::pg_catalog.text[]) names(name) OFFSET 0) n,
                       LATERAL (SELECT relname FROM pg_catalog.pg_class
                                 WHERE relnamespace = n.oid AND relname = ANY (?::name[]) AND relkind IN ('r', 'p')
                                OFFSET 0) c""";
        Jdbc.forEach(
                connection,
                query,
                row -> present.computeIfAbsent(row.getString(1), schema -> new HashSet<>())
                        .add(row.getString(2)),
                schemas,
                tables);
        return present;
    }
}
