package dev.tenantmigrator.internal.containment;

import dev.tenantmigrator.internal.jdbc.Jdbc;
import dev.tenantmigrator.internal.sql.Sql;
import dev.tenantmigrator.internal.sql.rules.HiddenEffects;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Finds functions that a migration can call and whose effects its text does not show: they use dynamic SQL or a language that
 * cannot be read, or make changes that take no lock. Functions of extensions do not count. The expressions depend on no search
 * path.
 */
final class HidingCode {

    private HidingCode() {}

    private static String in(String schemas) {
        // Catalogs: 2615 pg_namespace, 1255 pg_proc. Languages: 12 internal, 13 C, 14 SQL.
        return """
                pg_catalog.pg_namespace n
                JOIN pg_catalog.pg_depend d ON d.refclassid OPERATOR(pg_catalog.=) 2615 AND d.refobjid OPERATOR(pg_catalog.=) n.oid
                 AND d.classid OPERATOR(pg_catalog.=) 1255
                JOIN pg_catalog.pg_proc p ON p.oid OPERATOR(pg_catalog.=) d.objid
                WHERE n.nspname OPERATOR(pg_catalog.=) ANY (%s)
                AND CASE WHEN p.prolang OPERATOR(pg_catalog.=) ANY ('{12,13}'::pg_catalog.oid[]) THEN false
                         WHEN p.prolang OPERATOR(pg_catalog.=) 14
                           OR p.prolang OPERATOR(pg_catalog.=) (SELECT l.oid FROM pg_catalog.pg_language l WHERE l.lanname OPERATOR(pg_catalog.=) 'plpgsql')
                         THEN CASE WHEN p.prosqlbody IS NULL THEN p.prosrc ELSE pg_catalog.pg_get_function_sqlbody(p.oid) END
                              OPERATOR(pg_catalog.~*) '[[:<:]](%s)[[:>:]]|%s'
                         ELSE true END
                AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend e WHERE e.classid OPERATOR(pg_catalog.=) 1255
                    AND e.objid OPERATOR(pg_catalog.=) p.oid AND e.deptype OPERATOR(pg_catalog.=) 'e')""".formatted(schemas, HiddenEffects.WORDS, HiddenEffects.NAMES);
    }

    /** An expression: whether a tenant's migrations can call such a function. */
    static String isThere(AllowList allowed, String tenant) {
        return "EXISTS (SELECT FROM "
                + in(shared(allowed)
                        .map(Sql::literal)
                        .collect(Collectors.joining(
                                ", ", "ARRAY[" + Sql.literal(tenant) + ", ", "]::pg_catalog.name[]")))
                + ")";
    }

    /** The schemas that have such functions, among some tenants and the schemas that belong to none. */
    static Set<String> find(AllowList allowed, Collection<String> tenants, Connection connection) throws SQLException {
        return new HashSet<>(Jdbc.query(
                connection,
                "SELECT DISTINCT n.nspname FROM " + in("?::pg_catalog.name[]"),
                row -> row.getString(1),
                Stream.concat(shared(allowed), tenants.stream()).toList()));
    }

    private static Stream<String> shared(AllowList allowed) {
        return Stream.concat(Stream.of(allowed.sharedSchema()), allowed.schemas().stream());
    }
}
