package dev.tenantmigrator.internal.containment;

import static dev.tenantmigrator.internal.containment.Catalogs.CHANGED_WITHOUT_LOCK;

import dev.tenantmigrator.internal.containment.Catalogs.Owner;
import dev.tenantmigrator.internal.sql.Sql;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The full check, as SQL: for a transaction that may have done anything. It collects the objects that the transaction locked, or
 * whose row in a catalog it wrote, and finds the foreign ones by {@link ForeignQueries}:
 *
 * <ul>
 *   <li>The transaction's own locks (PostgreSQL documentation, {@code pg_locks}) show nearly all changes. A transaction keeps its
 *       locks to its end, also those on objects that it dropped.
 *   <li>A change without a lock writes a row of a catalog, and the server counts these writes ("The Cumulative Statistics
 *       System"). If all of them are rows of the tenant's own objects, nothing else was changed. Otherwise the catalog is searched,
 *       if code can have run that hides its effects.
 * </ul>
 *
 * <p>One statement, in PL/pgSQL because that plans only the queries that run. Its cost does not grow with the number of tenants,
 * except where such a catalog is searched.
 */
final class FullCheck {

    static final String EARLIER = "tenant_migrator_earlier";

    /**
     * The number of times that the cursor can be asked: once for each statement while the offending one is searched. The number
     * stays small, because a hostile script that uses all of them up must end soon; then the check fails.
     */
    private static final int ANSWERS = 1_000;

    /** The first 5 catalogs of {@link Catalogs#CHANGED_WITHOUT_LOCK} grow with each tenant; the others are always searched. */
    private static final int LARGE = 5;

    private static final List<Catalogs> COUNTED = Stream.concat(
                    CHANGED_WITHOUT_LOCK.stream(), Catalogs.of(Owner.NOBODY).stream())
            .toList();

    private static final String COUNTED_OIDS = Catalogs.oids(COUNTED.stream());

    /** Catalogs whose objects are in a schema, by themselves or as a part. Objects of the others belong to nobody. */
    private static final String IN_SCHEMAS =
            Catalogs.oids(Catalogs.of(Owner.SCHEMA, Owner.PART, Owner.ITSELF).stream());

    /**
     * A condition: this transaction, or a subtransaction of it, wrote the catalog's row {@code r}. {@code age()} counts from a number
     * that is fixed at its first call in the transaction, and that is another than the transaction's own if it had none yet; so the
     * age of the own number is the zero.
     *
     * @param own an expression for the transaction's number, an {@code xid8}
     */
    static String isOwn(String own) {
        String zero = "age(" + own + "::xid)";
        return "(age(r.xmin) = " + zero + " OR age(r.xmin) < " + zero + " AND pg_xact_status((" + own
                + "::text::bigint - age(r.xmin) + " + zero + ")::text::xid8) = 'in progress')";
    }

    private FullCheck() {}

    /**
     * Opens the cursor that later shows the state before the script. Its query is planned only when it is asked. The number of
     * answers is a subquery, because a large constant estimate would have the server compile the query to machine code.
     */
    static String declareSql(AllowList allowed, String tenant) {
        String catalogs = "nullif(current_setting('tenant_migrator.catalogs', true), '')::oid[]";
        String objects = "nullif(current_setting('tenant_migrator.objects', true), '')::oid[]";
        return earlier("pg_catalog.generate_series(1, (SELECT " + ANSWERS + ")), ")
                + asXml(ForeignQueries.among(allowed, tenant, catalogs, objects))
                + ", CASE WHEN pg_catalog.current_setting('tenant_migrator.catalogs', true) OPERATOR(pg_catalog.~) '2615' THEN "
                + asXml(ForeignQueries.schemasAmong(allowed, tenant, catalogs, objects)) + " END";
    }

    /** The beginning of a statement that opens such a cursor. */
    static String earlier(String columns) {
        return "DECLARE " + EARLIER + " NO SCROLL CURSOR FOR SELECT " + columns;
    }

    /** An expression that runs a query when it is evaluated, in the snapshot of its statement; empty without rows. */
    static String asXml(String query) {
        return "pg_catalog.query_to_xml(" + Sql.literal(query) + ", false, true, '')";
    }

    /**
     * The state before the script, as columns for a {@code SELECT} after {@link #declareSql}; {@link CheckStart} reads them. The
     * last column gives the transaction its number, so that subtransactions of the script have later ones.
     */
    static String startColumns(AllowList allowed, String tenant) {
        return "(SELECT pg_catalog.date_part('epoch', creation_time)::pg_catalog.text FROM pg_catalog.pg_cursor()"
                + " WHERE name OPERATOR(pg_catalog.=) '" + EARLIER + "'), " + writes() + ", " + moves()
                + ", (SELECT pg_catalog.count(*) FROM pg_catalog.pg_cursor() WHERE is_holdable), "
                + HidingCode.isThere(allowed, tenant)
                + ", pg_catalog.to_regclass('pg_catalog.pg_dist_object') IS NOT NULL, pg_catalog.pg_current_xact_id()";
    }

    private static String writes() {
        return "ARRAY(SELECT pg_catalog.pg_stat_get_xact_tuples_inserted(w.oid) OPERATOR(pg_catalog.+)"
                + " pg_catalog.pg_stat_get_xact_tuples_updated(w.oid) OPERATOR(pg_catalog.+) CASE WHEN w.n OPERATOR(pg_catalog.>) "
                + CHANGED_WITHOUT_LOCK.size()
                + " OR w.oid OPERATOR(pg_catalog.=) 3603 THEN pg_catalog.pg_stat_get_xact_tuples_deleted(w.oid) ELSE 0 END"
                + " FROM pg_catalog.unnest(" + COUNTED_OIDS.replace("oid[]", "pg_catalog.oid[]")
                + ") WITH ORDINALITY w(oid, n) ORDER BY w.n)::pg_catalog.text";
    }

    private static String moves() {
        return "pg_catalog.pg_stat_get_xact_tuples_updated(2608)";
    }

    /**
     * The check, with placeholders for {@link #of}. It fails with the marker and a line for each foreign object. It also has the
     * counters flushed at the end of the transaction, so that they begin at zero for the next one.
     *
     * @param hidden whether code may run that the script's text does not show
     */
    static String template(AllowList allowed, boolean hidden, String marker) {
        return """
                DO $check$
                DECLARE
                    earlier CONSTANT refcursor := '{earlier}';
                    tenant_oid CONSTANT oid := coalesce(to_regnamespace(quote_ident({tenant}))::oid, 0);
                    shared_oid CONSTANT oid := coalesce(to_regnamespace(quote_ident({shared}))::oid, 0);
                    own_xid CONSTANT xid8 := pg_current_xact_id();
                    known CONSTANT text[] := {known};
                    moved CONSTANT boolean := pg_stat_get_xact_tuples_updated(2608) > {moves};
                    lines text[] := '{}';
                    relations oid[];
                    catalogs oid[];
                    objects oid[];
                    some_are_there boolean;
                    searched CONSTANT boolean := {hidden};
                    counted CONSTANT oid[] := {counted};
                    written_before CONSTANT bigint[] := '{writes}';
                    counted_oid oid;
                    catalog_name text;
                    writes bigint;
                    own bigint;
                    more oid[];
                    answer_number int;
                    answer xml;
                    answer_of_schemas xml;
                BEGIN
                    IF (SELECT date_part('epoch', creation_time)::text FROM pg_cursor() WHERE name = '{earlier}')
                       IS DISTINCT FROM '{opened}' THEN
                        lines := lines || '0:0:the cursor that shows how it was before'::text;
                    END IF;
                    IF (SELECT count(*) FROM pg_cursor() WHERE is_holdable) > {held} THEN
                        lines := lines || '0:0:a cursor WITH HOLD, which would run at the commit'::text;
                    END IF;
                    SELECT array_agg(l.o) FILTER (WHERE l.c = 1259), array_agg(l.c) FILTER (WHERE l.looked_at),
                           array_agg(l.o) FILTER (WHERE l.looked_at), coalesce(bool_or(l.looked_at AND l.names IS NOT NULL), false)
                      INTO relations, catalogs, objects, some_are_there
                      FROM (SELECT c, o, names, (moved OR bool_or(mode = 'ShareUpdateExclusiveLock') OR NOT {inside}){unknown} AS looked_at
                              FROM (SELECT coalesce(classid, 1259) AS c, coalesce(objid, relation) AS o, mode,
                                           (pg_identify_object_as_address(coalesce(classid, 1259), coalesce(objid, relation), 0)).object_names AS names
                                      FROM {own_locks} OFFSET 0) m
                             -- DEPENDS ON EXTENSION takes it, and leaves the extension as it is.
                             WHERE NOT (c = 3079 AND mode = 'AccessExclusiveLock' AND names IS NOT NULL)
                               AND NOT coalesce(c = 1259 AND {servers_own}, false)
                             GROUP BY c, o, names) l;
                    FOR n IN 1 .. cardinality(counted) LOOP
                        counted_oid := counted[n];
                        writes := pg_stat_get_xact_tuples_inserted(counted_oid) + pg_stat_get_xact_tuples_updated(counted_oid)
                            + CASE WHEN n > {without_lock} OR counted_oid = 3603 THEN pg_stat_get_xact_tuples_deleted(counted_oid) ELSE 0 END
                            - written_before[n];
                        CONTINUE WHEN writes = 0;
                        IF n > {without_lock} THEN
                            lines := lines || ('0:0:' || ('{kinds}'::text[])[n - {without_lock}]);
                            CONTINUE;
                        END IF;
                        catalog_name := ('{names}'::text[])[n];
                        more := NULL;
                        own := 0;
                        IF searched AND counted_oid = 1259 THEN
                            SELECT count(*) INTO own FROM pg_class r WHERE r.oid = ANY (relations) AND {is_own};
                        ELSIF searched AND counted_oid = 1249 THEN
                            SELECT count(*) INTO own FROM pg_attribute r WHERE r.attrelid = ANY (relations) AND {is_own};
                        ELSIF counted_oid IN (1259, 1249) THEN
                            -- Privileges: no code hides a GRANT, and the text of one was written out for the tenant.
                            CONTINUE;
                        ELSIF counted_oid = 2606 THEN
                            -- Only constraints of domains, which are few and found by an index, are without a lock.
                            own := -1;
                        ELSIF counted_oid = 2615 THEN
                            SELECT count(*) INTO own FROM pg_namespace r WHERE r.oid = tenant_oid AND {is_own};
                        ELSIF counted_oid = 3603 THEN
                            -- A configuration whose mappings change depends on other things since.
                            SELECT array_agg(DISTINCT r.objid) INTO more FROM pg_depend r WHERE r.classid = 3602 AND {is_own};
                            own := writes;
                            counted_oid := 3602;
                        ELSIF searched AND counted_oid = 1247 THEN
                            SELECT count(DISTINCT r.oid), array_agg(r.oid) FILTER (WHERE moved) INTO own, more
                              FROM (SELECT reltype FROM pg_class WHERE oid = ANY (relations)
                                    UNION ALL
                                    SELECT objid FROM pg_depend
                                     WHERE refclassid = 2615 AND refobjid = tenant_oid AND classid = 1247) m(oid)
                              JOIN pg_type e ON e.oid = m.oid JOIN pg_type r ON r.oid IN (e.oid, e.typarray) WHERE {is_own};
                        ELSE
                            -- Without such code, a name that has no schema can mean the shared one.
                            EXECUTE format('SELECT count(DISTINCT r.oid) FILTER (WHERE d.refobjid = $1), array_agg(r.oid)'
                                    ' FILTER (WHERE ($4 OR d.refobjid <> $1) AND (cardinality($6) = 0 OR NOT concat_ws($$:$$, $2, r.ctid, r.oid) = ANY ($6)))'
                                    ' FROM pg_depend d JOIN %I r ON r.oid = d.objid'
                                    ' WHERE d.refclassid = 2615 AND d.refobjid IN ($1, $5) AND d.classid = $2 AND {own_as_parameter}', catalog_name)
                               INTO own, more USING tenant_oid, counted_oid, own_xid, moved, shared_oid, known;
                            IF n <= {large} AND NOT searched THEN
                                own := writes;
                            END IF;
                        END IF;
                        IF own < writes THEN
                            EXECUTE format('SELECT $4 || array_agg(DISTINCT %1$s) FROM %2$I r WHERE {own_as_parameter} AND %3$s'
                                    ' AND (cardinality($1) = 0 OR NOT concat_ws($$:$$, $2, r.ctid, %1$s) = ANY ($1))',
                                    CASE counted_oid WHEN 1249 THEN 'r.attrelid' WHEN 2606 THEN 'r.contypid' ELSE 'r.oid' END,
                                    catalog_name, CASE counted_oid WHEN 2606 THEN 'r.contypid > 0' WHEN 2615 THEN 'NOT starts_with(r.nspname, $$pg_$$)'
                                        ELSE 'true' END)
                               INTO more USING known, counted_oid, own_xid, more;
                        END IF;
                        IF more IS NOT NULL THEN
                            catalogs := catalogs || array_fill(CASE counted_oid WHEN 1249 THEN 1259 WHEN 2606 THEN 1247 ELSE counted_oid END,
                                                               ARRAY[cardinality(more)]);
                            objects := objects || more;
                            some_are_there := true;
                        END IF;
                    END LOOP;
                    IF catalogs IS NOT NULL THEN
                        IF some_are_there OR NOT catalogs <@ {in_schemas} THEN
                            lines := lines || ARRAY(
                                SELECT concat_ws(':', c, o, i.type || ' ' || i.identity || CASE WHEN EXISTS (SELECT FROM pg_depend
                                           WHERE classid = c AND objid = o AND deptype = 'e') THEN ' (a member of an extension)' ELSE '' END)
                                  FROM (SELECT DISTINCT c, o FROM unnest(catalogs, objects) e(c, o) WHERE c <> ALL ({in_schemas})
                                        UNION
                                        -- Default privileges for all schemas.
                                        SELECT c, o FROM unnest(catalogs, objects) e(c, o) WHERE c = 826
                                           AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = c AND objid = o)
                                           AND EXISTS (SELECT FROM pg_default_acl WHERE oid = o)
                                        UNION
                                        {outside_now}) f, LATERAL pg_identify_object(c, o, 0) i);
                        END IF;
                        IF 2615 = ANY (catalogs) THEN
                            lines := lines || ARRAY(SELECT concat_ws(':', c, o, i.type || ' ' || i.identity)
                                FROM ({schemas_now}) f(c, o), LATERAL pg_identify_object(c, o, 0) i);
                        END IF;
                        PERFORM set_config('tenant_migrator.catalogs', catalogs::text, true),
                                set_config('tenant_migrator.objects', objects::text, true);
                        FETCH earlier INTO answer_number, answer, answer_of_schemas;
                        lines := lines || CASE WHEN answer IS NULL THEN ARRAY['0:0:the cursor that shows how it was before']
                            ELSE ARRAY(SELECT m[1] || ':' || m[2] || ':' FROM regexp_matches(concat(answer, answer_of_schemas),
                                '<c>([0-9]+)</c>[^<]*<o>([0-9]+)</o>', 'g') m
                                WHERE NOT EXISTS (SELECT FROM unnest(lines) f(line) WHERE starts_with(f.line, m[1] || ':' || m[2] || ':'))) END;
                    END IF;
                    IF lines <> '{}' THEN
                        RAISE EXCEPTION USING MESSAGE = {marker} || chr(10) || array_to_string(lines, chr(10));
                    END IF;
                    PERFORM pg_stat_force_next_flush();
                END $check$""".replace("{inside}", ForeignQueries.isNamedInside(allowed, "{tenant}"))
                .replace("{servers_own}", ForeignQueries.isServersOwn("o", "names"))
                .replace("{outside_now}", ForeignQueries.among(allowed, "{tenant}", "catalogs", "objects"))
                .replace("{schemas_now}", ForeignQueries.schemasAmong(allowed, "{tenant}", "catalogs", "objects"))
                .replace("{own_as_parameter}", isOwn("$3").replace("'", "''"))
                .replace("{is_own}", isOwn("own_xid"))
                .replace("{own_locks}", OwnLocks.OF_CHANGES)
                .replace("{earlier}", EARLIER)
                .replace("{counted}", COUNTED_OIDS)
                .replace("{names}", COUNTED.stream().map(Catalogs::sqlName).collect(Collectors.joining(",", "{", "}")))
                .replace(
                        "{kinds}",
                        COUNTED.stream()
                                .skip(CHANGED_WITHOUT_LOCK.size())
                                .map(Catalogs::kind)
                                .map(kind -> '"' + kind + '"')
                                .collect(Collectors.joining(",", "{", "}")))
                .replace("{without_lock}", String.valueOf(CHANGED_WITHOUT_LOCK.size()))
                .replace("{large}", String.valueOf(LARGE))
                .replace("{in_schemas}", IN_SCHEMAS)
                .replace("{hidden}", String.valueOf(hidden))
                .replace("{shared}", Sql.literal(allowed.sharedSchema()))
                .replace("{marker}", Sql.literal(marker));
    }

    /** Completes the template for one tenant's transaction. */
    static String of(String template, String tenant, CheckStart start) {
        boolean nothingKnown = start.known().isEmpty();
        return template.replace(
                        "{unknown}",
                        nothingKnown ? "" : " AND NOT " + KnownChanges.ofLocked("c", "o") + " = ANY (known)")
                .replace("{moves}", start.moves())
                .replace("{opened}", start.opened())
                .replace("{held}", start.heldCursors())
                .replace("{writes}", start.writes())
                .replace("{known}", start.knownSql())
                .replace("{tenant}", tenant);
    }
}
