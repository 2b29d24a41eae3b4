package dev.tenantmigrator.internal.tracking.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.tenantmigrator.AppliedMigration;
import dev.tenantmigrator.Migration;
import dev.tenantmigrator.RecordedVersion;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The SQL of the built-in stores, on a real server. */
@PostgresTest
abstract class PipelinedStoreContract {

    private static final List<String> SCHEMAS = List.of("plain_1", "We\"ird 'Näme\\");
    private static final Migration ONE = Migration.of("1_one", "SELECT 1");
    private static final Migration TWO = Migration.of("2_two", "SELECT 2");

    private final TestDatabase database;
    private final PipelinedStore store;

    PipelinedStoreContract(TestDatabase database, PipelinedStore store) {
        this.database = database;
        this.store = store;
    }

    @BeforeEach
    void createTenants() throws SQLException {
        for (String schema : SCHEMAS) {
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
            return store.rows(connection, SCHEMAS).get(schema);
        }
    }

    @Test
    void tellsTenantsFromOtherSchemas() throws SQLException {
        try (Connection connection = database.connection()) {
            for (String schema : SCHEMAS) {
                assertThat(store.isTracked(connection, schema)).isTrue();
            }
            assertThat(store.isTracked(connection, "public")).isFalse();
            assertThat(store.isTracked(connection, "nowhere")).isFalse();
        }
    }

    @Test
    void recordsAndCorrects() throws SQLException {
        for (String schema : SCHEMAS) {
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
    void recordsAStartAnEndAndARollbacksBeginning() throws SQLException {
        for (String schema : SCHEMAS) {
            run(store.startSql(schema, ONE, "one, begun"));
            assertThat(read(schema)).noneMatch(AppliedMigration::finished).hasSize(1);
            assertThat(read(schema).get(0).description()).contains("one, begun");
            run(store.finishSql(schema, ONE));
            assertThat(read(schema)).allMatch(AppliedMigration::finished).hasSize(1);
            assertThat(read(schema).get(0).description()).contains("one");
            run(store.reopenSql(schema, "1_one", "one, taken back"));
            assertThat(read(schema)).noneMatch(AppliedMigration::finished).hasSize(1);
            assertThat(read(schema).get(0).description()).contains("one, taken back");
        }
    }

    @Test
    void allOfANewTenantsVersionsAreRecordedInTheirOrder() throws SQLException {
        for (String schema : SCHEMAS) {
            run(store.insertAllSql(schema, List.of(TWO, ONE)));

            assertThat(read(schema))
                    .extracting(AppliedMigration::version, AppliedMigration::finished)
                    .containsExactly(tuple("2_two", true), tuple("1_one", true));
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

    /** Written one after the other, the two histories could be one text. */
    @Test
    void tellsTwoVersionsFromOneWithTheirSeparatorInItsName() throws SQLException {
        String schema = SCHEMAS.get(0);
        run(
                store.insertSql(schema, Migration.of("a", "SELECT 1")),
                store.insertSql(schema, Migration.of("b", "SELECT 1")));

        for (String separator : List.of(",", "|", ";", " ", "+")) {
            List<RecordedVersion> one = List.of(new RecordedVersion("a+" + separator + "b", Optional.empty(), true));
            assertThatThrownBy(() -> run("SELECT " + store.assertRecordedSql(schema, one, "something else")))
                    .hasMessageContaining("something else");
        }
    }

    @Test
    void takesOverTheRowsOfAnotherStore() throws SQLException {
        AppliedMigration full = new AppliedMigration(
                "1_o'ne, {\"NULL\"} \\ é",
                Optional.of("it's"),
                Optional.of(LocalDateTime.of(2024, 12, 18, 1, 2, 3)),
                Optional.of("ab"));
        AppliedMigration bare = new AppliedMigration("2_two", Optional.empty(), Optional.empty(), Optional.empty());
        String schema = SCHEMAS.get(0);

        run(store.restoreAllSql(schema, List.of(bare, full)));

        assertThat(read(schema)).containsExactly(bare, full);
        try (Connection connection = database.connection()) {
            assertThat(store.histories(connection, SCHEMAS))
                    .containsOnlyKeys(SCHEMAS)
                    .containsEntry(schema, List.of(bare.recorded(), full.recorded()));
            store.allHistories(connection)
                    .ifPresent(all -> assertThat(all)
                            .containsOnlyKeys(SCHEMAS)
                            .containsEntry(schema, List.of(bare.recorded(), full.recorded())));
        }
    }

    @Test
    void forgetsATenantAndNoOther() throws SQLException {
        String schema = SCHEMAS.get(0);
        run(store.insertSql(schema, ONE), store.forgetSql(schema));

        try (Connection connection = database.connection()) {
            assertThat(store.isTracked(connection, schema)).isFalse();
            assertThat(store.isTracked(connection, SCHEMAS.get(1))).isTrue();
        }
    }
}
