package dev.tenantmigrator.internal.drift;

import dev.tenantmigrator.internal.jdbc.Jdbc;
import dev.tenantmigrator.internal.sql.Sql;
import dev.tenantmigrator.report.Difference;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * Finds objects that keep a statement from changing or dropping what they depend on: views over it, foreign keys to it, and policies,
 * triggers and rules of its table. Never a table or a column, because rows would be lost.
 */
final class ObjectsInTheWay {

    /** Views that depend on an object of the schema, directly or over other views; those that depend on others first. */
    private static final String VIEWS = """
            WITH RECURSIVE target(classid, oid, depth) AS (
                SELECT d.classid, d.objid, 0 FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_namespace n ON n.oid = d.refobjid
                 WHERE d.refclassid = 'pg_catalog.pg_namespace'::pg_catalog.regclass AND n.nspname = ?
                   AND (d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = pg_catalog.to_regclass(?)
                        OR d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND d.objid = pg_catalog.to_regprocedure(?)
                        OR d.classid = 'pg_catalog.pg_type'::pg_catalog.regclass AND d.objid = pg_catalog.to_regtype(?))
                UNION ALL
                SELECT 'pg_catalog.pg_class'::pg_catalog.regclass, w.ev_class, t.depth + 1
                  FROM target t JOIN pg_catalog.pg_depend d ON d.refclassid = t.classid AND d.refobjid = t.oid
                                                           AND d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass
                  JOIN pg_catalog.pg_rewrite w ON w.oid = d.objid AND w.ev_class <> t.oid AND t.depth < 50)
            SELECT CASE c.relkind WHEN 'm' THEN 'MATERIALIZED VIEW' ELSE 'VIEW' END, c.relname
              FROM target t JOIN pg_catalog.pg_class c ON c.oid = t.oid AND c.relkind IN ('v', 'm') AND t.depth > 0
              JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace AND n.nspname = ?
             GROUP BY c.relkind, c.relname ORDER BY pg_catalog.max(t.depth) DESC, c.relname""";

    /** Foreign keys to a table, of tables of the schema. */
    private static final String FOREIGN_KEYS = """
            SELECT c.relname, k.conname FROM pg_catalog.pg_constraint k JOIN pg_catalog.pg_class c ON c.oid = k.conrelid
              JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
             WHERE k.contype = 'f' AND k.conparentid = 0 AND k.confrelid = pg_catalog.to_regclass(?) AND n.nspname = ?
             ORDER BY 1, 2""";

    private ObjectsInTheWay() {}

    /** The statements that drop them; the search path begins with the schema. */
    static List<String> drop(Connection connection, String schema, Difference difference, List<StructureRow> actual)
            throws SQLException {
        List<String> statements = new ArrayList<>();
        StructureRow row = actual.stream()
                .filter(one -> one.kind().name().equals(difference.kind())
                        && one.object().equals(difference.object()))
                .findFirst()
                .orElse(null);
        String relation = Sql.qualified(schema, row == null ? "?" : row.table().orElse(row.object()));
        String named = Sql.identifier(schema) + '.' + difference.object();
        boolean routine = difference.object().endsWith(")");
        Jdbc.forEach(
                connection,
                VIEWS,
                view -> statements.add("DROP " + view.getString(1) + " IF EXISTS " + Sql.identifier(view.getString(2))),
                schema,
                relation,
                routine ? named : "pg_catalog.now()",
                row != null && row.table().isEmpty() && !routine ? named : "pg_catalog.void",
                schema);
        Jdbc.forEach(
                connection,
                FOREIGN_KEYS,
                key -> statements.add("ALTER TABLE " + Sql.identifier(key.getString(1)) + " DROP CONSTRAINT "
                        + Sql.identifier(key.getString(2))),
                relation,
                schema);
        return statements;
    }
}
