package dev.tenantmigrator.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenantmigrator.AppliedMigration;
import dev.tenantmigrator.TrackingStore;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The contract of {@link TrackingStore}, on a real server. */
@PostgresTest
public abstract class TrackingStoreContract {

    private static final String PLAIN = "plain_1";
    private static final List<String> SCHEMAS = List.of(PLAIN, "We\"ird 'Näme\\");

    private static final AppliedMigration ONE = row("1_o'ne, {\"NULL\"} \\ é");
    private static final AppliedMigration TWO = row("2_two");
    private static final AppliedMigration STARTED =
            new AppliedMigration("3_three", Optional.empty(), Optional.empty(), Optional.empty());

    private final TestDatabase database;
    private final TrackingStore store;

    protected TrackingStoreContract(TestDatabase database, TrackingStore store) {
        this.database = database;
        this.store = store;
    }

    private static AppliedMigration row(String version) {
        return new AppliedMigration(
                version,
                Optional.of("it's"),
                Optional.of(LocalDateTime.of(2024, 12, 18, 1, 2, 3, 456_789_000)),
                Optional.of("ab".repeat(32)));
    }

    @BeforeEach
    void createTenants() throws SQLException {
        for (String schema : SCHEMAS) {
            change(connection -> {
                // Each time: anything that is there already is left alone.
                store.prepare(connection);
                execute(connection, "CREATE SCHEMA " + quoted(schema));
            });
            // A transaction of its own, because Citus sees a sequence only in a schema that is committed.
            change(connection -> store.create(connection, schema));
        }
    }

    @AfterEach
    void dropTenants() throws SQLException {
        for (String schema : SCHEMAS) {
            change(connection -> {
                execute(connection, "DROP SCHEMA IF EXISTS " + quoted(schema) + " CASCADE");
                store.forget(connection, schema);
            });
        }
    }

    private static String quoted(String schema) {
        return '"' + schema.replace("\"", "\"\"") + '"';
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.setEscapeProcessing(false);
            statement.execute(sql);
        }
    }

    private interface Work {
        void on(Connection connection) throws SQLException;
    }

    /** Works in a transaction that was begun by a statement, as the library does, with the search path of a tenant. */
    private void change(Work work) throws SQLException {
        try (Connection connection = database.connection()) {
            execute(connection, "BEGIN; SET LOCAL search_path TO pg_catalog, pg_temp");
            try {
                work.on(connection);
                execute(connection, "COMMIT");
            } finally {
                execute(connection, "ROLLBACK");
            }
        }
    }

    private void record(String schema, AppliedMigration... rows) throws SQLException {
        change(connection -> {
            for (AppliedMigration row : rows) {
                store.record(connection, schema, row);
            }
        });
    }

    private Map<String, List<AppliedMigration>> readAll() throws SQLException {
        try (Connection connection = database.connection()) {
            return store.read(connection, SCHEMAS);
        }
    }

    private List<AppliedMigration> read(String schema) throws SQLException {
        try (Connection connection = database.connection()) {
            return store.read(connection, List.of(schema)).get(schema);
        }
    }

    @Test
    void findsItsTenantsAndNoOtherSchema() throws SQLException {
        database.execute("CREATE SCHEMA other");
        try (Connection connection = database.connection()) {
            assertThat(store.tenants(connection)).containsExactlyInAnyOrderElementsOf(SCHEMAS);
        }
        database.execute("DROP SCHEMA other");
    }

    @Test
    void nothingIsRecordedBeforeThePreparation() throws SQLException {
        try (TestDatabase empty = TestDatabase.create("unprepared");
                Connection connection = empty.connection()) {
            execute(connection, "CREATE SCHEMA " + PLAIN);

            assertThat(store.tenants(connection)).isEmpty();
            assertThat(store.read(connection, SCHEMAS)).isEmpty();
        }
    }

    @Test
    void readsNoRowsOfANewTenant() throws SQLException {
        assertThat(readAll()).containsOnlyKeys(SCHEMAS);
        assertThat(readAll().values()).allMatch(List::isEmpty);
    }

    @Test
    void readsNothingOfNoSchemas() throws SQLException {
        try (Connection connection = database.connection()) {
            assertThat(store.read(connection, List.of())).isEmpty();
        }
    }

    @Test
    void leavesOutASchemaWithoutRecord() throws SQLException {
        record(PLAIN, ONE);
        try (Connection connection = database.connection()) {
            assertThat(store.read(connection, List.of(PLAIN, "nowhere", "public")))
                    .containsOnly(Map.entry(PLAIN, List.of(ONE)));
        }
    }

    @Test
    void readsRowsInTheOrderOfRecording() throws SQLException {
        for (String schema : SCHEMAS) {
            record(schema, TWO, ONE, STARTED);
        }

        assertThat(readAll()).containsOnlyKeys(SCHEMAS);
        assertThat(readAll().values()).allMatch(List.of(TWO, ONE, STARTED)::equals);
    }

    @Test
    void replacesAVersionsRowInItsPlace() throws SQLException {
        AppliedMigration finished = row(STARTED.version());
        AppliedMigration reopened =
                new AppliedMigration(TWO.version(), Optional.empty(), Optional.empty(), Optional.of("c".repeat(64)));
        for (String schema : SCHEMAS) {
            record(schema, STARTED, TWO, ONE);

            record(schema, finished, reopened);

            assertThat(read(schema)).containsExactly(finished, reopened, ONE);
        }
    }

    @Test
    void writesNoOtherTenantsRecord() throws SQLException {
        record(PLAIN, ONE);

        assertThat(readAll()).isEqualTo(Map.of(PLAIN, List.of(ONE), SCHEMAS.get(1), List.of()));
    }

    @Test
    void removesAVersionAndNoOther() throws SQLException {
        for (String schema : SCHEMAS) {
            record(schema, ONE, TWO);
        }

        change(connection -> store.remove(connection, PLAIN, ONE.version()));
        change(connection -> store.remove(connection, PLAIN, "9_never_recorded"));

        assertThat(readAll()).isEqualTo(Map.of(PLAIN, List.of(TWO), SCHEMAS.get(1), List.of(ONE, TWO)));
    }

    @Test
    void recordsAtTheEndAfterARemoval() throws SQLException {
        record(PLAIN, ONE, TWO);
        change(connection -> store.remove(connection, PLAIN, ONE.version()));

        record(PLAIN, ONE);

        assertThat(read(PLAIN)).containsExactly(TWO, ONE);
    }

    @Test
    void isRolledBackWithTheTransaction() throws SQLException {
        record(PLAIN, ONE);

        assertThatThrownBy(() -> change(connection -> {
                    store.record(connection, PLAIN, TWO);
                    store.remove(connection, PLAIN, ONE.version());
                    throw new SQLException("the script failed");
                }))
                .hasMessage("the script failed");

        assertThat(read(PLAIN)).containsExactly(ONE);
    }

    @Test
    void aVersionThatWasRecordedSinceTheSnapshotIsNotRecordedAgain() throws SQLException {
        try (Connection connection = database.connection()) {
            execute(connection, "BEGIN ISOLATION LEVEL REPEATABLE READ");
            // A node of a cluster takes its snapshot when it is asked.
            store.read(connection, SCHEMAS);
            record(PLAIN, ONE);

            assertThatThrownBy(() -> store.record(connection, PLAIN, ONE)).isInstanceOf(SQLException.class);

            execute(connection, "ROLLBACK");
        }
        assertThat(read(PLAIN)).containsExactly(ONE);
    }

    @Test
    void followsARenamedSchema() throws SQLException {
        String renamed = "Re\"named'\\";
        record(PLAIN, TWO, ONE);

        change(connection -> {
            execute(connection, "ALTER SCHEMA " + PLAIN + " RENAME TO " + quoted(renamed));
            store.rename(connection, PLAIN, renamed);
        });

        assertThat(read(renamed)).containsExactly(TWO, ONE);
        assertThat(readAll()).containsOnlyKeys(SCHEMAS.get(1));
        change(connection -> {
            execute(connection, "DROP SCHEMA " + quoted(renamed) + " CASCADE");
            store.forget(connection, renamed);
        });
    }

    @Test
    void forgetsATenantAndNoOther() throws SQLException {
        record(PLAIN, ONE);

        change(connection -> store.forget(connection, PLAIN));

        try (Connection connection = database.connection()) {
            assertThat(store.tenants(connection)).containsExactly(SCHEMAS.get(1));
        }
        assertThat(readAll()).containsOnlyKeys(SCHEMAS.get(1));
    }

    @Test
    void aForgottenTenantBeginsAnew() throws SQLException {
        record(PLAIN, ONE);

        // Two transactions, because Citus cannot make a table with a sequence in one that dropped it.
        change(connection -> store.forget(connection, PLAIN));
        change(connection -> store.create(connection, PLAIN));

        assertThat(read(PLAIN)).isEmpty();
    }

    @Test
    void forgetsNothingWhereNothingIsRecorded() throws SQLException {
        change(connection -> store.forget(connection, "nowhere"));

        assertThat(readAll()).containsOnlyKeys(SCHEMAS);
    }

    @Test
    void forgetsATenantWhoseSchemaIsGone() throws SQLException {
        record(PLAIN, ONE);

        change(connection -> {
            execute(connection, "DROP SCHEMA " + PLAIN + " CASCADE");
            store.forget(connection, PLAIN);
        });

        assertThat(readAll()).containsOnlyKeys(SCHEMAS.get(1));
    }
}
