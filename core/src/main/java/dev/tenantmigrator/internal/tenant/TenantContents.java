package dev.tenantmigrator.internal.tenant;

import dev.tenantmigrator.internal.jdbc.Jdbc;
import dev.tenantmigrator.internal.sql.Sql;
import dev.tenantmigrator.internal.tenant.TenantStructure.Relation;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The rows of one relation.
 *
 * @param rows their number
 * @param mark equal as long as no row changed
 * @param copy each row in the text form of its type; absent when the rows were not asked for
 */
record TenantContents(long rows, String mark, Optional<List<String>> copy) {

    /** A relation without rows. */
    static final TenantContents EMPTY = new TenantContents(0, "0", Optional.of(List.of()));

    /** The mark of a materialized view that was never filled. */
    private static final String UNPOPULATED = "unpopulated";

    /** Whether both are of equal rows. */
    boolean matches(TenantContents other) {
        return rows == other.rows && mark.equals(other.mark);
    }

    /**
     * Reads relations, in one query.
     *
     * @param copied whether the rows of tables are copied
     * @return by the OID of the relation
     */
    static Map<Long, TenantContents> read(
            Connection connection, String schema, Collection<Relation> relations, boolean copied) throws SQLException {
        Map<Long, TenantContents> contents = new HashMap<>();
        List<String> queries = new ArrayList<>();
        for (Relation relation : relations) {
            if (relation.populated()) {
                queries.add(query(schema, relation, copied && !relation.view()));
            } else {
                contents.put(relation.oid(), new TenantContents(0, UNPOPULATED, Optional.empty()));
            }
        }
        if (!queries.isEmpty()) {
            Jdbc.forEach(connection, String.join(" UNION ALL ", queries), row -> {
                Optional<List<String>> copy = row.getArray(4) == null
                        ? Optional.empty()
                        : Optional.of(List.of((String[]) row.getArray(4).getArray()));
                contents.put(row.getLong(1), new TenantContents(row.getLong(2), row.getString(3), copy));
            });
        }
        return contents;
    }

    /**
     * A changed row of a table has a later transaction than the rows before, so number and sum tell any change. The rows of a
     * materialized view all have the transaction of its last refresh.
     */
    private static String query(String schema, Relation relation, boolean copied) {
        String version = relation.view()
                ? "pg_catalog.hashtextextended((x.*)::pg_catalog.text, 0)"
                : "x.xmin::pg_catalog.text::pg_catalog.int8";
        String rows =
                copied ? "coalesce(pg_catalog.array_agg((x.*)::pg_catalog.text), '{}')" : "NULL::pg_catalog.text[]";
        return "SELECT " + relation.oid() + "::pg_catalog.int8, pg_catalog.count(*), coalesce(pg_catalog.sum(" + version
                + "), 0)::pg_catalog.text, " + rows + " FROM ONLY " + Sql.qualified(schema, relation.name()) + " x";
    }
}
