package dev.tenantmigrator.internal.residue;

import dev.tenantmigrator.internal.jdbc.Jdbc;
import dev.tenantmigrator.internal.jdbc.Pipeline;
import dev.tenantmigrator.internal.jdbc.SqlErrors;
import dev.tenantmigrator.internal.jdbc.Undone;
import dev.tenantmigrator.internal.residue.NameResidue.Place;
import dev.tenantmigrator.internal.sql.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Searches the data of one schema. It changes settings and tables, so its caller rolls back to a savepoint afterwards. */
final class DataSearch {

    /** With row_security off, a policy that hides rows from the reader is an error. */
    private static final String SETTINGS = "SET LOCAL search_path TO pg_catalog, pg_temp; SET LOCAL jit TO off;"
            + " SET LOCAL row_security TO off; SET LOCAL bytea_output TO hex";

    /**
     * Relations that hold rows. A table without pages has none; but on the coordinator of a cluster all tables have none. A
     * materialized view without contents cannot be read.
     */
    private static final String RELATIONS = """
            SELECT c.relname, c.relkind = 'm', c.relforcerowsecurity
            FROM pg_namespace n
            JOIN pg_depend d ON d.refclassid = 'pg_namespace'::regclass AND d.refobjid = n.oid
                            AND d.classid = 'pg_class'::regclass
            JOIN pg_class c ON c.oid = d.objid
            WHERE n.nspname = ? AND (c.relkind = 'r' OR c.relkind = 'm' AND c.relispopulated)
              AND (pg_relation_size(c.oid) > 0 OR to_regclass('pg_catalog.pg_dist_partition') IS NOT NULL)
            ORDER BY c.relname""";

    /**
     * The large objects that this transaction, or a subtransaction of it, made. Nothing says to which schema a large object belongs.
     */
    private static final String LARGE_OBJECTS = """
            SELECT r.oid
            FROM pg_largeobject_metadata r, (SELECT pg_current_xact_id()) own(xid), age(own.xid::xid) zero
            WHERE age(r.xmin) = zero
               OR age(r.xmin) < zero
                  AND pg_xact_status((own.xid::text::bigint - age(r.xmin) + zero)::text::xid8) = 'in progress'
            ORDER BY 1""";

    private static final String LARGE_OBJECT = """
            SELECT encode(lo_get(oid), 'hex') ~* ? OR concat_ws(' ', lomacl, obj_description(oid, 'pg_largeobject')) ~* ?
            FROM pg_largeobject_metadata WHERE oid = ?""";

    /** One query for so many relations: each takes a lock on a relation that this transaction has locked before. */
    private static final int CHUNK = 100;

    private final Connection connection;
    private final String schema;
    private final String pattern;

    DataSearch(Connection connection, String schema, String pattern) {
        this.connection = connection;
        this.schema = schema;
        this.pattern = pattern;
    }

    private record Relation(String name, boolean materializedView, boolean forcesPolicies) {

        String describe() {
            return (materializedView ? "materialized view " : "table ") + NameResidue.onOneLine(name);
        }
    }

    List<Place> places() throws SQLException {
        Jdbc.execute(connection, SETTINGS);
        List<Relation> relations = Jdbc.query(
                connection,
                RELATIONS,
                row -> new Relation(row.getString(1), row.getBoolean(2), row.getBoolean(3)),
                schema);
        List<Place> places = new ArrayList<>();
        for (int from = 0; from < relations.size(); from += CHUNK) {
            places.addAll(search(relations.subList(from, Math.min(from + CHUNK, relations.size()))));
        }
        for (long object : Jdbc.query(connection, LARGE_OBJECTS, row -> row.getLong(1))) {
            places.addAll(search(object));
        }
        return places;
    }

    private List<Place> search(List<Relation> relations) throws SQLException {
        try {
            return Undone.run(connection, () -> read(relations));
        } catch (SQLException e) {
            if (relations.size() == 1) {
                return unreadable("rows of " + relations.get(0).describe(), e);
            }
            if (SqlErrors.isConnectionLost(e)) {
                throw e;
            }
            List<Place> places = new ArrayList<>();
            for (Relation relation : relations) {
                places.addAll(search(List.of(relation)));
            }
            return places;
        }
    }

    private List<Place> read(List<Relation> relations) throws SQLException {
        Pipeline unhiding = new Pipeline();
        List<String> queries = new ArrayList<>();
        for (Relation relation : relations) {
            String name = Sql.qualified(schema, relation.name());
            if (relation.forcesPolicies()) {
                // Pending triggers would keep the table from being altered.
                unhiding.add("SET CONSTRAINTS ALL IMMEDIATE")
                        .add("ALTER TABLE " + name + " NO FORCE ROW LEVEL SECURITY");
            }
            queries.add("SELECT " + queries.size() + " WHERE EXISTS (SELECT FROM ONLY " + name
                    + " r WHERE ROW(r.*)::text ~* " + Sql.literal(pattern) + ')');
        }
        if (!unhiding.isEmpty()) {
            unhiding.send(connection);
        }
        return Jdbc.query(
                connection,
                String.join("\nUNION ALL ", queries),
                row -> new Place("rows of " + relations.get(row.getInt(1)).describe(), false));
    }

    private List<Place> search(long largeObject) throws SQLException {
        String name = "large object " + largeObject;
        try {
            boolean found = Undone.run(
                    connection,
                    () -> Jdbc.queryOne(
                            connection, LARGE_OBJECT, row -> row.getBoolean(1), pattern, pattern, largeObject));
            return found ? List.of(new Place(name, false)) : List.of();
        } catch (SQLException e) {
            return unreadable(name, e);
        }
    }

    private static List<Place> unreadable(String object, SQLException e) throws SQLException {
        NameResidue.throwIfPassing(e);
        return List.of(new Place(object + ", which cannot be read (SQLSTATE " + SqlErrors.state(e) + ")", false));
    }
}
