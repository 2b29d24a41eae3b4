package dev.tenantmigrator.internal.backfill;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Everything that the catalogs say about a schema, as lines of text. Whole rows are compared, less what differs between two
 * tables made by the same statements, so that what the code under test forgot to ask for shows up.
 */
public final class Fingerprint {

    private static final String HOME = """
            WITH home AS (SELECT oid, quote_ident(nspname) AS schema FROM pg_namespace WHERE nspname = ?),
                 named AS (SELECT schema FROM home)
            """;

    /** Numbers of objects and files, and statistics; what they stand for is compared by name. */
    private static final String NOISE = """
            '{oid,relname,relnamespace,reltype,relfilenode,reltoastrelid,relpages,reltuples,relallvisible,relallfrozen,\
            relfrozenxid,relminmxid,relpartbound,relam,reloftype,relrewrite,relhasindex,relhassubclass,relowner,relnatts,\
            relhasrules,attrelid,attnum,attcacheoff,atttypid,attcollation,adbin,\
            connamespace,conrelid,contypid,conindid,conparentid,confrelid,conkey,confkey,conpfeqop,conppeqop,conffeqop,\
            conexclop,connoinherit,conbin,confdelsetcols,indexrelid,indrelid,indkey,indcollation,indclass,indexprs,indpred,indcheckxmin,\
            tgrelid,tgparentid,tgfoid,tgconstrrelid,tgconstrindid,tgconstraint,tgattr,tgqual,polrelid,polqual,polwithcheck,\
            ev_class,ev_qual,ev_action,stxrelid,stxnamespace,stxkeys,stxexprs,seqrelid,pronamespace,proargtypes,\
            proallargtypes,prorettype,prosqlbody,proargdefaults,provariadic,prosupport,typnamespace,typrelid,typelem,\
            typarray,typbasetype,typdefaultbin,typdefault,conoid,prosrc,proconfig,relacl,attacl,proacl,typacl,typnotnull,\
            typowner,proowner,stxowner,\
            collnamespace,collowner,oprnamespace,oprowner,oprleft,oprright,oprresult,oprcom,oprnegate,aggfnoid,aggtranstype,\
            aggmtranstype,aggsortop,defaclrole,defaclnamespace,defaclacl}'::text[]
            """;

    private static final Map<String, String> QUERIES = queries();

    private Fingerprint() {}

    /** In a transaction, whose search path it changes. */
    public static List<String> of(Connection connection, String schema) throws SQLException {
        try (Statement settings = connection.createStatement()) {
            settings.execute("SET LOCAL search_path = pg_catalog, pg_temp");
            List<String> lines = new ArrayList<>();
            for (Map.Entry<String, String> query : QUERIES.entrySet()) {
                try (PreparedStatement statement = connection.prepareStatement(HOME + query.getValue())) {
                    statement.setString(1, schema);
                    try (ResultSet rows = statement.executeQuery()) {
                        while (rows.next()) {
                            lines.add(query.getKey() + ' ' + withoutNumbers(rows.getString(1)));
                        }
                    }
                }
            }
            lines.sort(null);
            return lines;
        }
    }

    /** Only what differs, for a message that can be read. */
    public static List<String> differences(List<String> before, List<String> after) {
        List<String> lost = new ArrayList<>(before);
        after.forEach(lost::remove);
        List<String> differences = new ArrayList<>(after);
        before.forEach(differences::remove);
        differences.replaceAll(line -> "new:  " + line);
        lost.forEach(line -> differences.add("lost: " + line));
        return differences;
    }

    /** Names that PostgreSQL makes of numbers of objects. */
    private static String withoutNumbers(String line) {
        return line.replaceAll("(ConstraintTrigger_(?:[ac]_)?|pg_toast_)[0-9]+", "$1");
    }

    private static Map<String, String> queries() {
        Map<String, String> queries = new TreeMap<>();
        queries.put(
                "relation",
                row(
                                "c",
                                "c.oid::regclass",
                                "pg_get_expr(c.relpartbound, c.oid)",
                                "pg_get_partkeydef(c.oid)",
                                "am.amname",
                                "toast.reloptions",
                                acl("c.relacl"),
                                "pg_get_userbyid(c.relowner)")
                        + "home JOIN pg_class c ON c.relnamespace = home.oid LEFT JOIN pg_am am ON am.oid = c.relam"
                        + " LEFT JOIN pg_class toast ON toast.oid = c.reltoastrelid");
        queries.put(
                "column",
                row(
                                "a",
                                "c.oid::regclass",
                                "row_number() OVER (PARTITION BY c.oid ORDER BY a.attnum)",
                                "format_type(a.atttypid, a.atttypmod)",
                                "a.attcollation::regcollation",
                                acl("a.attacl"),
                                "(SELECT pg_get_expr(adbin, adrelid) FROM pg_attrdef WHERE adrelid = c.oid AND adnum = a.attnum)")
                        + "home JOIN pg_class c ON c.relnamespace = home.oid"
                        + " JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped");
        queries.put(
                "constraint",
                row(
                                "k",
                                "k.conrelid::regclass",
                                "k.contypid::regtype",
                                "k.conindid::regclass",
                                "k.confrelid::regclass",
                                "pg_get_constraintdef(k.oid)",
                                "parent.conname")
                        + "home JOIN pg_constraint k ON k.connamespace = home.oid"
                        + " LEFT JOIN pg_constraint parent ON parent.oid = k.conparentid");
        queries.put(
                "index",
                row("i", "i.indrelid::regclass", "i.indexrelid::regclass", "pg_get_indexdef(i.indexrelid)")
                        + "home JOIN pg_class c ON c.relnamespace = home.oid JOIN pg_index i ON i.indrelid = c.oid");
        queries.put(
                "trigger",
                "SELECT concat_ws(' | ', CASE WHEN NOT g.tgisinternal THEN pg_get_triggerdef(g.oid) END, g.tgenabled,"
                        + " g.tgrelid::regclass, g.tgfoid::regproc, g.tgtype, g.tgparentid <> 0) FROM "
                        + "home JOIN pg_class c ON c.relnamespace = home.oid JOIN pg_trigger g ON g.tgrelid = c.oid");
        queries.put(
                "policy",
                row(
                                "p",
                                "p.polrelid::regclass",
                                "pg_get_expr(p.polqual, p.polrelid)",
                                "pg_get_expr(p.polwithcheck, p.polrelid)")
                        + "home JOIN pg_class c ON c.relnamespace = home.oid JOIN pg_policy p ON p.polrelid = c.oid");
        queries.put(
                "rule",
                row("r", "r.ev_class::regclass", "pg_get_ruledef(r.oid)")
                        + "home JOIN pg_class c ON c.relnamespace = home.oid JOIN pg_rewrite r ON r.ev_class = c.oid");
        queries.put(
                "statistics",
                row("s", "pg_get_statisticsobjdef(s.oid)")
                        + "home JOIN pg_statistic_ext s ON s.stxnamespace = home.oid");
        queries.put(
                "sequence",
                row("q", "q.seqrelid::regclass") + "home JOIN pg_class c ON c.relnamespace = home.oid"
                        + " JOIN pg_sequence q ON q.seqrelid = c.oid");
        queries.put(
                "function",
                row(
                                "p",
                                "p.oid::regprocedure",
                                acl("p.proacl"),
                                "pg_get_userbyid(p.proowner)",
                                "CASE WHEN p.prokind <> 'a' THEN pg_get_functiondef(p.oid) END")
                        + "home JOIN pg_proc p ON p.pronamespace = home.oid");
        queries.put(
                "type",
                row(
                                "t",
                                "format_type(t.oid, NULL)",
                                "format_type(t.typbasetype, t.typtypmod)",
                                acl("t.typacl"),
                                "pg_get_userbyid(t.typowner)",
                                "pg_get_expr(t.typdefaultbin, 0)",
                                "t.typnotnull",
                                "(SELECT string_agg(enumlabel, ',' ORDER BY enumsortorder) FROM pg_enum WHERE enumtypid = t.oid)")
                        + "home JOIN pg_type t ON t.typnamespace = home.oid");
        queries.put(
                "collation",
                row("c", "c.oid::regcollation") + "home JOIN pg_collation c ON c.collnamespace = home.oid");
        queries.put(
                "operator",
                row("o", "o.oid::regoperator", "o.oprcom::regoperator", "o.oprnegate::regoperator")
                        + "home JOIN pg_operator o ON o.oprnamespace = home.oid");
        queries.put(
                "aggregate",
                row(
                                "a",
                                "p.oid::regprocedure",
                                "a.aggtranstype::regtype",
                                "a.aggmtranstype::regtype",
                                "a.aggsortop::regoperator")
                        + "home JOIN pg_proc p ON p.pronamespace = home.oid JOIN pg_aggregate a ON a.aggfnoid = p.oid");
        queries.put(
                "default privileges",
                row("d", acl("d.defaclacl")) + "home JOIN pg_default_acl d ON d.defaclnamespace = home.oid");
        // An owned sequence, a trigger of its function, a default of its sequence. Not the triggers of foreign keys:
        // those of
        // a partition made with its table and of one attached to it hang together in different ways.
        queries.put("dependency", """
                SELECT concat_ws(' | ', pg_describe_object(classid, objid, objsubid),
                                 pg_describe_object(refclassid, refobjid, refobjsubid), deptype)
                FROM named, pg_depend d, pg_identify_object(classid, objid, objsubid) i
                WHERE (i.schema = named.schema OR strpos(i.identity, named.schema || '.') > 0)
                  AND NOT EXISTS (SELECT FROM pg_trigger g WHERE g.oid = objid AND g.tgisinternal)
                """);
        queries.put("comment", """
                SELECT concat_ws(' | ', i.type, i.identity, d.description)
                FROM named, pg_description d, pg_identify_object(d.classoid, d.objoid, d.objsubid) i
                WHERE strpos(i.identity, named.schema || '.') > 0
                """);
        queries.put(
                "inheritance",
                "SELECT concat_ws(' | ', h.inhrelid::regclass, h.inhparent::regclass, h.inhseqno) FROM "
                        + "home JOIN pg_class c ON c.relnamespace = home.oid JOIN pg_inherits h ON h.inhrelid = c.oid");
        return queries;
    }

    private static String row(String alias, String... named) {
        StringBuilder columns = new StringBuilder("SELECT concat_ws(' | '");
        for (String column : named) {
            columns.append(", coalesce((").append(column).append(")::text, '-')");
        }
        return columns + ", (to_jsonb(" + alias + ") - " + NOISE + ")::text) FROM ";
    }

    /** In any order: grants of one statement and of several end the same. */
    private static String acl(String column) {
        return "(SELECT string_agg(item::text, ',' ORDER BY item::text) FROM unnest(" + column + ") item)";
    }
}
