package dev.tenantmigrator.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenantmigrator.Migration;
import dev.tenantmigrator.MigrationSource;
import dev.tenantmigrator.TenantMigrator;
import dev.tenantmigrator.TenantName;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.sql.DataSource;

/**
 * Tenants that show what happened to them: each migration leaves a column and a row of its version's name beside what is
 * recorded, so that one that ran in half or twice is seen.
 */
final class CountedFleet {

    private static final int CHUNK = 40;

    private CountedFleet() {}

    /** The first migrations of an endless history. */
    static MigrationSource migrations(int number) {
        return migrations(number, "");
    }

    /**
     * The first migrations of such a history, with a further statement in each.
     *
     * @param more SQL that is appended to each
     */
    static MigrationSource migrations(int number, String more) {
        return MigrationSource.of(IntStream.rangeClosed(1, number)
                .mapToObj(step -> migration(version(step), step == 1, more))
                .toArray(Migration[]::new));
    }

    private static Migration migration(String version, boolean first, String more) {
        String up = first
                ? "CREATE TABLE changed (" + version + " int); CREATE TABLE ran (version text)"
                : "ALTER TABLE changed ADD COLUMN " + version + " int";
        String down =
                "ALTER TABLE changed DROP COLUMN " + version + "; DELETE FROM ran WHERE version = '" + version + "'";
        return Migration.of(version, up + "; INSERT INTO ran VALUES ('" + version + "');" + more, down);
    }

    static String version(int step) {
        return String.format(Locale.ROOT, "v%04d", step);
    }

    /** The record of a tenant after a number of migrations. */
    static String versions(int number) {
        return IntStream.rangeClosed(1, number).mapToObj(CountedFleet::version).collect(Collectors.joining(","));
    }

    /** Creates tenants at the first migration. */
    static void create(DataSource dataSource, String prefix, int tenants) {
        TenantMigrator migrator =
                TenantMigrator.builder(dataSource).migrations(migrations(1)).build();
        IntStream.rangeClosed(1, tenants)
                .parallel()
                .mapToObj(number -> prefix + String.format(Locale.ROOT, "%03d", number))
                .forEach(name -> migrator.createTenant(TenantName.exactly(name)));
    }

    /**
     * The record of each tenant, by its name.
     *
     * @throws AssertionError if its columns and rows say otherwise, or it is no beginning of the history
     */
    static Map<String, String> states(DataSource dataSource) throws SQLException {
        Map<String, String> states = new TreeMap<>();
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement()) {
            List<String> schemas = new ArrayList<>();
            try (ResultSet rows = statement.executeQuery(
                    "SELECT schemaname FROM pg_tables WHERE tablename = 'schema_migrations' ORDER BY 1")) {
                while (rows.next()) {
                    schemas.add(rows.getString(1));
                }
            }
            for (int start = 0; start < schemas.size(); start += CHUNK) {
                String query = schemas.subList(start, Math.min(start + CHUNK, schemas.size())).stream()
                        .map(CountedFleet::stateQuery)
                        .collect(Collectors.joining(" UNION ALL "));
                try (ResultSet rows = statement.executeQuery(query)) {
                    while (rows.next()) {
                        String recorded = String.valueOf(rows.getString(2));
                        assertThat(List.of(
                                        recorded, String.valueOf(rows.getString(3)), String.valueOf(rows.getString(4))))
                                .as("recorded, columns and rows of %s", rows.getString(1))
                                .containsOnly(versions(recorded.split(",", -1).length));
                        states.put(rows.getString(1), recorded);
                    }
                }
            }
        }
        return states;
    }

    private static String stateQuery(String schema) {
        return """
                SELECT '%1$s',
                       (SELECT string_agg(version, ',' ORDER BY version COLLATE "C") FROM %1$s.schema_migrations),
                       (SELECT string_agg(attname, ',' ORDER BY attname) FROM pg_attribute
                         WHERE attrelid = '%1$s.changed'::regclass AND attnum > 0 AND NOT attisdropped),
                       (SELECT string_agg(version, ',' ORDER BY version COLLATE "C") FROM %1$s.ran)""".formatted(schema);
    }
}
