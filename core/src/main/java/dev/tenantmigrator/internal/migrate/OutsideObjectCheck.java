package dev.tenantmigrator.internal.migrate;

import dev.tenantmigrator.internal.containment.AllowList;
import dev.tenantmigrator.internal.jdbc.Jdbc;
import dev.tenantmigrator.internal.jdbc.Session;
import dev.tenantmigrator.internal.script.TenantPath;
import dev.tenantmigrator.internal.sql.nontransactional.NonTransactionalStatement;
import dev.tenantmigrator.internal.sql.nontransactional.NonTransactionalStatement.Kind;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Finds the objects outside of its tenant that a statement outside of a transaction would reach: relations beside the named ones,
 * and functions. It runs before the statement, whose effects could not be rolled back.
 *
 * <p>A function may run if everything that it can call is known to change nothing. PostgreSQL keeps SQL and PL/pgSQL functions that
 * are not VOLATILE from writing (PostgreSQL documentation, "Function Volatility Categories"). So the check looks for calls of
 * functions that are VOLATILE, or in a language without that rule.
 */
final class OutsideObjectCheck {

    /**
     * Settings until the transaction ends. The query looks up few rows by OID, so joins over whole catalogs are off: they grow with the
     * fleet (1,500 tenants: 20 ms instead of 5). JIT compilation is off, because it takes two seconds.
     */
    private static final String OWN_SETTINGS =
            "SELECT pg_catalog.current_schemas(false), pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true),"
                    + Stream.of("jit", "enable_hashjoin", "enable_mergejoin", "enable_seqscan")
                            .map(setting -> " pg_catalog.set_config('" + setting + "', 'off', true)")
                            .collect(Collectors.joining(","));

    /** A condition: an object, given by the names of its schema and of itself, is allowed. */
    private static final String ALLOWED = """
            (%1$s = ANY (a.schemas) OR %1$s = a.shared AND %2$s = ANY (a.objects)
                OR %1$s || '.' || %2$s = ANY (a.tables) OR %1$s || '.*' = ANY (a.tables))""";

    /**
     * {@code relation}: the tables that the statement works on. Indexes and TOAST tables need no check: an index is in the schema of
     * its table, a TOAST table in one of the server's.
     */
    private static final String RELATIONS = """
            WITH RECURSIVE asked AS (
                SELECT ?::text AS tenant, ?::text[]::name[] AS names, ?::boolean AS vacuum, ?::boolean AS detach,
                       ?::text AS code, ?::text AS shared, ?::text[] AS objects, ?::text[] AS schemas, ?::text[] AS tables,
                       (SELECT array_agg(oid) FROM pg_namespace WHERE nspname = ANY (?::text[]::name[])) AS path
            ), relation(oid, keys) AS (
                SELECT coalesce(i.indrelid, c.oid), a.detach
                  FROM asked a JOIN pg_namespace n ON n.nspname = a.tenant::name JOIN pg_class c ON c.relnamespace = n.oid
                  LEFT JOIN pg_index i ON i.indexrelid = c.oid
                 WHERE CASE WHEN a.names = '{}' THEN c.relkind IN ('r', 'm') ELSE c.relname = ANY (a.names) END
                UNION
                SELECT x.oid, x.keys
                  FROM asked a, relation r JOIN pg_class c ON c.oid = r.oid JOIN pg_namespace n ON n.oid = c.relnamespace,
                       LATERAL (SELECT h.inhrelid, r.keys FROM pg_inherits h WHERE h.inhparent = c.oid AND (c.relkind = 'p' OR a.vacuum)
                                UNION ALL SELECT k.confrelid, false FROM pg_constraint k
                                 WHERE r.keys AND k.conrelid = c.oid AND k.contype = 'f') x(oid, keys)
                 WHERE NOT {allowed n.nspname c.relname}
            """;

    /**
     * {@code object}: all code that may run for these tables, and all objects that this code may use, as pairs of a catalog's OID and
     * an object's (1247 types, 1255 functions, 1259 relations, 2606 constraints of domains, 2615 schemas, 2616 operator classes,
     * 2617 operators, 3381 statistics, 3600 and 3602 text search; and, by numbers of this query's own, 1 a relation that a function
     * reads, 2 a type that has values, 3 the text of a new index). {@code pg_depend} gives most of them. It has no entry for
     * built-in functions, which are found in the trees of expressions, nor for a body in a string: such a body may call every
     * object whose name is one of its words. Objects of extensions are trusted, because a superuser installed them, and not
     * followed.
     */
    private static final String OBJECTS = """
            ), object(class, oid) AS (
                SELECT 1259::oid, r.oid FROM relation r, asked a WHERE a.code IS NOT NULL
                UNION SELECT 3::oid, 0::oid
                UNION
                SELECT x.class, x.oid
                  FROM asked a, object o, LATERAL (
                       SELECT 1259::oid, i.indexrelid FROM pg_index i WHERE o.class = 1259 AND i.indrelid = o.oid
                       UNION ALL SELECT 3381, s.oid FROM pg_statistic_ext s WHERE o.class = 1259 AND s.stxrelid = o.oid
                       UNION ALL SELECT 2, t.atttypid FROM pg_attribute t WHERE o.class = 1259 AND t.attrelid = o.oid
                       UNION ALL SELECT v.class, v.oid FROM pg_class c, LATERAL (VALUES (1259, c.oid), (1247, c.reltype)) v(class, oid)
                                  WHERE o.class = 1 AND c.oid = o.oid
                       UNION ALL SELECT 2, o.oid WHERE o.class = 1247
                       UNION ALL SELECT 1247, t.atttypid FROM pg_type y JOIN pg_attribute t ON t.attrelid = y.typrelid
                                  WHERE o.class = 1247 AND y.oid = o.oid
                       UNION ALL SELECT 2606, k.oid FROM pg_constraint k WHERE o.class = 1247 AND k.contypid = o.oid
                       UNION ALL SELECT v.class, v.oid FROM pg_type t,
                                 LATERAL (VALUES (2, t.typelem), (2, t.typbasetype), (1259, t.typrelid)) v(class, oid)
                                  WHERE o.class = 2 AND t.oid = o.oid
                       UNION ALL SELECT v.class, v.oid FROM pg_range g,
                                 LATERAL (VALUES (1255, g.rngsubdiff::oid), (1255, g.rngcanonical::oid), (2, g.rngsubtype)) v(class, oid)
                                  WHERE o.class = 2 AND o.oid IN (g.rngtypid, g.rngmultitypid)
                       UNION ALL SELECT 1255, k.castfunc FROM pg_cast k WHERE o.class = 2 AND o.oid IN (k.castsource, k.casttarget)
                       UNION ALL SELECT CASE d.refclassid WHEN 1259 THEN 1 ELSE d.refclassid END, d.refobjid
                                   FROM pg_depend d
                                  WHERE d.classid = o.class AND d.objid = o.oid
                                    AND d.refclassid IN (1255, 1247, 1259, 2616, 2617, 3600, 3602)
                                    AND CASE WHEN d.refclassid = 1259 THEN o.class = 1255
                                             WHEN o.class = 1259 THEN (SELECT count(*) FROM pg_index i WHERE i.indexrelid = o.oid) > 0
                                             ELSE true END
                       UNION ALL SELECT 1255, f.id[1]::oid
                                   FROM (SELECT concat(i.indexprs, i.indpred) FROM pg_index i WHERE o.class = 1259 AND i.indexrelid = o.oid
                                         UNION ALL SELECT s.stxexprs::text FROM pg_statistic_ext s WHERE o.class = 3381 AND s.oid = o.oid
                                         UNION ALL SELECT k.conbin::text FROM pg_constraint k WHERE o.class = 2606 AND k.oid = o.oid
                                         UNION ALL SELECT p.prosqlbody::text FROM pg_proc p WHERE o.class = 1255 AND p.oid = o.oid) t(tree),
                                        LATERAL regexp_matches(t.tree, ':funcid ([0-9]+)', 'g') f(id)
                       UNION ALL SELECT m.class, m.oid
                                   FROM (SELECT b.text, string_to_array(regexp_replace(b.text, '[^a-z0-9_$]+', ' ', 'g'), ' ') AS words,
                                                regexp_replace(b.text, '["[:space:]]', '', 'g') AS squeezed
                                           FROM (SELECT lower(a.code COLLATE "C") WHERE o.class = 3
                                                 UNION ALL
                                                 SELECT lower(concat_ws(' ', p.prosrc, replace(array_to_string(p.proconfig, ' '), ',', '.,') || '.')
                                                              COLLATE "C")
                                                   FROM pg_proc p
                                                  WHERE o.class = 1255 AND p.oid = o.oid AND p.oid >= 16384 AND p.prolang > 13) b(text)
                                         OFFSET 0) b,
                                        LATERAL (SELECT 1255::oid, p.oid, p.proname FROM pg_proc p
                                                  WHERE p.proname = ANY (b.words::name[]) AND p.oid < 16384
                                                 UNION ALL
                                                 SELECT CASE d.classid WHEN 1259 THEN 1 ELSE d.classid END, d.objid,
                                                        coalesce((SELECT proname FROM pg_proc WHERE d.classid = 1255 AND oid = d.objid),
                                                                 (SELECT typname FROM pg_type WHERE d.classid = 1247 AND oid = d.objid),
                                                                 (SELECT relname FROM pg_class WHERE d.classid = 1259 AND oid = d.objid),
                                                                 (SELECT oprname FROM pg_operator WHERE d.classid = 2617 AND oid = d.objid))
                                                   FROM pg_depend d
                                                  WHERE d.refclassid = 2615 AND d.refobjid = ANY (a.path || pg_my_temp_schema())
                                                 UNION ALL SELECT 2615, n.oid, n.nspname FROM pg_namespace n
                                                            WHERE n.oid <> ALL (a.path) AND NOT n.nspname = ANY (a.schemas)
                                                              AND n.oid >= 16384
                                                              AND (position(lower(n.nspname::text COLLATE "C") || '.' in b.squeezed) > 0
                                                                   OR b.text ~ '--|/[*]')) m(class, oid, name)
                                  WHERE lower(m.name::text COLLATE "C") = ANY (b.words)
                                     OR (m.name::text COLLATE "C" ~ '[^A-Za-z0-9_$]' OR length(m.name) > 30)
                                        AND position(replace(lower(m.name::text COLLATE "C"), '"', '""') in b.text) > 0
                       ) x(class, oid)
                 WHERE x.oid <> 0
                   AND (SELECT count(*) FROM pg_depend e
                         WHERE e.classid = CASE o.class WHEN 1 THEN 1259 WHEN 2 THEN 1247 ELSE o.class END
                           AND e.objid = o.oid AND e.deptype = 'e') = 0
                   AND (SELECT count(*) FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
                         WHERE o.class = 1255 AND p.oid = o.oid AND {allowed n.nspname p.proname}) = 0
            """;

    private static final String STRANGERS = """
            ), code AS (
                SELECT n.nspname || '.' || p.proname AS name, n.nspname = a.tenant AS own, p.*, l.lanname,
                       (SELECT count(*) FROM pg_depend e WHERE e.classid = 1255 AND e.objid = p.oid AND e.deptype = 'e') > 0 AS extension
                  FROM object o JOIN pg_proc p ON p.oid = o.oid JOIN pg_namespace n ON n.oid = p.pronamespace
                  JOIN pg_language l ON l.oid = p.prolang, asked a
                 WHERE o.class = 1255 AND NOT {allowed n.nspname p.proname}
            )
            SELECT 'RELATION', n.nspname || '.' || c.relname
              FROM asked a, relation r JOIN pg_class c ON c.oid = r.oid JOIN pg_namespace n ON n.oid = c.relnamespace
             WHERE n.nspname <> a.tenant AND NOT {allowed n.nspname c.relname}
            UNION ALL
            SELECT CASE WHEN provolatile = 'v' THEN 'VOLATILE' ELSE 'UNREADABLE' END, name FROM code
             WHERE provolatile = 'v' OR oid < 16384 AND proname ~ '_to_xml'
                OR oid >= 16384 AND lanname NOT IN ('c', 'internal')
                   AND CASE WHEN extension AND NOT own THEN proretset AND provolatile = 's'
                            ELSE extension OR lanname NOT IN ('sql', 'plpgsql')
                                 OR prosrc ~* 'u&"|pg_temp' OR lanname = 'plpgsql' AND prosrc ~* '[[:<:]]execute[[:>:]]'
                                 OR array_to_string(proconfig, ' ') ~ '[$]' END
            UNION ALL
            SELECT 'READ', n.nspname || '.' || c.relname FROM object o JOIN pg_class c ON c.oid = o.oid JOIN pg_namespace n ON n.oid = c.relnamespace
             WHERE o.class = 1 AND (c.relkind IN ('v', 'f') OR c.relrowsecurity)
            UNION ALL
            SELECT 'SCHEMA', n.nspname::text FROM object o JOIN pg_namespace n ON n.oid = o.oid WHERE o.class = 2615
            UNION ALL
            SELECT 'TEXT', '' FROM asked WHERE code ~* 'u&"|pg_temp'""";

    private static final String QUERY = withAllowed(RELATIONS + OBJECTS + STRANGERS);

    private static final String UNSAFE_CODE =
            ", and outside of a transaction its effects cannot be rolled back. Do this in a migration that runs in a"
                    + " transaction (without CONCURRENTLY; ANALYZE instead of VACUUM), %s, or put the function into the shared"
                    + " schema and allow it by name (shared objects)";

    private final Session session;
    private final String tenant;
    private final TenantPath path;
    private final AllowList allowed;

    OutsideObjectCheck(Session session, String tenant, TenantPath path, AllowList allowed) {
        this.session = session;
        this.tenant = tenant;
        this.path = path;
        this.allowed = allowed;
    }

    /** The reason why a statement must not run; empty when it may. */
    Optional<String> refusal(NonTransactionalStatement statement, String sql) throws SQLException {
        if (statement.kind() == Kind.CODE || statement.kind() == Kind.DROP_INDEX) {
            return Optional.empty();
        }
        return session.inRolledBackTransaction(connection -> refusal(connection, statement, sql));
    }

    private Optional<String> refusal(Connection connection, NonTransactionalStatement statement, String sql)
            throws SQLException {
        Jdbc.execute(connection, path.sql(tenant));
        Object[] searched = Jdbc.queryOne(
                connection, OWN_SETTINGS, row -> (Object[]) row.getArray(1).getArray());
        return Jdbc.query(
                        connection,
                        QUERY,
                        row -> message(row.getString(1), row.getString(2)),
                        tenant,
                        names(statement),
                        statement.kind() == Kind.VACUUM,
                        statement.kind() == Kind.DETACH,
                        code(statement, sql),
                        allowed.sharedSchema(),
                        allowed.sharedObjects(),
                        allowed.schemas(),
                        allowed.tables(),
                        List.of(searched))
                .stream()
                .findFirst();
    }

    /** The relations that the statement names; none means all of the schema. */
    private static List<String> names(NonTransactionalStatement statement) {
        return switch (statement.kind()) {
            case REINDEX_SCHEMA -> List.of();
            case CREATE_INDEX, DETACH -> List.of(statement.secondName());
            default ->
                statement.names().stream()
                        .map(NonTransactionalStatement.Name::name)
                        .toList();
        };
    }

    /** The expressions of a new index, and more text where a name contains a parenthesis; empty when no code runs. */
    private static Optional<String> code(NonTransactionalStatement statement, String sql) {
        return switch (statement.kind()) {
            case DETACH -> Optional.empty();
            case CREATE_INDEX -> Optional.of(sql.substring(Math.max(0, sql.indexOf('('))));
            default -> Optional.of("");
        };
    }

    private static String message(String finding, String name) {
        return switch (finding) {
            case "RELATION" ->
                "this statement would also work on " + name
                        + ", which is outside of the tenant's schema; name the tenant's own tables"
                        + " or partitions one by one, or allow that table by name";
            case "VOLATILE" ->
                "this statement would run the function " + name + ", which is VOLATILE and may change anything"
                        + UNSAFE_CODE.formatted("mark the function IMMUTABLE or STABLE if it changes nothing");
            case "READ" ->
                "this statement would run a function that reads " + name + ", and the code behind that is not known"
                        + UNSAFE_CODE.formatted("let the function read only tables");
            case "SCHEMA" ->
                "this statement, or a function that it would run, names the schema " + name
                        + UNSAFE_CODE.formatted("allow that schema");
            case "TEXT" ->
                "the names that this statement calls cannot be read; write them plainly, without U& and pg_temp";
            default ->
                "this statement would run the function " + name
                        + ", and the code that it calls is not known (dynamic SQL, another language,"
                        + " U& or pg_temp)"
                        + UNSAFE_CODE.formatted("write the function plainly in SQL or PL/pgSQL");
        };
    }

    private static String withAllowed(String query) {
        return Pattern.compile("\\{allowed (\\S+) (\\S+)}")
                .matcher(query)
                .replaceAll(names -> Matcher.quoteReplacement(ALLOWED.formatted(names.group(1), names.group(2))));
    }
}
