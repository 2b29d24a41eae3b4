package dev.tenantmigrator.internal.tenant;

import dev.tenantmigrator.internal.jdbc.Jdbc;
import dev.tenantmigrator.internal.sql.Sql;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongPredicate;
import java.util.stream.Stream;

/** The tables of a tenant, with what stands in the way of emptying and filling them. Valid for one {@link TenantStructure}. */
final class TenantTables {

    /**
     * A table.
     *
     * @param root the partitioned table to which it belongs; itself when it is no partition
     * @param columns those that an INSERT may give a value
     * @param referencing tables with a foreign key to this one
     * @param watchers triggers and rules that an INSERT, DELETE or TRUNCATE would fire
     */
    record Table(
            long oid,
            long root,
            boolean partitioned,
            String name,
            List<String> columns,
            List<Long> referencing,
            List<Watcher> watchers) {}

    /**
     * A trigger or rule.
     *
     * @param enabled the catalog's letter for when it fires
     */
    record Watcher(String kind, char enabled, String name) {

        private String off() {
            return "DISABLE " + kind + ' ' + Sql.identifier(name);
        }

        private String on() {
            String when = enabled == 'A' ? "ALWAYS " : enabled == 'R' ? "REPLICA " : "";
            return "ENABLE " + when + kind + ' ' + Sql.identifier(name);
        }
    }

    /** Trigger types: 4 is INSERT, 8 DELETE, 32 TRUNCATE (pg_trigger.h). */
    private static final String QUERY = """
            SELECT c.oid::pg_catalog.int8,
                   CASE WHEN c.relispartition THEN pg_catalog.pg_partition_root(c.oid)::pg_catalog.oid ELSE c.oid END::pg_catalog.int8,
                   c.relkind = 'p', c.relname::pg_catalog.text,
                   ARRAY(SELECT a.attname::pg_catalog.text FROM pg_catalog.pg_attribute a
                          WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
                          ORDER BY a.attnum),
                   ARRAY(SELECT DISTINCT k.conrelid::pg_catalog.text
                           FROM pg_catalog.pg_trigger t JOIN pg_catalog.pg_constraint k ON k.oid = t.tgconstraint
                          WHERE t.tgrelid = c.oid AND k.contype = 'f' AND k.confrelid = c.oid),
                   ARRAY(SELECT 'TRIGGER ' || t.tgenabled::pg_catalog.text || ' ' || t.tgname FROM pg_catalog.pg_trigger t
                          WHERE t.tgrelid = c.oid AND NOT t.tgisinternal AND t.tgenabled <> 'D' AND t.tgtype & 44 <> 0
                         UNION ALL
                         SELECT 'RULE ' || r.ev_enabled::pg_catalog.text || ' ' || r.rulename FROM pg_catalog.pg_rewrite r
                          WHERE r.ev_class = c.oid AND r.ev_enabled <> 'D')
              FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_class c ON c.oid = d.objid AND c.relkind IN ('r', 'p')
             WHERE d.refclassid = 'pg_catalog.pg_namespace'::pg_catalog.regclass
               AND d.refobjid = pg_catalog.to_regnamespace(pg_catalog.quote_ident(?))::pg_catalog.oid
               AND d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass""";

    private final Map<Long, Table> tables = new HashMap<>();

    private TenantTables() {}

    static TenantTables read(Connection connection, String schema) throws SQLException {
        TenantTables all = new TenantTables();
        Jdbc.forEach(
                connection,
                QUERY,
                row -> {
                    Table table = table(row);
                    all.tables.put(table.oid(), table);
                },
                schema);
        return all;
    }

    private static Table table(ResultSet row) throws SQLException {
        return new Table(
                row.getLong(1),
                row.getLong(2),
                row.getBoolean(3),
                row.getString(4),
                strings(row, 5).toList(),
                strings(row, 6).map(Long::valueOf).toList(),
                strings(row, 7).map(TenantTables::watcher).toList());
    }

    private static Watcher watcher(String text) {
        String[] values = text.split(" ", 3);
        return new Watcher(values[0], values[1].charAt(0), values[2]);
    }

    private static Stream<String> strings(ResultSet row, int column) throws SQLException {
        return Stream.of((String[]) row.getArray(column).getArray());
    }

    /** Tables, or the partitioned tables to which they belong. */
    Set<Long> roots(Collection<Long> oids) {
        Set<Long> roots = new LinkedHashSet<>();
        oids.forEach(oid -> roots.add(root(oid)));
        return roots;
    }

    private long root(long oid) {
        Table table = tables.get(oid);
        return table == null ? oid : table.root();
    }

    /** Whether a table of another schema has a foreign key to one of these. */
    boolean areReferencedOutside(Set<Long> roots) {
        return members(roots).stream()
                .flatMap(table -> table.referencing().stream())
                .anyMatch(referencing -> !tables.containsKey(referencing));
    }

    /** These, and the tables whose rows refer to theirs, as far as they are asked for. */
    Set<Long> withReferencing(Set<Long> roots, LongPredicate asked) {
        Set<Long> all = new LinkedHashSet<>(roots);
        Deque<Long> next = new ArrayDeque<>(roots);
        while (!next.isEmpty()) {
            for (Table table : members(Set.of(next.remove()))) {
                for (Long referencing : table.referencing()) {
                    long root = root(referencing);
                    if (tables.containsKey(root) && asked.test(root) && all.add(root)) {
                        next.add(root);
                    }
                }
            }
        }
        return all;
    }

    /** The tables that belong to these, partitioned ones included. */
    List<Table> members(Set<Long> roots) {
        List<Table> members = new ArrayList<>();
        for (Table table : tables.values()) {
            if (roots.contains(table.root())) {
                members.add(table);
            }
        }
        return members;
    }

    /** A statement that keeps triggers and rules of a table from firing. */
    static String off(String schema, Table table) {
        return alter(schema, table, table.watchers().stream().map(Watcher::off).toList());
    }

    /** A statement that lets them fire as before. */
    static String on(String schema, Table table) {
        return alter(schema, table, table.watchers().stream().map(Watcher::on).toList());
    }

    private static String alter(String schema, Table table, List<String> actions) {
        return "ALTER TABLE ONLY " + Sql.qualified(schema, table.name()) + ' ' + String.join(", ", actions);
    }
}
