package dev.tenantmigrator.internal.drift;

import java.util.List;

/** Functions, procedures, aggregates and types. */
final class TypeAndRoutineKinds {

    static final ObjectKind FUNCTION = routine("function", "p.prokind IN ('f', 'w')");

    static final ObjectKind PROCEDURE = routine("procedure", "p.prokind = 'p'");

    static final ObjectKind AGGREGATE = ObjectKind.named("aggregate")
            .object(routineName())
            .attribute(
                    "kind",
                    "CASE g.aggkind WHEN 'n' THEN 'normal' WHEN 'o' THEN 'ordered-set' ELSE 'hypothetical-set' END")
            .attribute("arguments", "pg_get_function_arguments(p.oid)")
            .attribute("definition", """
                    concat_ws(', ', 'SFUNC = ' || function_name(g.aggtransfn), 'STYPE = ' || format_type(g.aggtranstype, NULL),
                              'SSPACE = ' || nullif(g.aggtransspace, 0), 'FINALFUNC = ' || function_name(g.aggfinalfn),
                              CASE WHEN g.aggfinalextra THEN 'FINALFUNC_EXTRA' END,
                              'FINALFUNC_MODIFY = ' || CASE g.aggfinalmodify WHEN 's' THEN 'SHAREABLE' WHEN 'w' THEN 'READ_WRITE'
                                                                     ELSE CASE WHEN g.aggkind <> 'n' THEN 'READ_ONLY' END END,
                              'COMBINEFUNC = ' || function_name(g.aggcombinefn),
                              'SERIALFUNC = ' || function_name(g.aggserialfn),
                              'DESERIALFUNC = ' || function_name(g.aggdeserialfn),
                              'INITCOND = ' || quote_literal(g.agginitval), 'MSFUNC = ' || function_name(g.aggmtransfn),
                              'MINVFUNC = ' || function_name(g.aggminvtransfn),
                              'MSTYPE = ' || format_type(nullif(g.aggmtranstype, 0), NULL),
                              'MSSPACE = ' || nullif(g.aggmtransspace, 0), 'MFINALFUNC = ' || function_name(g.aggmfinalfn),
                              CASE WHEN g.aggmfinalextra THEN 'MFINALFUNC_EXTRA' END,
                              'MFINALFUNC_MODIFY = ' || CASE g.aggmfinalmodify WHEN 's' THEN 'SHAREABLE' WHEN 'w' THEN 'READ_WRITE' END,
                              'MINITCOND = ' || quote_literal(g.aggminitval),
                              'SORTOP = ' || operator_name(g.aggsortop),
                              'PARALLEL = ' || CASE p.proparallel WHEN 's' THEN 'SAFE' WHEN 'r' THEN 'RESTRICTED' END)""")
            .attribute("result", "pg_get_function_result(p.oid)")
            .privileges("p.proacl", 'f', "p.proowner")
            .comment("pg_proc", "p.oid")
            .from("member m JOIN pg_proc p ON p.oid = m.objid JOIN pg_aggregate g ON g.aggfnoid = p.oid"
                    + " WHERE m.classid = 'pg_proc'::regclass");

    private static ObjectKind routine(String name, String condition) {
        return ObjectKind.named(name)
                .object(routineName())
                .attribute("kind", "CASE p.prokind WHEN 'w' THEN 'window' END")
                .attribute("arguments", "pg_get_function_arguments(p.oid)")
                .attribute("result", "pg_get_function_result(p.oid)")
                .attribute("language", "SELECT l.lanname FROM pg_language l WHERE l.oid = p.prolang")
                .attribute("body", "coalesce(pg_get_function_sqlbody(p.oid), p.prosrc)")
                .attribute("body form", "CASE WHEN p.prosqlbody IS NULL THEN 'string' ELSE 'SQL' END")
                .attribute("library", "p.probin")
                .attribute(
                        "volatility",
                        "CASE p.provolatile WHEN 'i' THEN 'IMMUTABLE' WHEN 's' THEN 'STABLE' ELSE 'VOLATILE' END")
                .attribute("null input", "CASE WHEN p.proisstrict THEN 'STRICT' ELSE 'CALLED ON NULL INPUT' END")
                .attribute("security", "CASE WHEN p.prosecdef THEN 'SECURITY DEFINER' ELSE 'SECURITY INVOKER' END")
                .attribute("leakproof", "CASE WHEN p.proleakproof THEN 'LEAKPROOF' ELSE 'NOT LEAKPROOF' END")
                .attribute(
                        "parallel",
                        "CASE p.proparallel WHEN 's' THEN 'SAFE' WHEN 'r' THEN 'RESTRICTED' ELSE 'UNSAFE' END")
                .attribute("cost", "p.procost")
                .attribute("rows", "nullif(p.prorows, 0)")
                .attribute("support", "function_name(p.prosupport)")
                .attribute("transforms", "SELECT string_agg(format_type(t, NULL), ', ') FROM unnest(p.protrftypes) t")
                .attribute(
                        "settings", "SELECT string_agg(s, E'\\n' ORDER BY s COLLATE \"C\") FROM unnest(p.proconfig) s")
                .privileges("p.proacl", 'f', "p.proowner")
                .comment("pg_proc", "p.oid")
                .from("member m JOIN pg_proc p ON p.oid = m.objid WHERE m.classid = 'pg_proc'::regclass AND "
                        + condition);
    }

    private static String routineName() {
        // Names of parameters are an attribute, which can change.
        return """
                format('%I(%s)', p.proname, (SELECT string_agg(format_type(a.type, NULL), ', ' ORDER BY a.number)
                                               FROM unnest(p.proargtypes) WITH ORDINALITY a(type, number)))""";
    }

    static final ObjectKind ENUM = type("enum").attribute("labels", """
                    SELECT string_agg(quote_literal(e.enumlabel), ', ' ORDER BY e.enumsortorder) FROM pg_enum e WHERE e.enumtypid = t.oid""").from(types("t.typtype = 'e'"));

    static final ObjectKind DOMAIN = type("domain")
            .attribute("type", "format_type(t.typbasetype, t.typtypmod)")
            .attribute("collation", """
                    SELECT t.typcollation::regcollation FROM pg_type b
                     WHERE b.oid = t.typbasetype AND t.typcollation NOT IN (0, b.typcollation)""")
            .attribute("nullability", "CASE WHEN t.typnotnull THEN 'NOT NULL' ELSE 'NULL' END")
            .attribute("default", "pg_get_expr(t.typdefaultbin, 0, true)")
            .from(types("t.typtype = 'd'"));

    static final ObjectKind DOMAIN_CONSTRAINT = ObjectKind.named("domain constraint")
            .object("concat(quote_ident(t.typname), '.', quote_ident(k.conname))")
            .attribute("definition", "regexp_replace(pg_get_constraintdef(k.oid, true), ' NOT VALID$', '')")
            .attribute("validated", "CASE WHEN k.convalidated THEN 'yes' ELSE 'no' END")
            .comment("pg_constraint", "k.oid")
            .from("member m JOIN pg_type t ON t.oid = m.objid JOIN pg_constraint k ON k.contypid = t.oid"
                    + " WHERE m.classid = 'pg_type'::regclass AND k.contype = 'c'");

    static final ObjectKind COMPOSITE_TYPE = type("composite type")
            .attribute("columns", """
                    SELECT string_agg(concat(quote_ident(a.attname), ' ', format_type(a.atttypid, a.atttypmod),
                                             CASE WHEN a.attcollation NOT IN (0, b.typcollation)
                                                  THEN ' COLLATE ' || a.attcollation::regcollation END), ', ' ORDER BY a.attnum)
                      FROM pg_attribute a JOIN pg_type b ON b.oid = a.atttypid
                     WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped""")
            .attribute("column comments", """
                    SELECT string_agg(quote_ident(a.attname) || ' ' || quote_literal(d.description), ', ' ORDER BY a.attname)
                      FROM pg_description d JOIN pg_attribute a ON a.attrelid = d.objoid AND a.attnum = d.objsubid
                     WHERE d.objoid = t.typrelid AND d.classoid = 'pg_class'::regclass AND d.objsubid > 0""")
            .from(types("t.typtype = 'c'"));

    static final ObjectKind RANGE_TYPE =
            type("range type").attribute("definition", """
                    SELECT concat_ws(', ', 'SUBTYPE = ' || format_type(r.rngsubtype, NULL),
                                     'SUBTYPE_OPCLASS = ' || (SELECT quote_ident(o.opcname) FROM pg_opclass o WHERE o.oid = r.rngsubopc AND NOT o.opcdefault),
                                     'COLLATION = ' || (SELECT r.rngcollation::regcollation FROM pg_type b WHERE b.oid = r.rngsubtype
                                                                                                    AND r.rngcollation NOT IN (0, b.typcollation)),
                                     'CANONICAL = ' || function_name(r.rngcanonical),
                                     'SUBTYPE_DIFF = ' || function_name(r.rngsubdiff),
                                     'MULTIRANGE_TYPE_NAME = ' || format_type(r.rngmultitypid, NULL))
                      FROM pg_range r WHERE r.rngtypid = t.oid""").from(types("t.typtype = 'r'"));

    static final ObjectKind BASE_TYPE =
            type("base type").attribute("definition", """
                    concat_ws(', ', 'INPUT = ' || function_name(t.typinput), 'OUTPUT = ' || function_name(t.typoutput),
                              'RECEIVE = ' || function_name(t.typreceive), 'SEND = ' || function_name(t.typsend),
                              'TYPMOD_IN = ' || function_name(t.typmodin), 'TYPMOD_OUT = ' || function_name(t.typmodout),
                              'ANALYZE = ' || function_name(t.typanalyze),
                              'INTERNALLENGTH = ' || coalesce(nullif(t.typlen, -1)::text, 'VARIABLE'), CASE WHEN t.typbyval THEN 'PASSEDBYVALUE' END,
                              'ALIGNMENT = ' || CASE t.typalign WHEN 'c' THEN 'char' WHEN 's' THEN 'int2' WHEN 'i' THEN 'int4' ELSE 'double' END,
                              'STORAGE = ' || CASE t.typstorage WHEN 'p' THEN 'plain' WHEN 'e' THEN 'external' WHEN 'm' THEN 'main' ELSE 'extended' END,
                              'CATEGORY = ' || quote_literal(t.typcategory::text), 'PREFERRED = ' || t.typispreferred,
                              'DEFAULT = ' || quote_literal(t.typdefault), 'DELIMITER = ' || quote_literal(t.typdelim::text),
                              'COLLATABLE = ' || (t.typcollation <> 0))""").from(types("t.typtype = 'b' AND t.typelem = 0"));

    private static ObjectKind.Builder type(String name) {
        return ObjectKind.named(name)
                .object("quote_ident(t.typname)")
                .privileges("t.typacl", 'T', "t.typowner")
                .comment("pg_type", "t.oid");
    }

    private static String types(String condition) {
        return "member m JOIN pg_type t ON t.oid = m.objid WHERE m.classid = 'pg_type'::regclass AND " + condition;
    }

    static final List<ObjectKind> ALL = List.of(
            FUNCTION, PROCEDURE, AGGREGATE, ENUM, DOMAIN, DOMAIN_CONSTRAINT, COMPOSITE_TYPE, RANGE_TYPE, BASE_TYPE);

    private TypeAndRoutineKinds() {}
}
