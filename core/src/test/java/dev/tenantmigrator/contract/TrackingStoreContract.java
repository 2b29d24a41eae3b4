package dev.tenantmigrator.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.tenantmigrator.AppliedMigration;
import dev.tenantmigrator.Migration;
import dev.tenantmigrator.RecordedVersion;
import dev.tenantmigrator.TrackingStore;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The contract of {@link TrackingStore}, on a real server. */
@PostgresTest
public abstract class TrackingStoreContract {

    private static final List<String> SCHEMAS = List.of("plain_1", "We\"ird 'Näme\\");
    private static final Migration ONE = Migration.of("1_one", "SELECT 1");
    private static final Migration TWO = Migration.of("2_two", "SELECT 2");

    private final TestDatabase database;
    private final TrackingStore store;

    protected TrackingStoreContract(TestDatabase database, TrackingStore store) {
        this.database = database;
        this.store = store;
    }

    @BeforeEach
    void createTenants() throws SQLException {
        for (String schema : SCHEMAS) {
            // Each time: what is there already is left alone.
            for (String shared : store.prepareSql().stream().toList()) {
                run(shared);
            }
            run("CREATE SCHEMA " + quoted(schema), store.createSql(schema));
        }
    }

    @AfterEach
    void dropTenants() throws SQLException {
        for (String schema : SCHEMAS) {
            run("DROP SCHEMA " + quoted(schema) + " CASCADE");
        }
    }

    private static String quoted(String schema) {
        return '"' + schema.replace("\"", "\"\"") + '"';
    }

    private void run(String... statements) throws SQLException {
        try (Connection connection = database.connection();
                Statement statement = connection.createStatement()) {
            statement.setEscapeProcessing(false);
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    private List<AppliedMigration> read(String schema) throws SQLException {
        try (Connection connection = database.connection()) {
            Map<String, List<AppliedMigration>> all = store.read(connection, SCHEMAS);
            assertThat(all.keySet()).containsExactlyInAnyOrderElementsOf(SCHEMAS);
            assertThat(store.read(connection, List.of(schema)).get(schema)).isEqualTo(all.get(schema));
            assertThat(store.read(connection, List.of())).isEmpty();
            return new ArrayList<>(all.get(schema));
        }
    }

    @Test
    void findsItsTenantsAndNoOtherSchema() throws SQLException {
        run("CREATE SCHEMA other");
        try (Connection connection = database.connection()) {
            assertThat(store.discover(connection, "public")).containsExactlyInAnyOrderElementsOf(SCHEMAS);
            assertThat(store.discover(connection, SCHEMAS.get(0))).containsExactly(SCHEMAS.get(1));
            for (String schema : SCHEMAS) {
                assertThat(store.isTracked(connection, schema)).isTrue();
            }
            assertThat(store.isTracked(connection, "other")).isFalse();
            assertThat(store.isTracked(connection, "nowhere")).isFalse();
        }
        run("DROP SCHEMA other");
    }

    @Test
    void recordsReadsCorrectsAndForgets() throws SQLException {
        for (String schema : SCHEMAS) {
            assertThat(read(schema)).isEmpty();
            run(store.insertSql(schema, TWO), store.insertSql(schema, ONE));

            List<AppliedMigration> rows = read(schema);
            assertThat(rows).extracting(AppliedMigration::version).containsExactly("2_two", "1_one");
            assertThat(rows).allMatch(AppliedMigration::finished);
            assertThat(rows.get(1).checksum()).contains(ONE.up().checksum());
            assertThat(rows.get(1).description()).contains("one");

            run(store.updateChecksumSql(schema, "1_one", "c".repeat(64)), store.deleteSql(schema, "2_two"));
            assertThat(read(schema))
                    .singleElement()
                    .satisfies(row -> assertThat(row.checksum()).contains("c".repeat(64)));
        }
    }

    @Test
    void allOfANewTenantsVersionsAreRecordedInTheirOrder() throws SQLException {
        for (String schema : SCHEMAS) {
            run(store.insertAllSql(schema, List.of(TWO, ONE)).toArray(String[]::new));

            assertThat(read(schema))
                    .extracting(AppliedMigration::version, AppliedMigration::finished)
                    .containsExactly(tuple("2_two", true), tuple("1_one", true));
            assertThat(store.insertAllSql(schema, List.of())).isEmpty();
        }
    }

    @Test
    void aVersionIsRecordedOnce() throws SQLException {
        String schema = SCHEMAS.get(0);
        run(store.insertSql(schema, ONE));
        assertThatThrownBy(() -> run(store.insertSql(schema, ONE)))
                .isInstanceOfSatisfying(
                        SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("23505"));
    }

    @Test
    void noticesAnyChangeOfTheRecordedVersions() throws SQLException {
        for (String schema : SCHEMAS) {
            run("SELECT " + store.assertRecordedSql(schema, List.of(), "something else"));
            run(store.insertSql(schema, TWO), store.insertSql(schema, ONE));
            List<RecordedVersion> rows =
                    read(schema).stream().map(AppliedMigration::recorded).toList();
            run("SELECT " + store.assertRecordedSql(schema, rows, "something else"));

            assertThatThrownBy(() ->
                            run("SELECT " + store.assertRecordedSql(schema, rows.subList(0, 1), "something else")))
                    .hasMessageContaining("something else");
            assertThatThrownBy(() -> run("SELECT " + store.assertRecordedSql(schema, List.of(), "something else")))
                    .hasMessageContaining("something else");
            run(store.deleteSql(schema, "1_one"));
            assertThatThrownBy(() -> run("SELECT " + store.assertRecordedSql(schema, rows, "something else")))
                    .hasMessageContaining("something else");
        }
    }

    @Test
    void readingFailsAsAWholeWhenOneTenantIsGone() throws SQLException {
        try (Connection connection = database.connection()) {
            assertThatThrownBy(() -> store.read(connection, List.of(SCHEMAS.get(0), "nowhere")))
                    .isInstanceOf(SQLException.class);
        }
    }

    @Test
    void takesOverWhatAnotherStoreRecorded() throws SQLException {
        AppliedMigration full = new AppliedMigration(
                "1_o'ne, {\"NULL\"} \\ é",
                Optional.of("it's"),
                Optional.of(LocalDateTime.of(2024, 12, 18, 1, 2, 3)),
                Optional.of("ab"));
        AppliedMigration bare = new AppliedMigration("2_two", Optional.empty(), Optional.empty(), Optional.empty());
        String schema = SCHEMAS.get(0);

        run(store.restoreSql(schema, full), store.restoreSql(schema, bare));

        assertThat(read(schema)).containsExactly(full, bare);
        try (Connection connection = database.connection()) {
            assertThat(store.histories(connection, SCHEMAS))
                    .containsOnlyKeys(SCHEMAS)
                    .containsEntry(schema, List.of(full.recorded(), bare.recorded()));
            store.allHistories(connection, "public")
                    .ifPresent(all -> assertThat(all)
                            .containsOnlyKeys(SCHEMAS)
                            .containsEntry(schema, List.of(full.recorded(), bare.recorded())));
        }
    }

    @Test
    void forgetsATenantAndNoOther() throws SQLException {
        String schema = SCHEMAS.get(0);
        run(store.insertSql(schema, ONE), store.forgetSql(schema));

        try (Connection connection = database.connection()) {
            assertThat(store.isTracked(connection, schema)).isFalse();
            assertThat(store.discover(connection, "public"))
                    .containsExactlyInAnyOrderElementsOf(SCHEMAS.subList(1, SCHEMAS.size()));
        }
        run(store.createSql(schema));
        assertThat(read(schema)).isEmpty();
    }
}
