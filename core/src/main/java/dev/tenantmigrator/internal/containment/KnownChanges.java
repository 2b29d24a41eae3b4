package dev.tenantmigrator.internal.containment;

import static dev.tenantmigrator.internal.containment.Catalogs.CHANGED_WITHOUT_LOCK;

import dev.tenantmigrator.internal.jdbc.Jdbc;
import dev.tenantmigrator.internal.jdbc.Pipeline;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * The changes that a caller's transaction had made before the script, as fingerprints. The full check passes over an object or a
 * catalog's row as long as its fingerprint is still one of these.
 */
final class KnownChanges {

    private KnownChanges() {}

    /** Reads the fingerprints and leaves the transaction as it is. */
    static List<String> read(Connection connection) throws SQLException {
        new Pipeline()
                .add("SAVEPOINT tenant_migrator_known")
                .add(Containment.LIBRARY_SETTINGS)
                .send(connection);
        List<String> known = new ArrayList<>(lines(connection, lockedSql()));
        for (String rows : rowsSql(lines(connection, writtenSql()))) {
            known.addAll(lines(connection, rows));
        }
        new Pipeline()
                .add("ROLLBACK TO SAVEPOINT tenant_migrator_known")
                .add("RELEASE SAVEPOINT tenant_migrator_known")
                .send(connection);
        return known;
    }

    private static List<String> lines(Connection connection, String query) throws SQLException {
        return Jdbc.query(connection, query, row -> row.getString(1));
    }

    /**
     * The fingerprint of a locked object: its locks, and for a relation the number of its written rows and the places of its rows
     * in the catalogs.
     */
    static String ofLocked(String catalog, String oid) {
        return """
                concat_ws(':', %1$s, %2$s, string_agg(DISTINCT mode, ',' ORDER BY mode), CASE WHEN %1$s = 1259 THEN
                    pg_stat_get_xact_tuples_inserted(%2$s) + pg_stat_get_xact_tuples_updated(%2$s) + pg_stat_get_xact_tuples_deleted(%2$s)
                    || (SELECT ctid::text FROM pg_class WHERE oid = %2$s)
                    || (SELECT string_agg(ctid::text, ',' ORDER BY attnum) FROM pg_attribute WHERE attrelid = %2$s) END)""".formatted(catalog, oid);
    }

    private static String lockedSql() {
        return """
                SELECT %s FROM (SELECT coalesce(classid, 1259) AS c, coalesce(objid, relation) AS o, mode FROM %s) m GROUP BY c, o""".formatted(ofLocked("c", "o"), OwnLocks.OF_CHANGES);
    }

    /** A query for the OIDs of the catalogs, among those changed without a lock, that the transaction has written to. */
    private static String writtenSql() {
        return "SELECT w.oid FROM unnest(" + Catalogs.oids(CHANGED_WITHOUT_LOCK.stream()) + ") w(oid)"
                + " WHERE pg_stat_get_xact_tuples_inserted(w.oid) + pg_stat_get_xact_tuples_updated(w.oid) > 0";
    }

    /** Queries for the fingerprints of the rows of these catalogs that the transaction has written. */
    private static List<String> rowsSql(List<String> oids) {
        return CHANGED_WITHOUT_LOCK.stream()
                .filter(catalog -> catalog != Catalogs.PG_TS_CONFIG_MAP && oids.contains(String.valueOf(catalog.oid())))
                .map(catalog -> "SELECT concat_ws(':', " + catalog.oid() + ", r.ctid, " + ownerOf(catalog) + ") FROM "
                        + catalog.sqlName() + " r WHERE "
                        + FullCheck.isOwn("pg_current_xact_id()"))
                .toList();
    }

    private static String ownerOf(Catalogs catalog) {
        return switch (catalog) {
            case PG_ATTRIBUTE -> "r.attrelid";
            case PG_CONSTRAINT -> "r.contypid";
            default -> "r.oid";
        };
    }
}
