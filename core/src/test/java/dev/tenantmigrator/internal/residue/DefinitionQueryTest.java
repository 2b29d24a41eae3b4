package dev.tenantmigrator.internal.residue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

@PostgresTest
class DefinitionQueryTest {

    /** Catalogs of objects that belong to no schema and to none of its objects; a script that changes them is refused. */
    private static final Set<String> OF_NOBODY = Set.of(
            "pg_am",
            "pg_authid",
            "pg_database",
            "pg_language",
            "pg_parameter_acl",
            "pg_replication_origin",
            "pg_shdescription",
            "pg_shseclabel",
            "pg_subscription",
            "pg_tablespace");

    /** Columns with text that is data, or no definition. */
    private static final Set<String> NO_DEFINITION = Set.of(
            // Rows are searched as they are read. A new column's value for old rows is in the rows, if there are any.
            "pg_attribute.attmissingval",
            "pg_largeobject.data",
            "pg_largeobject_metadata.lomacl",
            "pg_statistic.stavalues1",
            "pg_statistic.stavalues2",
            "pg_statistic.stavalues3",
            "pg_statistic.stavalues4",
            "pg_statistic.stavalues5",
            // Privileges that an extension's script granted; pg_dump compares them with those of now.
            "pg_init_privs.initprivs",
            // PostgreSQL's own words.
            "pg_event_trigger.evtevent",
            "pg_event_trigger.evttags");

    private final TestDatabase database;

    DefinitionQueryTest(TestDatabase database) {
        this.database = database;
    }

    /** A column of a new version would appear here, and must be searched or excluded. */
    @Test
    void readsAllTextOfTheCatalogs() {
        List<String> columns = database.values("""
                SELECT c.relname || '.' || a.attname
                FROM pg_catalog.pg_class c JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
                WHERE c.relnamespace = 'pg_catalog'::regnamespace AND c.relkind = 'r' AND NOT a.attisdropped
                  AND a.atttypid NOT IN (SELECT oid FROM pg_catalog.pg_type
                      WHERE typcategory IN ('B', 'D', 'N') OR typname IN ('char', '_char', 'xid', 'pg_lsn', '_oid', '_int2', 'int2vector',
                          'oidvector', '_float4', 'pg_ndistinct', 'pg_dependencies', 'pg_mcv_list', '_pg_statistic'))""");

        assertThat(columns).hasSizeGreaterThan(90);
        assertThat(columns).filteredOn(column -> !isSearched(column)).isEmpty();
    }

    private static boolean isSearched(String column) {
        String catalog = column.substring(0, column.indexOf('.'));
        String name = column.substring(catalog.length() + 1);
        return OF_NOBODY.contains(catalog)
                || NO_DEFINITION.contains(column)
                // It is read as a whole.
                || catalog.equals("pg_collation")
                || (stands(name) && (stands(catalog) || stands(catalog + 's')));
    }

    private static boolean stands(String word) {
        return Pattern.compile("\\b" + word + "\\b")
                .matcher(DefinitionQuery.SQL)
                .find();
    }
}
