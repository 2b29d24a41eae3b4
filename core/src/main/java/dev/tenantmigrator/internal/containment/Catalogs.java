package dev.tenantmigrator.internal.containment;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The catalogs that are written to without a lock on a relation (PostgreSQL documentation, "System Catalogs"). */
final class Catalogs {

    /**
     * Objects in schemas.
     *
     * @param kind what a row stands for
     * @param namespace an expression for the number of the schema of a row {@code o}
     * @param name an expression for its name
     */
    record Catalog(String kind, String namespace, String name) {}

    /** It belongs to the type that is no built-in one. */
    static final String NAMESPACE_OF_CAST = "(SELECT typnamespace FROM pg_type"
            + " WHERE oid = CASE WHEN o.castsource >= 16384 THEN o.castsource ELSE o.casttarget END)";

    static final Map<String, Catalog> IN_SCHEMAS = inSchemas();

    /** Catalogs that every {@code CREATE TABLE} writes to. */
    static final Set<String> OF_TABLES = Set.of("pg_type", "pg_constraint");

    /** What belongs to no schema: whatever is written there is outside. */
    static final Map<String, String> OUTSIDE_SCHEMAS = outsideSchemas();

    /**
     * The numbers of the catalogs, and of two more, which are the same in every version (PostgreSQL documentation, "OID
     * Assignment"): a name takes longer to read than what is asked.
     */
    private static final Map<String, Integer> NUMBERS = Map.ofEntries(
            Map.entry("pg_am", 2601),
            Map.entry("pg_auth_members", 1261),
            Map.entry("pg_authid", 1260),
            Map.entry("pg_cast", 2605),
            Map.entry("pg_class", 1259),
            Map.entry("pg_collation", 3456),
            Map.entry("pg_constraint", 2606),
            Map.entry("pg_conversion", 2607),
            Map.entry("pg_database", 1262),
            Map.entry("pg_db_role_setting", 2964),
            Map.entry("pg_default_acl", 826),
            Map.entry("pg_depend", 2608),
            Map.entry("pg_enum", 3501),
            Map.entry("pg_event_trigger", 3466),
            Map.entry("pg_extension", 3079),
            Map.entry("pg_foreign_data_wrapper", 2328),
            Map.entry("pg_foreign_server", 1417),
            Map.entry("pg_language", 2612),
            Map.entry("pg_largeobject", 2613),
            Map.entry("pg_largeobject_metadata", 2995),
            Map.entry("pg_namespace", 2615),
            Map.entry("pg_opclass", 2616),
            Map.entry("pg_operator", 2617),
            Map.entry("pg_opfamily", 2753),
            Map.entry("pg_parameter_acl", 6243),
            Map.entry("pg_proc", 1255),
            Map.entry("pg_publication", 6104),
            Map.entry("pg_publication_namespace", 6237),
            Map.entry("pg_publication_rel", 6106),
            Map.entry("pg_replication_origin", 6000),
            Map.entry("pg_seclabel", 3596),
            Map.entry("pg_shdescription", 2396),
            Map.entry("pg_shseclabel", 3592),
            Map.entry("pg_statistic_ext", 3381),
            Map.entry("pg_subscription", 6100),
            Map.entry("pg_tablespace", 1213),
            Map.entry("pg_transform", 3576),
            Map.entry("pg_ts_config", 3602),
            Map.entry("pg_ts_config_map", 3603),
            Map.entry("pg_ts_dict", 3600),
            Map.entry("pg_ts_parser", 3601),
            Map.entry("pg_ts_template", 3764),
            Map.entry("pg_type", 1247),
            Map.entry("pg_user_mapping", 1418));

    private Catalogs() {}

    /** The number of a catalog. */
    static int number(String catalog) {
        return Optional.ofNullable(NUMBERS.get(catalog)).orElseThrow();
    }

    private static Map<String, Catalog> inSchemas() {
        Map<String, Catalog> catalogs = new LinkedHashMap<>();
        catalogs.put("pg_proc", new Catalog("function", "o.pronamespace", "o.proname"));
        catalogs.put("pg_type", new Catalog("type", "o.typnamespace", "o.typname"));
        catalogs.put(
                "pg_enum", new Catalog("type", ofType("typnamespace", "enumtypid"), ofType("typname", "enumtypid")));
        catalogs.put(
                "pg_constraint",
                new Catalog("domain", ofType("typnamespace", "contypid"), ofType("typname", "contypid")));
        catalogs.put(
                "pg_cast",
                new Catalog(
                        "cast",
                        NAMESPACE_OF_CAST,
                        "format_type(o.castsource, NULL) || ' to ' || format_type(o.casttarget, NULL)"));
        catalogs.put("pg_operator", new Catalog("operator", "o.oprnamespace", "o.oprname"));
        catalogs.put("pg_opclass", new Catalog("operator class", "o.opcnamespace", "o.opcname"));
        catalogs.put("pg_opfamily", new Catalog("operator family", "o.opfnamespace", "o.opfname"));
        catalogs.put("pg_collation", new Catalog("collation", "o.collnamespace", "o.collname"));
        catalogs.put("pg_conversion", new Catalog("conversion", "o.connamespace", "o.conname"));
        catalogs.put("pg_ts_config", new Catalog("text search configuration", "o.cfgnamespace", "o.cfgname"));
        catalogs.put("pg_ts_config_map", new Catalog("text search configuration", "o.cfgnamespace", "o.cfgname"));
        catalogs.put("pg_ts_dict", new Catalog("text search dictionary", "o.dictnamespace", "o.dictname"));
        catalogs.put("pg_ts_parser", new Catalog("text search parser", "o.prsnamespace", "o.prsname"));
        catalogs.put("pg_ts_template", new Catalog("text search template", "o.tmplnamespace", "o.tmplname"));
        catalogs.put("pg_statistic_ext", new Catalog("statistics", "o.stxnamespace", "o.stxname"));
        catalogs.put("pg_namespace", new Catalog("schema", "o.oid", "''"));
        catalogs.put("pg_default_acl", new Catalog("default privileges", "o.defaclnamespace", "''"));
        return Collections.unmodifiableMap(catalogs);
    }

    private static String ofType(String column, String type) {
        return "(SELECT %s FROM pg_type WHERE oid = o.%s)".formatted(column, type);
    }

    private static Map<String, String> outsideSchemas() {
        Map<String, String> kinds = new LinkedHashMap<>();
        kinds.put("pg_extension", "an extension");
        kinds.put("pg_event_trigger", "an event trigger");
        kinds.put("pg_transform", "a transform");
        kinds.put("pg_language", "a language");
        kinds.put("pg_am", "an access method");
        kinds.put("pg_foreign_data_wrapper", "a foreign-data wrapper");
        kinds.put("pg_foreign_server", "a foreign server");
        kinds.put("pg_user_mapping", "a user mapping");
        kinds.put("pg_publication", "a publication");
        kinds.put("pg_publication_rel", "a publication");
        kinds.put("pg_publication_namespace", "a publication");
        kinds.put("pg_subscription", "a subscription");
        kinds.put("pg_replication_origin", "a replication origin");
        kinds.put("pg_largeobject_metadata", "a large object");
        kinds.put("pg_largeobject", "a large object");
        kinds.put("pg_authid", "a role");
        kinds.put("pg_auth_members", "the membership of a role");
        kinds.put("pg_db_role_setting", "a setting of a role or database");
        kinds.put("pg_parameter_acl", "the privileges of a parameter");
        kinds.put("pg_database", "a database");
        kinds.put("pg_tablespace", "a tablespace");
        kinds.put("pg_seclabel", "a security label");
        kinds.put("pg_shseclabel", "a security label");
        kinds.put("pg_shdescription", "the comment on a role, database or tablespace");
        return Collections.unmodifiableMap(kinds);
    }
}
