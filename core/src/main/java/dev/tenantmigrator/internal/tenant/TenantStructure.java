package dev.tenantmigrator.internal.tenant;

import dev.tenantmigrator.internal.jdbc.Jdbc;
import java.sql.Array;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The structure of a tenant, and its relations that hold data.
 *
 * @param mark equal as long as no object of the schema was created, altered or dropped
 * @param data tables with data, and all materialized views
 */
record TenantStructure(String mark, List<Relation> data, List<Sequence> sequences) {

    /**
     * A table that was written at least once, or a materialized view.
     *
     * @param bytes of its file; 0 only if nothing was ever written
     * @param hidden whether row security hides rows from the table's owner too
     * @param populated whether it can be read
     */
    record Relation(long oid, long bytes, boolean view, boolean hidden, boolean populated, String name) {}

    /** A sequence; one with a cache may have given numbers to sessions that they have not used yet. */
    record Sequence(long oid, boolean cached, String name) {}

    /**
     * Rows of catalogs are counted and the numbers of their transactions added up. A change replaces a row by one of a later
     * transaction, so both figures stay equal only if nothing changed. {@code pg_class} and {@code pg_sequence} are compared by
     * content, because {@code TRUNCATE}, {@code REFRESH} and {@code RESTART} replace their rows. Everything is found by index: a
     * database may hold many tenants.
     */
    private static final String QUERY = """
            WITH space AS MATERIALIZED (
                SELECT n.oid, n.xmin FROM pg_catalog.pg_namespace n WHERE n.nspname = ?),
            members AS MATERIALIZED (
                SELECT d.classid, d.objid, d.xmin FROM pg_catalog.pg_depend d
                 WHERE d.refclassid = 'pg_catalog.pg_namespace'::pg_catalog.regclass
                   AND d.refobjid = (SELECT s.oid FROM space s)),
            own AS MATERIALIZED (
                SELECT ARRAY(SELECT m.objid FROM members m UNION ALL SELECT s.oid FROM space s) AS objects,
                       ARRAY(SELECT m.objid FROM members m
                              WHERE m.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
                             UNION ALL
                             SELECT t.typrelid FROM members m JOIN pg_catalog.pg_type t ON t.oid = m.objid
                              WHERE m.classid = 'pg_catalog.pg_type'::pg_catalog.regclass AND t.typrelid <> 0) AS relations)
            SELECT (SELECT pg_catalog.string_agg(p.part || ' ' || p.rows || ' ' || p.versions, ',')
                      FROM (%s) p(part, rows, versions)),
                   ARRAY(SELECT c.oid::pg_catalog.text || ' ' || pg_catalog.pg_relation_size(c.oid) || ' ' || c.relkind::pg_catalog.text
                                || ' ' || c.relforcerowsecurity || ' ' || c.relispopulated || ' ' || c.relname
                           FROM pg_catalog.pg_class c
                          WHERE c.oid = ANY ((SELECT o.relations FROM own o)::pg_catalog.oid[])
                            AND (c.relkind = 'm' OR c.relkind = 'r' AND pg_catalog.pg_relation_size(c.oid) > 0)
                          ORDER BY c.oid),
                   ARRAY(SELECT c.oid::pg_catalog.text || ' ' || (s.seqcache > 1) || ' ' || c.relname
                           FROM pg_catalog.pg_class c JOIN pg_catalog.pg_sequence s ON s.seqrelid = c.oid
                          WHERE c.oid = ANY ((SELECT o.relations FROM own o)::pg_catalog.oid[])
                          ORDER BY c.oid)""".formatted(parts());

    private static final String RELATION =
            "c.oid, c.relname, c.relowner, c.relam, c.reltablespace, c.relpersistence, c.relkind, c.relnatts, c.relchecks,"
                    + " c.relrowsecurity, c.relforcerowsecurity, c.relreplident, c.relispartition, c.relacl, c.reloptions";

    /** A catalog, and its column that holds the relation or object. */
    private static String parts() {
        Stream<String> ofRelations = Stream.of(
                "pg_attribute attrelid",
                "pg_attrdef adrelid",
                "pg_index indrelid",
                "pg_constraint conrelid",
                "pg_trigger tgrelid",
                "pg_policy polrelid",
                "pg_rewrite ev_class",
                "pg_inherits inhrelid",
                "pg_partitioned_table partrelid",
                "pg_foreign_table ftrelid",
                "pg_publication_rel prrelid",
                "pg_statistic_ext stxrelid");
        Stream<String> ofObjects = Stream.of(
                "pg_namespace oid",
                "pg_type oid",
                "pg_enum enumtypid",
                "pg_range rngtypid",
                "pg_constraint contypid",
                "pg_proc oid",
                "pg_operator oid",
                "pg_ts_config_map mapcfg",
                "pg_ts_dict oid",
                "pg_description objoid",
                "pg_default_acl defaclnamespace");
        Stream<String> versions = Stream.concat(
                ofRelations.map(catalog -> versions(catalog, "relations")),
                ofObjects.map(catalog -> versions(catalog, "objects")));
        Stream<String> contents = Stream.of(
                "SELECT 'members', pg_catalog.count(*), pg_catalog.sum(m.xmin::pg_catalog.text::pg_catalog.int8) FROM members m",
                content("c.oid = ANY ((SELECT o.relations FROM own o)::pg_catalog.oid[])"),
                content("c.oid IN (SELECT i.indexrelid FROM pg_catalog.pg_index i"
                        + " WHERE i.indrelid = ANY ((SELECT o.relations FROM own o)::pg_catalog.oid[]))"),
                "SELECT 'sequences', pg_catalog.count(*),"
                        + " pg_catalog.sum(pg_catalog.hashtextextended(s::pg_catalog.text, 0)) FROM pg_catalog.pg_sequence s"
                        + " WHERE s.seqrelid = ANY ((SELECT o.relations FROM own o)::pg_catalog.oid[])");
        return String.join(" UNION ALL ", Stream.concat(versions, contents).toList());
    }

    private static String versions(String catalog, String ids) {
        String[] names = catalog.split(" ", -1);
        return ("SELECT '%1$s %2$s', pg_catalog.count(*),"
                        + " coalesce(pg_catalog.sum(x.xmin::pg_catalog.text::pg_catalog.int8), 0)"
                        + " FROM pg_catalog.%1$s x WHERE x.%2$s = ANY ((SELECT o.%3$s FROM own o)::pg_catalog.oid[])")
                .formatted(names[0], names[1], ids);
    }

    private static String content(String condition) {
        return "SELECT 'relations', pg_catalog.count(*), coalesce(pg_catalog.sum(pg_catalog.hashtextextended(ROW("
                + RELATION + ")::pg_catalog.text, 0)), 0) FROM pg_catalog.pg_class c WHERE " + condition;
    }

    /** Reads the structure; empty when there is no such schema. */
    static Optional<TenantStructure> read(Connection connection, String schema) throws SQLException {
        List<Optional<TenantStructure>> found = new ArrayList<>();
        // Prepared, because planning takes longer than running.
        Jdbc.forEachPrepared(connection, QUERY, row -> found.add(of(row)), schema);
        return found.get(0);
    }

    private static Optional<TenantStructure> of(ResultSet row) throws SQLException {
        String mark = row.getString(1);
        if (mark.contains("pg_namespace oid 0 ")) {
            return Optional.empty();
        }
        return Optional.of(new TenantStructure(
                mark,
                strings(row.getArray(2)).map(TenantStructure::relation).toList(),
                strings(row.getArray(3)).map(TenantStructure::sequence).toList()));
    }

    private static Stream<String> strings(Array array) throws SQLException {
        return Stream.of((String[]) array.getArray());
    }

    private static Relation relation(String text) {
        String[] values = text.split(" ", 6);
        return new Relation(
                Long.parseLong(values[0]),
                Long.parseLong(values[1]),
                values[2].equals("m"),
                Boolean.parseBoolean(values[3]),
                Boolean.parseBoolean(values[4]),
                values[5]);
    }

    private static Sequence sequence(String text) {
        String[] values = text.split(" ", 3);
        return new Sequence(Long.parseLong(values[0]), Boolean.parseBoolean(values[1]), values[2]);
    }
}
