package dev.tenantmigrator.internal.residue;

import java.util.List;

/**
 * The query for places in definitions. It reads the text columns of every catalog that describes objects of a schema; a test compares
 * them with the server's. Names of a schema's own objects in a {@code pg_node_tree} are OIDs, which follow a renaming; a name in
 * a constant does not. So the trees are searched as they are stored, without making SQL of them.
 *
 * <p>Starting at {@code pg_depend}, it finds each row by an index, so that other tenants cost nothing.
 */
final class DefinitionQuery {

    /** With these settings the planner, which expects few objects in a schema, never reads a whole catalog. */
    static final String SETTINGS = """
            SET LOCAL search_path TO pg_catalog, pg_temp; SET LOCAL enable_seqscan TO off; SET LOCAL enable_hashjoin TO off;\
             SET LOCAL enable_mergejoin TO off; SET LOCAL jit TO off""";

    private static final String HOME = """
            WITH home AS MATERIALIZED (SELECT oid, ?::text AS words, ?::text AS tree FROM pg_namespace WHERE nspname = ?),
            member AS MATERIALIZED (
                SELECT d.classid, d.objid
                FROM home JOIN pg_depend d ON d.refclassid = 'pg_namespace'::regclass AND d.refobjid = home.oid),
            relation AS MATERIALIZED (
                SELECT m.objid AS oid FROM member m WHERE m.classid = 'pg_class'::regclass
                UNION ALL
                SELECT i.indexrelid
                FROM member m JOIN pg_index i ON m.classid = 'pg_class'::regclass AND i.indrelid = m.objid
                UNION ALL
                SELECT t.typrelid
                FROM member m JOIN pg_type t ON m.classid = 'pg_type'::regclass AND t.oid = m.objid AND t.typrelid <> 0),
            server AS MATERIALIZED (
                SELECT DISTINCT f.ftserver AS oid FROM relation r JOIN pg_foreign_table f ON f.ftrelid = r.oid),
            part(classid, objid, objsubid, words, tree) AS MATERIALIZED (
            """;

    private static final List<String> PARTS = List.of(
            "SELECT 'pg_namespace'::regclass::oid, x.oid, 0, x.nspacl::text, NULL::text"
                    + " FROM home JOIN pg_namespace x ON x.oid = home.oid",
            ofRelation("pg_class", "x.oid", "relname, relacl, reloptions", "relpartbound"),
            "SELECT 'pg_class'::regclass, a.attrelid, a.attnum,"
                    // The column of an index keeps the name that the table's column once had.
                    + words("CASE WHEN c.relkind NOT IN ('i', 'I') THEN attname END, attacl, attoptions, attfdwoptions")
                    + ", NULL FROM relation r JOIN pg_class c ON c.oid = r.oid"
                    + " JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped",
            ofRelation("pg_attrdef", "x.adrelid", "", "adbin"),
            ofRelation("pg_constraint", "x.conrelid", "conname", "conbin"),
            // The server puts numbers into the names of a foreign key's own triggers.
            ofRelation(
                    "pg_trigger",
                    "x.tgrelid",
                    "CASE WHEN NOT tgisinternal THEN tgname END, tgoldtable, tgnewtable, encode(tgargs, 'escape')",
                    "tgqual"),
            ofRelation("pg_policy", "x.polrelid", "polname", "polqual, polwithcheck"),
            ofRelation("pg_rewrite", "x.ev_class", "rulename", "ev_qual, ev_action"),
            moreOfRelation("pg_index", "x.indexrelid", "", "indexprs, indpred"),
            moreOfRelation("pg_partitioned_table", "x.partrelid", "", "partexprs"),
            moreOfRelation("pg_foreign_table", "x.ftrelid", "ftoptions", ""),
            "SELECT 'pg_publication_rel'::regclass, x.oid, 0, p.pubname, x.prqual::text FROM relation r"
                    + " JOIN pg_publication_rel x ON x.prrelid = r.oid JOIN pg_publication p ON p.oid = x.prpubid",
            "SELECT 'pg_publication'::regclass, p.oid, 0, p.pubname, NULL FROM home"
                    + " JOIN pg_publication_namespace x ON x.pnnspid = home.oid JOIN pg_publication p ON p.oid = x.pnpubid",
            ofServer("pg_foreign_server", "x.oid", "x.oid", "srvname, srvtype, srvversion, srvacl, srvoptions"),
            ofServer("pg_user_mapping", "x.umid", "x.srvid", "umoptions")
                    .replace("JOIN pg_user_mapping ", "JOIN pg_user_mappings "),
            "SELECT 'pg_foreign_data_wrapper'::regclass, x.oid, 0," + words("fdwname, fdwacl, fdwoptions") + ", NULL"
                    + " FROM server r JOIN pg_foreign_server f ON f.oid = r.oid JOIN pg_foreign_data_wrapper x ON x.oid = f.srvfdw",
            member("pg_proc", "proname, proargnames, prosrc, probin, proconfig, proacl", "proargdefaults, prosqlbody"),
            moreOfMember("pg_proc", "pg_aggregate", "x.aggfnoid", "agginitval, aggminitval", ""),
            // A domain's typdefault is typdefaultbin as text, with names as they were; only information_schema shows
            // it.
            member("pg_type", "typname, typacl, CASE WHEN typtype <> 'd' THEN typdefault END", "typdefaultbin"),
            moreOfMember("pg_type", "pg_enum", "x.enumtypid", "enumlabel", ""),
            "SELECT 'pg_constraint'::regclass, x.oid, 0, x.conname, x.conbin::text"
                    + " FROM member m JOIN pg_constraint x ON m.classid = 'pg_type'::regclass AND x.contypid = m.objid",
            member("pg_statistic_ext", "stxname", "stxexprs"),
            member("pg_ts_dict", "dictname, dictinitoption", ""),
            member("pg_ts_config", "cfgname", ""),
            member("pg_ts_parser", "prsname", ""),
            member("pg_ts_template", "tmplname", ""),
            // The columns of collations differ between versions.
            member("pg_collation", "x::text", ""),
            member("pg_conversion", "conname", ""),
            member("pg_operator", "oprname", ""),
            member("pg_opclass", "opcname", ""),
            member("pg_opfamily", "opfname", ""),
            member("pg_default_acl", "defaclacl", ""),
            member("pg_extension", "extname, extversion, extcondition", ""),
            "SELECT 'pg_event_trigger'::regclass, x.oid, 0, x.evtname, NULL"
                    + " FROM member m JOIN pg_event_trigger x ON m.classid = 'pg_proc'::regclass AND x.evtfoid = m.objid",
            // They have no text of their own, but may have a comment.
            "SELECT d.classid, d.objid, 0, NULL, NULL FROM member m"
                    + " JOIN pg_depend d ON d.refclassid = m.classid AND d.refobjid = m.objid"
                    + " AND d.classid IN ('pg_cast'::regclass, 'pg_transform'::regclass)");

    private static final String PLACES = """
            ),
            object AS MATERIALIZED (SELECT DISTINCT classid, objid FROM part),
            place(label, classid, objid, objsubid) AS MATERIALIZED (
                SELECT '', classid, objid, objsubid FROM home, part WHERE part.words ~* home.words OR part.tree ~* home.tree
                UNION ALL
                SELECT 'comment on ', d.classoid, d.objoid, d.objsubid
                FROM home, object o, LATERAL (SELECT * FROM pg_description
                                               WHERE objoid = o.objid AND classoid = o.classid OFFSET 0) d
                WHERE d.description ~* home.words
                  AND NOT (d.classoid = 'pg_namespace'::regclass AND starts_with(d.description, 'tenant-migrator spare'))
                UNION ALL
                SELECT 'security label of ', l.classoid, l.objoid, l.objsubid
                FROM home, object o JOIN pg_seclabel l ON l.objoid = o.objid AND l.classoid = o.classid
                WHERE l.provider ~* home.words OR l.label ~* home.words
                UNION ALL
                SELECT 'settings of ', CASE s.setrole WHEN 0 THEN 'pg_database'::regclass ELSE 'pg_authid'::regclass END,
                       coalesce(nullif(s.setrole, 0), s.setdatabase), 0
                FROM home, pg_db_role_setting s
                WHERE s.setconfig::text ~* home.words
                  AND s.setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
            )
            """;

    /** A rule of a view is its definition. Objects of the schema are named without it. */
    private static final String NAMES = """
            SELECT DISTINCT label || CASE i.type WHEN 'default value' THEN 'default of column ' || substr(n.name, 5)
                                                 WHEN 'default acl' THEN 'default privileges ' || n.name
                                                 ELSE coalesce(i.type || ' ' || n.name, 'all roles') END,
                   label = '' AND place.classid = 'pg_proc'::regclass
            FROM place LEFT JOIN pg_rewrite w ON place.classid = 'pg_rewrite'::regclass AND w.oid = place.objid
                                             AND w.rulename = '_RETURN',
                 LATERAL pg_identify_object(CASE WHEN w.oid IS NULL THEN place.classid ELSE 'pg_class'::regclass END,
                                            coalesce(w.ev_class, place.objid), place.objsubid) i,
                 LATERAL (SELECT replace(replace(i.identity, quote_ident(?) || '.', ''), 'pg_catalog.', '')) n(name)
            ORDER BY 1""";

    /** Its parameters are the two patterns for text and for trees, the schema, and once more the schema. */
    static final String SQL = HOME + String.join("\nUNION ALL ", PARTS) + PLACES + NAMES;

    private DefinitionQuery() {}

    private static String member(String catalog, String words, String tree) {
        return moreOfMember(catalog, catalog, "x.oid", words, tree);
    }

    private static String moreOfMember(String memberCatalog, String catalog, String member, String words, String tree) {
        return "SELECT m.classid, m.objid, 0," + words(words) + ',' + words(tree) + " FROM member m JOIN " + catalog
                + " x ON m.classid = '" + memberCatalog + "'::regclass AND " + member + " = m.objid";
    }

    private static String ofRelation(String catalog, String relation, String words, String tree) {
        return "SELECT '" + catalog + "'::regclass, x.oid, 0," + words(words) + ',' + words(tree)
                + " FROM relation r JOIN " + catalog + " x ON " + relation + " = r.oid";
    }

    private static String moreOfRelation(String catalog, String relation, String words, String tree) {
        return "SELECT 'pg_class'::regclass, r.oid, 0," + words(words) + ',' + words(tree) + " FROM relation r JOIN "
                + catalog + " x ON " + relation + " = r.oid";
    }

    private static String ofServer(String catalog, String object, String server, String words) {
        return "SELECT '" + catalog + "'::regclass, " + object + ", 0," + words(words) + ", NULL FROM server r JOIN "
                + catalog + " x ON " + server + " = r.oid";
    }

    private static String words(String columns) {
        return columns.isEmpty() ? " NULL" : " concat_ws(chr(10), " + columns + ")";
    }
}
