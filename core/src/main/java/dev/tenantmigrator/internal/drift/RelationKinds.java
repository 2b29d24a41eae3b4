package dev.tenantmigrator.internal.drift;

import java.util.List;

/** Tables, sequences and views. */
final class RelationKinds {

    static final ObjectKind TABLE = ObjectKind.named("table")
            .object("quote_ident(c.relname)")
            .onTable("c.relname")
            .attribute("kind", "CASE c.relkind WHEN 'p' THEN 'partitioned' WHEN 'f' THEN 'foreign' ELSE 'ordinary' END")
            .attribute("persistence", "CASE c.relpersistence WHEN 'u' THEN 'unlogged' ELSE 'permanent' END")
            .attribute("partition key", "pg_get_partkeydef(c.oid)")
            .attribute("partition of", """
                    SELECT h.inhparent::regclass || ' ' || pg_get_expr(c.relpartbound, c.oid) FROM pg_inherits h
                     WHERE c.relispartition AND h.inhrelid = c.oid""")
            .attribute("inherits", """
                    SELECT string_agg(h.inhparent::regclass::text, ', ' ORDER BY h.inhseqno) FROM pg_inherits h
                     WHERE NOT c.relispartition AND h.inhrelid = c.oid""")
            .attribute("of type", "SELECT format_type(nullif(c.reloftype, 0), NULL)")
            .attribute("row security", "CASE WHEN c.relrowsecurity THEN 'enabled' ELSE 'disabled' END")
            .attribute("forced row security", "CASE WHEN c.relforcerowsecurity THEN 'enabled' ELSE 'disabled' END")
            .attribute("replica identity", """
                    CASE c.relreplident WHEN 'd' THEN 'default' WHEN 'n' THEN 'nothing' WHEN 'f' THEN 'full' ELSE
                    'index ' || (SELECT i.indexrelid::regclass::text FROM pg_index i WHERE i.indrelid = c.oid AND i.indisreplident) END""")
            .attribute("options", ObjectKind.options("""
                    array_cat(c.reloptions, (SELECT array_agg('toast.' || o) FROM pg_class t, unnest(t.reloptions) o
                                              WHERE t.oid = c.reltoastrelid))"""))
            .attribute("access method", "SELECT m.amname FROM pg_am m WHERE m.oid = c.relam")
            .attribute("tablespace", "SELECT s.spcname FROM pg_tablespace s WHERE s.oid = c.reltablespace")
            .attribute("server", """
                    SELECT quote_ident(s.srvname) FROM pg_foreign_table f JOIN pg_foreign_server s ON s.oid = f.ftserver
                     WHERE f.ftrelid = c.oid""")
            .attribute(
                    "foreign options",
                    ObjectKind.foreignOptions("(SELECT f.ftoptions FROM pg_foreign_table f WHERE f.ftrelid = c.oid)"))
            .privileges("c.relacl", 'r', "c.relowner")
            .comment("pg_class", "c.oid")
            .from("relation c WHERE c.relkind IN ('r', 'p', 'f')");

    static final ObjectKind SEQUENCE = ObjectKind.named("sequence")
            .object("quote_ident(c.relname)")
            .attribute("type", "format_type(q.seqtypid, NULL)")
            .attribute("start", "q.seqstart")
            .attribute("increment", "q.seqincrement")
            .attribute("minimum", "q.seqmin")
            .attribute("maximum", "q.seqmax")
            .attribute("cache", "q.seqcache")
            .attribute("cycle", "CASE WHEN q.seqcycle THEN 'yes' ELSE 'no' END")
            .attribute("persistence", "CASE c.relpersistence WHEN 'u' THEN 'unlogged' ELSE 'permanent' END")
            .attribute("owned by", """
                    SELECT concat(d.refobjid::regclass, '.', quote_ident(a.attname), CASE d.deptype WHEN 'i' THEN ' (identity)' END)
                      FROM pg_depend d JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
                     WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.objsubid = 0
                       AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')""")
            .privileges("c.relacl", 's', "c.relowner")
            .comment("pg_class", "c.oid")
            .from("relation c JOIN pg_sequence q ON q.seqrelid = c.oid WHERE c.relkind = 'S'");

    static final ObjectKind VIEW = view("view", "v");

    static final ObjectKind MATERIALIZED_VIEW = view("materialized view", "m");

    /** Whether it is a view, which holds no rows that a migration inserted. */
    static boolean isView(ObjectKind kind) {
        return kind == VIEW || kind == MATERIALIZED_VIEW;
    }

    /** Whether objects of the kind have parts, such as columns or triggers, that come and go with them. */
    static boolean hasParts(ObjectKind kind) {
        return kind == TABLE || isView(kind);
    }

    private static ObjectKind view(String name, String relkind) {
        return ObjectKind.named(name)
                .object("quote_ident(c.relname)")
                .onTable("c.relname")
                .attribute("definition", "rtrim(pg_get_viewdef(c.oid, true), ';')")
                .attribute("columns", """
                        SELECT string_agg(quote_ident(a.attname) || ' ' || format_type(a.atttypid, a.atttypmod), ', ' ORDER BY a.attnum)
                          FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0""")
                .attribute("options", ObjectKind.options("c.reloptions"))
                .attribute("access method", "SELECT m.amname FROM pg_am m WHERE m.oid = c.relam")
                .attribute("tablespace", "SELECT s.spcname FROM pg_tablespace s WHERE s.oid = c.reltablespace")
                .attribute("column defaults", """
                        SELECT string_agg(quote_ident(a.attname) || ' ' || pg_get_expr(d.adbin, d.adrelid, true), ', ' ORDER BY a.attname)
                          FROM pg_attrdef d JOIN pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum WHERE d.adrelid = c.oid""")
                .attribute("column privileges", """
                        SELECT string_agg(quote_ident(a.attname) || ' ' || (%s), ', ' ORDER BY a.attname)
                          FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attacl IS NOT NULL""".formatted(ObjectKind.grants("a.attacl", "c.relowner")))
                .attribute("column comments", """
                        SELECT string_agg(quote_ident(a.attname) || ' ' || quote_literal(d.description), ', ' ORDER BY a.attname)
                          FROM pg_description d JOIN pg_attribute a ON a.attrelid = d.objoid AND a.attnum = d.objsubid
                         WHERE d.objoid = c.oid AND d.classoid = 'pg_class'::regclass AND d.objsubid > 0""")
                .privileges("c.relacl", 'r', "c.relowner")
                .comment("pg_class", "c.oid")
                .from("relation c WHERE c.relkind = '" + relkind + "'");
    }

    static final List<ObjectKind> ALL = List.of(TABLE, SEQUENCE, VIEW, MATERIALIZED_VIEW);

    private RelationKinds() {}
}
