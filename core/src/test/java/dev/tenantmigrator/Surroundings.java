package dev.tenantmigrator;

import dev.tenantmigrator.internal.sql.Sql;
import dev.tenantmigrator.support.TestDatabase;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Everything in a database that is not one tenant's: the catalog rows of other schemas, what belongs to no schema, and the
 * rows of other tables. A migration of that tenant must leave all of it alone.
 */
final class Surroundings {

    /** Catalogs of what lies in a schema, with the column that says which. */
    private static final Map<String, String> IN_SCHEMA = Map.of(
            "pg_class", "relnamespace",
            "pg_constraint", "connamespace",
            "pg_statistic_ext", "stxnamespace",
            "pg_proc", "pronamespace",
            "pg_type", "typnamespace",
            "pg_operator", "oprnamespace",
            "pg_collation", "collnamespace",
            "pg_ts_config", "cfgnamespace",
            "pg_default_acl", "defaclnamespace",
            "pg_namespace", "oid");

    /** Catalogs of what belongs to a relation, with the column that says to which. */
    private static final Map<String, String> OF_RELATION = Map.of(
            "pg_attribute", "attrelid",
            "pg_attrdef", "adrelid",
            "pg_index", "indrelid",
            "pg_trigger", "tgrelid",
            "pg_rewrite", "ev_class",
            "pg_policy", "polrelid",
            "pg_sequence", "seqrelid",
            "pg_inherits", "inhrelid",
            "pg_description", "objoid");

    private static final List<String> GLOBAL = List.of(
            "pg_extension",
            "pg_roles",
            "pg_auth_members",
            "pg_database",
            "pg_shdescription",
            "pg_db_role_setting",
            "pg_event_trigger",
            "pg_language",
            "pg_publication",
            "pg_foreign_server",
            "pg_largeobject_metadata");

    /** Columns that vacuum, statistics or a foreign key from another schema may change. */
    private static final String NOISE = "'{relpages,reltuples,relallvisible,relallfrozen,relfrozenxid,relminmxid,"
            + "relhasindex,relhastriggers,relhassubclass,datfrozenxid,datminmxid}'::text[]";

    /** PostgreSQL's own rows, {@code public} aside: the transaction that wrote one last tells enough, and is read quickly. */
    private static final String OF_POSTGRESQL = "r.oid BETWEEN 2201 AND 16383";

    private static final String ROW = "(to_jsonb(r) - " + NOISE + ")::text";

    private static final String NOT_TOAST = " <> 'pg_toast'::regnamespace";

    private Surroundings() {}

    /** One line for each catalog, and for each table elsewhere. */
    static List<String> of(TestDatabase database, String tenant) {
        List<String> queries = new ArrayList<>();
        IN_SCHEMA.forEach((catalog, schema) -> queries.add(digest(
                catalog,
                "CASE WHEN " + OF_POSTGRESQL + " THEN r.oid || ' ' || r.xmin ELSE " + ROW + " END",
                catalog + " r, t WHERE r.oid >= 2200 AND r." + schema + " <> t.oid AND r." + schema + NOT_TOAST)));
        OF_RELATION.forEach((catalog, relation) -> queries.add(digest(
                catalog,
                catalog + " r JOIN pg_class c ON c.oid >= 16384 AND c.oid = r." + relation
                        + ", t WHERE c.relnamespace <> t.oid AND c.relnamespace" + NOT_TOAST
                        + (catalog.equals("pg_trigger") ? " AND NOT r.tgisinternal" : ""))));
        queries.add(
                digest("pg_enum", "pg_enum r JOIN pg_type y ON y.oid = r.enumtypid, t WHERE y.typnamespace <> t.oid"));
        GLOBAL.forEach(catalog -> queries.add(digest(catalog, catalog + " r")));
        for (List<Object> table : database.query(
                "SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
                        + " WHERE c.relkind IN ('r', 'm') AND c.relispopulated"
                        + " AND n.nspname <> ? AND n.nspname !~ '^pg_|^information_'",
                tenant)) {
            String name = Sql.qualified(table.get(0).toString(), table.get(1).toString());
            queries.add(digest(name, name + " r"));
        }
        return database
                .query(
                        "WITH t AS (SELECT coalesce((SELECT oid FROM pg_namespace WHERE nspname = ?), 0) AS oid) "
                                + String.join(" UNION ALL ", queries),
                        tenant)
                .stream()
                .map(Object::toString)
                .sorted()
                .toList();
    }

    private static String digest(String label, String rows) {
        return digest(label, ROW, rows);
    }

    private static String digest(String label, String row, String rows) {
        return "SELECT " + Sql.literal(label) + ", count(*), md5(string_agg(" + row + ", ' ' ORDER BY " + row
                + ")) FROM " + rows;
    }
}
