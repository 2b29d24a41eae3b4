package dev.tenantmigrator.internal.drift;

import java.util.List;

/** The schema itself, and kinds of objects that few tenants have. */
final class OtherKinds {

    /** The library's own marks are no difference. */
    static final ObjectKind SCHEMA = ObjectKind.named("schema")
            .object("'of the tenant'")
            .privileges("n.nspacl", 'n', "n.nspowner")
            .attribute(ObjectKind.COMMENT, """
                    SELECT d.description FROM pg_description d WHERE d.objoid = n.oid AND d.classoid = 'pg_namespace'::regclass
                                                          AND NOT starts_with(d.description, 'tenant-migrator ')""")
            .from("pg_namespace n WHERE n.oid = home.oid");

    static final ObjectKind DEFAULT_PRIVILEGES = ObjectKind.named("default privileges")
            .object("""
                    concat('of ', CASE WHEN d.defaclrole = (SELECT n.nspowner FROM pg_namespace n WHERE n.oid = home.oid) THEN 'owner'
                                       ELSE quote_ident(pg_get_userbyid(d.defaclrole)) END, ' for ',
                           CASE d.defaclobjtype WHEN 'r' THEN 'TABLES' WHEN 'S' THEN 'SEQUENCES' WHEN 'f' THEN 'FUNCTIONS'
                                                WHEN 'T' THEN 'TYPES' ELSE d.defaclobjtype::text END)""")
            .owner("d.defaclrole")
            .attribute(ObjectKind.PRIVILEGES, ObjectKind.grants("d.defaclacl", "d.defaclrole"))
            .from("pg_default_acl d WHERE d.defaclnamespace = home.oid");

    static final ObjectKind STATISTICS = ObjectKind.named("statistics")
            .object("quote_ident(s.stxname)")
            .onTable("(SELECT c.relname FROM pg_class c WHERE c.oid = s.stxrelid AND c.relnamespace = home.oid)")
            .attribute("table", "s.stxrelid::regclass")
            .attribute("columns", "pg_get_statisticsobjdef_columns(s.oid)")
            .attribute("kinds", """
                    SELECT string_agg(CASE k WHEN 'd' THEN 'ndistinct' WHEN 'f' THEN 'dependencies' WHEN 'm' THEN 'mcv' END, ', ' ORDER BY k)
                      FROM unnest(s.stxkind) k WHERE k <> 'e'""")
            .attribute("target", "nullif(s.stxstattarget, -1)")
            .comment("pg_statistic_ext", "s.oid")
            .from("member m JOIN pg_statistic_ext s ON s.oid = m.objid WHERE m.classid = 'pg_statistic_ext'::regclass");

    static final ObjectKind COLLATION = ObjectKind.named("collation")
            .object("quote_ident(l.collname)")
            // The columns differ between versions.
            .attribute("definition", """
                    SELECT string_agg(concat(key, '=', value), ', ' ORDER BY key) FROM jsonb_each_text(to_jsonb(l))
                     WHERE key NOT IN ('oid', 'collname', 'collnamespace', 'collowner', 'collversion') AND value IS NOT NULL""")
            .comment("pg_collation", "l.oid")
            .from(members("pg_collation l"));

    static final ObjectKind CONVERSION = ObjectKind.named("conversion")
            .object("quote_ident(x.conname)")
            .attribute("definition", """
                    concat(quote_literal(pg_encoding_to_char(x.conforencoding)), ' TO ', quote_literal(pg_encoding_to_char(x.contoencoding)),
                           ' FROM ', function_name(x.conproc))""")
            .attribute("default", "CASE WHEN x.condefault THEN 'yes' ELSE 'no' END")
            .comment("pg_conversion", "x.oid")
            .from(members("pg_conversion x"));

    static final ObjectKind OPERATOR = ObjectKind.named("operator")
            .object("format('%s (%s, %s)', o.oprname, coalesce(format_type(nullif(o.oprleft, 0), NULL), 'NONE'),"
                    + " coalesce(format_type(nullif(o.oprright, 0), NULL), 'NONE'))")
            .attribute("definition", """
                    concat_ws(', ', 'FUNCTION = ' || function_name(o.oprcode),
                              'LEFTARG = ' || format_type(nullif(o.oprleft, 0), NULL),
                              'RIGHTARG = ' || format_type(nullif(o.oprright, 0), NULL),
                              'COMMUTATOR = ' || operator_name(o.oprcom),
                              'NEGATOR = ' || operator_name(o.oprnegate),
                              'RESTRICT = ' || function_name(o.oprrest), 'JOIN = ' || function_name(o.oprjoin),
                              CASE WHEN o.oprcanhash THEN 'HASHES' END, CASE WHEN o.oprcanmerge THEN 'MERGES' END)""")
            .comment("pg_operator", "o.oid")
            .from(members("pg_operator o"));

    static final ObjectKind OPERATOR_FAMILY = ObjectKind.named("operator family")
            .object("concat(quote_ident(f.opfname), ' USING ', quote_ident(a.amname))")
            .attribute("loose members", familyMembers("f.oid", "pg_opfamily"))
            .comment("pg_opfamily", "f.oid")
            .from("member m JOIN pg_opfamily f ON f.oid = m.objid JOIN pg_am a ON a.oid = f.opfmethod"
                    + " WHERE m.classid = 'pg_opfamily'::regclass");

    static final ObjectKind OPERATOR_CLASS = ObjectKind.named("operator class")
            .object("concat(quote_ident(o.opcname), ' USING ', quote_ident(a.amname))")
            .attribute("type", "format_type(o.opcintype, NULL)")
            .attribute("default", "CASE WHEN o.opcdefault THEN 'yes' ELSE 'no' END")
            .attribute("storage", "format_type(nullif(o.opckeytype, 0), NULL)")
            .attribute("family", "SELECT quote_ident(f.opfname) FROM pg_opfamily f WHERE f.oid = o.opcfamily")
            .attribute("members", familyMembers("o.oid", "pg_opclass"))
            .comment("pg_opclass", "o.oid")
            .from("member m JOIN pg_opclass o ON o.oid = m.objid JOIN pg_am a ON a.oid = o.opcmethod"
                    + " WHERE m.classid = 'pg_opclass'::regclass");

    /** Operators and functions that depend on a family or a class, as {@code CREATE OPERATOR CLASS} writes them. */
    private static String familyMembers(String oid, String catalog) {
        return """
                SELECT string_agg(part, ', ' ORDER BY part COLLATE "C") FROM (
                    SELECT concat('OPERATOR ', x.amopstrategy, ' ', x.amopopr::regoperator,
                                  CASE WHEN x.amopsortfamily <> 0 THEN (SELECT concat(' FOR ORDER BY ', quote_ident(s.opfname)) FROM pg_opfamily s
                                                                         WHERE s.oid = x.amopsortfamily) END)
                      FROM pg_depend d JOIN pg_amop x ON d.classid = 'pg_amop'::regclass AND x.oid = d.objid
                     WHERE d.refclassid = '%2$s'::regclass AND d.refobjid = %1$s
                    UNION ALL
                    SELECT concat('FUNCTION ', x.amprocnum, ' (', format_type(x.amproclefttype, NULL), ', ',
                                  format_type(x.amprocrighttype, NULL), ') ', x.amproc::regprocedure)
                      FROM pg_depend d JOIN pg_amproc x ON d.classid = 'pg_amproc'::regclass AND x.oid = d.objid
                     WHERE d.refclassid = '%2$s'::regclass AND d.refobjid = %1$s) p(part)""".formatted(oid, catalog);
    }

    /** A cast belongs to the schema when one of its types or its function does. */
    static final ObjectKind CAST = ObjectKind.named("cast")
            .object("format('(%s AS %s)', format_type(x.castsource, NULL), format_type(x.casttarget, NULL))")
            .attribute("definition", """
                    CASE x.castmethod WHEN 'f' THEN 'WITH FUNCTION ' || x.castfunc::regprocedure WHEN 'i' THEN 'WITH INOUT'
                                      ELSE 'WITHOUT FUNCTION' END
                    || CASE x.castcontext WHEN 'a' THEN ' AS ASSIGNMENT' WHEN 'i' THEN ' AS IMPLICIT' ELSE '' END""")
            .comment("pg_cast", "x.oid")
            .from(parts("pg_cast", "x"));

    static final ObjectKind TRANSFORM = ObjectKind.named("transform")
            .object(
                    "format('FOR %s LANGUAGE %I', format_type(x.trftype, NULL), (SELECT l.lanname FROM pg_language l WHERE l.oid = x.trflang))")
            .attribute("definition", """
                    concat_ws(', ', 'FROM SQL WITH FUNCTION ' || nullif(x.trffromsql::oid, 0)::regprocedure,
                                    'TO SQL WITH FUNCTION ' || nullif(x.trftosql::oid, 0)::regprocedure)""")
            .comment("pg_transform", "x.oid")
            .from(parts("pg_transform", "x"));

    static final ObjectKind TEXT_SEARCH_CONFIGURATION = ObjectKind.named("text search configuration")
            .object("quote_ident(t.cfgname)")
            .attribute(
                    "parser",
                    "SELECT concat(CASE WHEN NOT pg_ts_parser_is_visible(p.oid) THEN p.prsnamespace::regnamespace || '.' END,"
                            + " quote_ident(p.prsname)) FROM pg_ts_parser p"
                            + " WHERE p.oid = t.cfgparser")
            .attribute("mappings", """
                    SELECT string_agg(concat(k.alias, ' WITH ', x.dictionaries), '; ' ORDER BY k.alias)
                      FROM (SELECT w.maptokentype, string_agg(w.mapdict::regdictionary::text, ', ' ORDER BY w.mapseqno)
                              FROM pg_ts_config_map w WHERE w.mapcfg = t.oid GROUP BY w.maptokentype) x(token, dictionaries)
                      JOIN ts_token_type(t.cfgparser) k ON k.tokid = x.token""")
            .comment("pg_ts_config", "t.oid")
            .from(members("pg_ts_config t"));

    static final ObjectKind TEXT_SEARCH_DICTIONARY = ObjectKind.named("text search dictionary")
            .object("quote_ident(t.dictname)")
            .attribute(
                    "template",
                    "SELECT concat(CASE WHEN NOT pg_ts_template_is_visible(p.oid) THEN p.tmplnamespace::regnamespace || '.' END,"
                            + " quote_ident(p.tmplname)) FROM pg_ts_template p"
                            + " WHERE p.oid = t.dicttemplate")
            .attribute("options", "t.dictinitoption")
            .comment("pg_ts_dict", "t.oid")
            .from(members("pg_ts_dict t"));

    static final ObjectKind TEXT_SEARCH_PARSER = ObjectKind.named("text search parser")
            .object("quote_ident(t.prsname)")
            .attribute("definition", """
                    concat_ws(', ', 'START = ' || function_name(t.prsstart), 'GETTOKEN = ' || function_name(t.prstoken), 'END = ' || function_name(t.prsend),
                              'HEADLINE = ' || function_name(t.prsheadline), 'LEXTYPES = ' || function_name(t.prslextype))""")
            .comment("pg_ts_parser", "t.oid")
            .from(members("pg_ts_parser t"));

    static final ObjectKind TEXT_SEARCH_TEMPLATE = ObjectKind.named("text search template")
            .object("quote_ident(t.tmplname)")
            .attribute(
                    "definition",
                    "concat_ws(', ', 'INIT = ' || function_name(t.tmplinit), 'LEXIZE = ' || function_name(t.tmpllexize))")
            .comment("pg_ts_template", "t.oid")
            .from(members("pg_ts_template t"));

    /** Its members are not compared; they come with its version. */
    static final ObjectKind EXTENSION = ObjectKind.named("extension")
            .object("quote_ident(e.extname)")
            .attribute("version", "e.extversion")
            .comment("pg_extension", "e.oid")
            .from("pg_extension e WHERE e.extnamespace = home.oid");

    static final ObjectKind SECURITY_LABEL = ObjectKind.named("security label")
            .object("concat(l.provider, ' of ', pg_describe_object(l.classoid, l.objoid, l.objsubid))")
            .attribute("label", "l.label")
            .from("member m JOIN pg_seclabel l ON l.classoid = m.classid AND l.objoid = m.objid");

    static final List<ObjectKind> ALL = List.of(
            SCHEMA,
            DEFAULT_PRIVILEGES,
            STATISTICS,
            COLLATION,
            CONVERSION,
            OPERATOR,
            OPERATOR_FAMILY,
            OPERATOR_CLASS,
            CAST,
            TRANSFORM,
            TEXT_SEARCH_CONFIGURATION,
            TEXT_SEARCH_DICTIONARY,
            TEXT_SEARCH_PARSER,
            TEXT_SEARCH_TEMPLATE,
            EXTENSION,
            SECURITY_LABEL);

    private OtherKinds() {}

    private static String members(String catalog) {
        String[] words = catalog.split(" ", -1);
        return "member m JOIN " + catalog + " ON " + words[1] + ".oid = m.objid WHERE m.classid = '" + words[0]
                + "'::regclass";
    }

    /** Objects without a schema that depend on a type or function of the schema. */
    private static String parts(String catalog, String alias) {
        return "(SELECT DISTINCT d.objid FROM member m JOIN pg_depend d ON m.classid IN ('pg_type'::regclass, 'pg_proc'::regclass) AND d.refclassid = m.classid AND d.refobjid = m.objid"
                + " AND d.classid = '" + catalog + "'::regclass) d JOIN " + catalog + ' ' + alias + " ON " + alias
                + ".oid = d.objid WHERE NOT EXISTS (SELECT FROM pg_depend i WHERE i.classid = '" + catalog
                + "'::regclass AND i.objid = d.objid AND i.deptype IN ('e', 'i'))";
    }
}
