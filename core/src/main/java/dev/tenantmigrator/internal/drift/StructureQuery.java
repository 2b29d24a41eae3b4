package dev.tenantmigrator.internal.drift;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The queries that read the structure of schemas. For each schema in turn the search path is set to it, so that PostgreSQL writes names of
 * its objects without the schema, and equal structures give equal text. An object is found by index from its schema ({@code pg_depend}), so
 * that other tenants cost nothing.
 */
final class StructureQuery {

    /** All kinds that are compared. */
    static final List<ObjectKind> KINDS = Stream.of(
                    RelationKinds.ALL, TablePartKinds.ALL, TypeAndRoutineKinds.ALL, OtherKinds.ALL)
            .flatMap(List::stream)
            .toList();

    /**
     * Settings of the transaction. Text is written as {@code pg_dump} has it written. The planner expects few objects in a schema, and must
     * never read a whole catalog; compiling the query takes longer than running it.
     */
    static final String SETTINGS = """
            SET LOCAL search_path TO pg_catalog, pg_temp; SET LOCAL enable_seqscan TO off; SET LOCAL enable_hashjoin TO off;\
             SET LOCAL enable_mergejoin TO off; SET LOCAL jit TO off; SET LOCAL datestyle TO ISO;\
             SET LOCAL intervalstyle TO postgres; SET LOCAL extra_float_digits TO 3; SET LOCAL quote_all_identifiers TO off""";

    /** The tracking table is not a part of the structure that migrations make. */
    private static final String OBJECTS = """
            WITH member AS MATERIALIZED (
                SELECT d.classid, d.objid FROM pg_depend d
                 WHERE d.refclassid = 'pg_namespace'::regclass AND d.refobjid = home.oid AND d.deptype = 'n'
                   AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = d.classid AND e.objid = d.objid
                                     AND (e.deptype = 'e' OR e.deptype = 'i' AND d.classid IN ('pg_proc'::regclass, 'pg_type'::regclass)))),
            relation AS MATERIALIZED (
                SELECT c.* FROM member m JOIN pg_class c ON m.classid = 'pg_class'::regclass AND c.oid = m.objid
                 WHERE c.relname <> 'schema_migrations'
                   AND NOT EXISTS (SELECT FROM pg_depend o JOIN pg_class t ON t.oid = o.refobjid AND t.relname = 'schema_migrations'
                                    WHERE c.relkind = 'S' AND o.classid = 'pg_class'::regclass AND o.objid = c.oid
                                      AND o.refclassid = 'pg_class'::regclass AND t.relnamespace = home.oid))
            """;

    private StructureQuery() {}

    /** The objects of each schema in a parameter of names: schema, whether it may be used, number of the kind, object, table, attributes, owner. */
    static String rows(boolean privileges) {
        return eachSchema("SELECT kind, object, part_of, attributes, owner FROM (" + objects(privileges, true)
                + ") o(kind, object, part_of, attributes, owner)");
    }

    /**
     * The fingerprint of each schema in a parameter of names, with a salt as the second parameter: schema, whether it may be used, number of objects, and the sums of the two halves of their hashes. Sums
     * do not depend on an order, and an object's hash can be added or taken away.
     */
    static String fingerprints(boolean privileges) {
        return eachSchema("""
                SELECT count(*) AS objects, sum(('x' || left(hash, 16))::bit(64)::bigint), sum(('x' || substr(hash, 17, 16))::bit(64)::bigint)
                FROM (SELECT kind, encode(sha256(convert_to(concat(?::text, kind, E'\\x1e', object, E'\\x1e', array_to_string(attributes, E'\\x1e', E'\\x1f')),
                                                            'UTF8')), 'hex')
                      FROM (%s OFFSET 0) o(kind, object, part_of, attributes)) h(kind, hash)""".formatted(objects(privileges, false)));
    }

    private static String eachSchema(String query) {
        // OFFSET 0 keeps the parts apart: the path is set before the objects of a schema are read, and not for another
        // one meanwhile.
        return """
                SELECT home.nspname, home.usage, o.*
                FROM (SELECT n.oid, n.nspname, has_schema_privilege(n.oid, 'USAGE') AS usage FROM unnest(?::text[]) WITH ORDINALITY s(name, number)
                        JOIN pg_namespace n ON n.nspname = s.name ORDER BY s.number) home,
                     LATERAL (SELECT set_config('search_path', quote_ident(home.nspname) || ', pg_temp', true) OFFSET 0) path(path),
                     LATERAL (%s OFFSET 0) o
                WHERE path.path IS NOT NULL""".formatted(query);
    }

    private static String objects(boolean privileges, boolean owners) {
        return OBJECTS
                + IntStream.range(0, KINDS.size())
                        .filter(kind -> privileges || KINDS.get(kind) != OtherKinds.DEFAULT_PRIVILEGES)
                        .mapToObj(kind -> KINDS.get(kind).sql(kind, privileges, owners))
                        .collect(Collectors.joining("\nUNION ALL\n"));
    }
}
