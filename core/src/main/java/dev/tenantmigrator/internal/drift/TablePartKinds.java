package dev.tenantmigrator.internal.drift;

import java.util.List;

/** Columns, constraints, indexes and other parts of tables. */
final class TablePartKinds {

    static final ObjectKind COLUMN = ObjectKind.named("column")
            .partOf("c.relname", "a.attname")
            .attribute("type", "format_type(a.atttypid, a.atttypmod)")
            .attribute("collation", """
                    CASE WHEN a.attcollation <> 0 THEN (SELECT a.attcollation::regcollation FROM pg_type t
                                                         WHERE t.oid = a.atttypid AND a.attcollation <> t.typcollation) END""")
            .attribute("nullability", """
                    CASE WHEN NOT a.attnotnull THEN 'NULL'
                         WHEN EXISTS (SELECT FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype = 'n'
                                                                  AND k.conkey = ARRAY[a.attnum] AND NOT k.convalidated)
                         THEN 'NOT NULL NOT VALID' ELSE 'NOT NULL' END""")
            .attribute("default", "CASE WHEN a.attgenerated = '' THEN pg_get_expr(d.adbin, d.adrelid, true) END")
            .attribute("identity", "CASE a.attidentity WHEN 'a' THEN 'ALWAYS' WHEN 'd' THEN 'BY DEFAULT' END")
            .attribute("generated", """
                    CASE WHEN a.attgenerated <> '' THEN format('(%s) %s', pg_get_expr(d.adbin, d.adrelid, true),
                         CASE a.attgenerated WHEN 's' THEN 'STORED' ELSE 'VIRTUAL' END) END""")
            .attribute(
                    "storage",
                    "CASE a.attstorage WHEN 'p' THEN 'PLAIN' WHEN 'e' THEN 'EXTERNAL' WHEN 'm' THEN 'MAIN' ELSE 'EXTENDED' END")
            .attribute("compression", "CASE a.attcompression WHEN 'p' THEN 'pglz' WHEN 'l' THEN 'lz4' END")
            .attribute("statistics target", "nullif(a.attstattarget, -1)")
            .attribute("options", ObjectKind.ifSet("a.attoptions", ObjectKind.options("a.attoptions")))
            .attribute(
                    "foreign options",
                    ObjectKind.ifSet("a.attfdwoptions", ObjectKind.foreignOptions("a.attfdwoptions")))
            .owner("c.relowner")
            .attribute(ObjectKind.PRIVILEGES, ObjectKind.ifSet("a.attacl", ObjectKind.grants("a.attacl", "c.relowner")))
            .comment("pg_class", "c.oid", "a.attnum")
            .from("""
                    relation c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
                    LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum WHERE c.relkind IN ('r', 'p', 'f')""");

    /** Of a table, not of each column: a missing column moves all later ones. */
    static final ObjectKind COLUMN_ORDER = ObjectKind.named("column order")
            .object("quote_ident(c.relname)")
            .onTable("c.relname")
            .attribute("order", """
                    SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) FROM pg_attribute a
                     WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped""")
            .from("relation c WHERE c.relkind IN ('r', 'p', 'f')");

    /**
     * Without those that a partition or child inherits. NOT NULL is an attribute of its column; from PostgreSQL 18 on it is a constraint
     * too, which counts only with a name that the server did not make.
     */
    static final ObjectKind CONSTRAINT = ObjectKind.named("constraint")
            .partOf("c.relname", "k.conname")
            .attribute("type", """
                    CASE k.contype WHEN 'p' THEN 'PRIMARY KEY' WHEN 'u' THEN 'UNIQUE' WHEN 'f' THEN 'FOREIGN KEY' WHEN 'x' THEN 'EXCLUDE'
                                   WHEN 'n' THEN 'NOT NULL' ELSE 'CHECK' END""")
            .attribute("definition", "regexp_replace(pg_get_constraintdef(k.oid, true), ' NOT VALID$', '')")
            .attribute("validated", "CASE WHEN k.convalidated THEN 'yes' ELSE 'no' END")
            .attribute("options", """
                    SELECT (%s) FROM pg_class i WHERE i.oid = k.conindid AND k.contype IN ('p', 'u', 'x')""".formatted(ObjectKind.options("i.reloptions")))
            .attribute("tablespace", """
                    SELECT s.spcname FROM pg_class i JOIN pg_tablespace s ON s.oid = i.reltablespace
                     WHERE i.oid = k.conindid AND k.contype IN ('p', 'u', 'x')""")
            .attribute("clustered", clustered("k.conindid", "AND k.contype IN ('p', 'u', 'x')"))
            .attribute("in force", """
                    CASE WHEN EXISTS (SELECT FROM pg_index i WHERE i.indexrelid = k.conindid AND k.contype IN ('p', 'u', 'x') AND NOT i.indisvalid)
                           OR EXISTS (SELECT FROM pg_trigger t WHERE t.tgconstraint = k.oid AND t.tgisinternal AND t.tgenabled <> 'O')
                         THEN 'no' ELSE 'yes' END""")
            .comment("pg_constraint", "k.oid")
            .from("""
                    relation c JOIN pg_constraint k ON k.conrelid = c.oid
                    WHERE k.contype <> 't' AND k.coninhcount = 0 AND (k.contype <> 'n' OR k.conname !~ '_not_null[0-9]*$')""");

    /** Without those of constraints, and without those that belong to the index of a partitioned table. */
    static final ObjectKind INDEX = ObjectKind.named("index")
            .object("quote_ident(x.relname)")
            .onTable("c.relname")
            .attribute("definition", "pg_get_indexdef(x.oid, 0, true)")
            .attribute("valid", "CASE WHEN i.indisvalid AND i.indisready THEN 'yes' ELSE 'no' END")
            .attribute("tablespace", "SELECT s.spcname FROM pg_tablespace s WHERE s.oid = x.reltablespace")
            .attribute("clustered", clustered("x.oid", ""))
            .attribute("statistics target", """
                    SELECT string_agg(a.attnum || '=' || a.attstattarget, ', ' ORDER BY a.attnum) FROM pg_attribute a
                     WHERE a.attrelid = x.oid AND a.attstattarget >= 0""")
            .comment("pg_class", "x.oid")
            .from("""
                    relation c JOIN pg_index i ON i.indrelid = c.oid JOIN pg_class x ON x.oid = i.indexrelid AND NOT x.relispartition
                    WHERE NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conrelid = c.oid AND k.conindid = x.oid
                                                                    AND k.contype IN ('p', 'u', 'x'))""");

    static final ObjectKind TRIGGER = ObjectKind.named("trigger")
            .partOf("c.relname", "t.tgname")
            .attribute("definition", "pg_get_triggerdef(t.oid, true)")
            .attribute("state", state("t.tgenabled"))
            .comment("pg_trigger", "t.oid")
            .from("relation c JOIN pg_trigger t ON t.tgrelid = c.oid AND NOT t.tgisinternal AND (t.tgparentid = 0"
                    + " OR t.tgenabled <> (SELECT p.tgenabled FROM pg_trigger p WHERE p.oid = t.tgparentid))");

    static final ObjectKind POLICY = ObjectKind.named("policy")
            .partOf("c.relname", "p.polname")
            .attribute("command", """
                    CASE p.polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE' WHEN 'd' THEN 'DELETE' ELSE 'ALL' END""")
            .attribute("type", "CASE WHEN p.polpermissive THEN 'PERMISSIVE' ELSE 'RESTRICTIVE' END")
            .attribute("roles", """
                    SELECT string_agg(CASE r WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(r)) END, ', '
                                      ORDER BY pg_get_userbyid(r)) FROM unnest(p.polroles) r""")
            .attribute("using", "pg_get_expr(p.polqual, p.polrelid, true)")
            .attribute("check", "pg_get_expr(p.polwithcheck, p.polrelid, true)")
            .comment("pg_policy", "p.oid")
            .from("relation c JOIN pg_policy p ON p.polrelid = c.oid");

    static final ObjectKind RULE = ObjectKind.named("rule")
            .partOf("c.relname", "w.rulename")
            .attribute("definition", "rtrim(pg_get_ruledef(w.oid, true), ';')")
            .attribute("state", state("w.ev_enabled"))
            .comment("pg_rewrite", "w.oid")
            .from("relation c JOIN pg_rewrite w ON w.ev_class = c.oid AND w.rulename <> '_RETURN'");

    static final ObjectKind PUBLISHED = ObjectKind.named("published table")
            .object("concat(quote_ident(c.relname), ' in publication ', quote_ident(p.pubname))")
            .onTable("c.relname")
            .attribute("columns", """
                    SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) FROM pg_attribute a
                     WHERE a.attrelid = c.oid AND a.attnum = ANY (x.prattrs)""")
            .attribute("condition", "pg_get_expr(x.prqual, x.prrelid, true)")
            .from(
                    "relation c JOIN pg_publication_rel x ON x.prrelid = c.oid JOIN pg_publication p ON p.oid = x.prpubid");

    static final List<ObjectKind> ALL =
            List.of(COLUMN, COLUMN_ORDER, CONSTRAINT, INDEX, TRIGGER, POLICY, RULE, PUBLISHED);

    private TablePartKinds() {}

    private static String clustered(String index, String condition) {
        return "SELECT 'yes' FROM pg_index ci WHERE ci.indexrelid = " + index + " AND ci.indisclustered " + condition;
    }

    private static String state(String column) {
        return "CASE " + column
                + " WHEN 'O' THEN 'enabled' WHEN 'D' THEN 'disabled' WHEN 'R' THEN 'replica' ELSE 'always' END";
    }
}
