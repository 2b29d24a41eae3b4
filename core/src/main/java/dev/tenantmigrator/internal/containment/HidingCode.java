package dev.tenantmigrator.internal.containment;

import dev.tenantmigrator.internal.sql.Sql;
import dev.tenantmigrator.internal.sql.rules.HiddenEffects;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Functions that a migration can call and whose effects its text does not show: with dynamic SQL, in a language that cannot be
 * read, or changing what takes no lock. Those of extensions are not among them. The expressions depend on no search path.
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

    /** An expression: whether there are some that a tenant's migrations can call. */
    static String isThere(Allowed allowed, String tenant) {
        return "EXISTS (SELECT FROM "
                + in(shared(allowed)
                        .map(Sql::literal)
                        .collect(Collectors.joining(
                                ", ", "ARRAY[" + Sql.literal(tenant) + ", ", "]::pg_catalog.name[]")))
                + ")";
    }

    /** The schemas that have some: of tenants, and of what belongs to none. */
    static Set<String> find(Allowed allowed, Collection<String> tenants, Connection connection) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement("SELECT DISTINCT n.nspname FROM " + in("?::pg_catalog.name[]"))) {
            Array schemas = connection.createArrayOf(
                    "text", Stream.concat(shared(allowed), tenants.stream()).toArray());
            statement.setArray(1, schemas);
            Set<String> found = new HashSet<>();
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    found.add(rows.getString(1));
                }
            }
            return found;
        }
    }

    private static Stream<String> shared(Allowed allowed) {
        return Stream.concat(Stream.of(allowed.sharedSchema()), allowed.schemas().stream());
    }
}
