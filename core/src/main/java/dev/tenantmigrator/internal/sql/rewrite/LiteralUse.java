package dev.tenantmigrator.internal.sql.rewrite;

import java.util.Map;
import java.util.Set;

/** The meaning of a string literal for PostgreSQL, as far as it concerns schemas (PostgreSQL documentation, chapter 9). */
enum LiteralUse {
    /** The name of a relation, type, function and so on. */
    NAME,
    /** An array of such names. */
    NAMES,
    /** An identifier that is a schema. */
    SCHEMA_IDENTIFIER,
    /** A text that is compared with the names of schemas. */
    SCHEMA,
    /** A {@code LIKE} pattern for the names of schemas, or for those of objects with their schema. */
    SCHEMA_PATTERN,
    /** A regular expression for such names. */
    SCHEMA_REGEX,
    /** A text that is compared with a schema, a dot and the name of an object. */
    SCHEMA_JOINED,
    /** As above, with the schema as {@code quote_ident} shows it. */
    SCHEMA_QUOTED,
    /** A text that is compared with the text of a {@code regnamespace}. */
    SCHEMA_OUTPUT,
    /** An array of the names of schemas. */
    SCHEMAS,
    /** Data: none of the above. */
    DATA;

    /** Types whose input is a name. */
    private static final Set<String> TYPES = Set.of(
            "regclass",
            "regtype",
            "regproc",
            "regprocedure",
            "regoper",
            "regoperator",
            "regconfig",
            "regdictionary",
            "regcollation");

    /** Functions whose first argument is a name. */
    private static final Set<String> TAKE_NAME = Set.of(
            "nextval",
            "setval",
            "currval",
            "to_regclass",
            "to_regtype",
            "to_regtypemod",
            "to_regproc",
            "to_regprocedure",
            "to_regoper",
            "to_regoperator",
            "to_regcollation",
            "pg_get_serial_sequence",
            "pg_sequence_last_value",
            "pg_get_viewdef",
            "pg_relation_size",
            "pg_total_relation_size",
            "pg_table_size",
            "pg_indexes_size",
            "pg_relation_filenode",
            "pg_relation_filepath",
            "pg_relation_is_updatable",
            "pg_relation_is_publishable",
            "pg_column_is_updatable",
            "pg_index_has_property",
            "pg_index_column_has_property",
            "pg_partition_tree",
            "pg_partition_ancestors",
            "pg_partition_root",
            "row_security_active",
            "brin_summarize_new_values",
            "brin_summarize_range",
            "brin_desummarize_range",
            "gin_clean_pending_list",
            "table_to_xml",
            "table_to_xmlschema",
            "table_to_xml_and_xmlschema",
            "to_tsvector",
            "to_tsquery",
            "plainto_tsquery",
            "phraseto_tsquery",
            "websearch_to_tsquery",
            "ts_lexize",
            "pg_prewarm",
            "pgstattuple",
            "pgstatindex",
            "create_hypertable",
            "create_distributed_table",
            "create_reference_table",
            "connectby",
            "ts_token_type",
            "ts_parse",
            "pgstattuple_approx",
            "pgstatginindex",
            "pgstathashindex",
            "pg_relpages",
            "pg_freespace",
            "pg_visibility",
            "pg_visibility_map",
            "pg_visibility_map_summary",
            "pg_check_frozen",
            "pg_check_visible",
            "pg_truncate_visibility_map",
            "bt_index_check",
            "bt_index_parent_check",
            "verify_heapam",
            "bt_metap",
            "bt_page_stats",
            "bt_page_items",
            "get_raw_page");

    /** Functions whose argument of this number, from 0, is a name. */
    private static final Map<String, Integer> TAKE_NAME_LATER = Map.of("tsvector_update_trigger", 1, "xpath_table", 2);

    /** Settings whose value is a name. */
    private static final Set<String> SETTINGS = Set.of("default_text_search_config");

    /** Functions whose first argument is a schema. */
    private static final Set<String> TAKE_SCHEMA = Set.of(
            "schema_to_xml",
            "schema_to_xmlschema",
            "schema_to_xml_and_xmlschema",
            "addgeometrycolumn",
            "dropgeometrycolumn",
            "dropgeometrytable",
            "updategeometrysrid");

    /** Columns of information_schema, pg_catalog and PostGIS, functions and variables that hold the name of a schema. */
    private static final Set<String> SCHEMA_NAMES = Set.of(
            "collation_schema",
            "constraint_schema",
            "current_schema",
            "current_schemas",
            "domain_schema",
            "event_object_schema",
            "f_table_schema",
            "foreign_table_schema",
            "nspname",
            "object_schema",
            "r_table_schema",
            "routine_schema",
            "schema_name",
            "schemaname",
            "sequence_schema",
            "specific_schema",
            "statistics_schemaname",
            "table_schema",
            "tg_table_schema",
            "trigger_schema",
            "udt_schema",
            "unique_constraint_schema",
            "user_defined_type_schema",
            "view_schema");

    /** The use of a literal that is cast to a type. */
    static LiteralUse ofType(String type, boolean isArray) {
        if (type.equals("regnamespace")) {
            return SCHEMA_IDENTIFIER;
        }
        return TYPES.contains(type) ? (isArray ? NAMES : NAME) : DATA;
    }

    /**
     * The use of a literal that is an argument of a function.
     *
     * @param number the number of the argument, from 0
     */
    static LiteralUse ofArgument(String function, int number) {
        if (number > 0) {
            return TAKE_NAME_LATER.getOrDefault(function, 0) == number ? NAME : DATA;
        }
        if (function.equals("to_regnamespace")) {
            return SCHEMA_IDENTIFIER;
        }
        return TAKE_NAME.contains(function) ? NAME : TAKE_SCHEMA.contains(function) ? SCHEMA : DATA;
    }

    /** Whether a setting of this name has a name as its value. */
    static boolean isSettingOfName(String name) {
        return SETTINGS.contains(name);
    }

    /** Whether a column, function or variable of this name holds the name of a schema. */
    static boolean isSchemaName(String name) {
        return SCHEMA_NAMES.contains(name);
    }
}
