package dev.tenantmigrator.spring.routing;

import static dev.tenantmigrator.spring.routing.Router.execute;
import static dev.tenantmigrator.spring.routing.Router.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import dev.tenantmigrator.TenantName;
import dev.tenantmigrator.spring.routing.TenantRoutingProperties.WithoutTenant;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.PGConnection;

/** One connection, which several tenants borrow in turn; each test leaves it in another state. */
@PostgresTest
class RoutedConnectionTest {

    private static final String MARK = "SELECT tenant FROM mark";
    private static final String PATH = "SHOW search_path";

    private final TestDatabase database;
    private Router router;
    private String before;

    RoutedConnectionTest(TestDatabase database) {
        this.database = database;
    }

    @BeforeEach
    void createTenants() throws SQLException {
        router = Router.on(database.rawDataSource(), 1, false);
        for (String tenant : new String[] {"ada", "bob"}) {
            if (!router.migrator().exists(tenant)) {
                router.migrator().createTenant(TenantName.exactly(tenant));
            }
        }
        try (Connection connection = router.pool().getConnection()) {
            before = state(connection);
        }
    }

    /** The next borrower finds its own rows, and the pool a connection as it was. */
    @AfterEach
    void theConnectionIsClean() throws SQLException {
        assertThat(router.read("bob", MARK)).isEqualTo("bob");
        try (Connection connection = router.pool().getConnection()) {
            assertThat(state(connection)).isEqualTo(before);
            assertThat(connection.getAutoCommit()).isTrue();
        }
        router.close();
    }

    private static String state(Connection connection) throws SQLException {
        return value(
                connection,
                "SELECT concat_ws(' ', current_setting('search_path'), current_user, session_user,"
                        + " (SELECT count(*) FROM pg_class WHERE relpersistence = 't'),"
                        + " (SELECT count(*) FROM pg_cursors WHERE is_holdable))");
    }

    private String pid() throws SQLException {
        try (Connection connection = router.pool().getConnection()) {
            return value(connection, "SELECT pg_backend_pid()");
        }
    }

    @Test
    void thePathIsTenantSharedSchemaExtensionsAndTemporaryTables() throws SQLException {
        try (Connection superuser = database.superuserDataSource().getConnection()) {
            execute(superuser, "CREATE SCHEMA extensions; CREATE EXTENSION hstore SCHEMA extensions");
        }
        try (Router other = Router.on(database.rawDataSource(), 1, false)) {
            assertThat(other.read("ada", PATH)).isEqualTo("ada, public, extensions, pg_temp");
            assertThat(other.read("ada", MARK)).isEqualTo("ada");
        } finally {
            try (Connection superuser = database.superuserDataSource().getConnection()) {
                execute(superuser, "DROP SCHEMA extensions CASCADE");
            }
        }
    }

    @Test
    void anExtensionInATenantDoesNotMakeItVisible() throws SQLException {
        try (Connection superuser = database.superuserDataSource().getConnection()) {
            execute(superuser, "CREATE EXTENSION hstore SCHEMA bob");
        }
        try (Router other = Router.on(database.rawDataSource(), 1, false)) {
            assertThat(other.read("ada", PATH)).isEqualTo("ada, public, pg_temp");
        } finally {
            try (Connection superuser = database.superuserDataSource().getConnection()) {
                execute(superuser, "DROP EXTENSION hstore");
            }
        }
    }

    @Test
    void anOpenTransactionIsRolledBack() throws SQLException {
        String pid = pid();
        Connection connection = router.connection("ada");
        connection.setAutoCommit(false);
        execute(connection, "INSERT INTO mark VALUES ('lost')");
        connection.close();
        assertThat(connection.isClosed()).isTrue();
        assertThat(database.value("SELECT count(*) FROM ada.mark")).isEqualTo("1");
        assertThat(pid()).isEqualTo(pid);
    }

    @Test
    void aFailedTransactionIsRolledBack() throws SQLException {
        String pid = pid();
        try (Connection connection = router.connection("ada")) {
            connection.setAutoCommit(false);
            assertThatThrownBy(() -> execute(connection, "SELECT 1/0")).isInstanceOf(SQLException.class);
        }
        assertThat(pid()).isEqualTo(pid);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SET search_path TO bob",
                "SET SESSION search_path = 'a;b'",
                "SELECT set_config('search_path', 'bob, public', false)",
                "RESET search_path",
                "RESET ALL",
                "DISCARD ALL",
                "DEALLOCATE ALL",
                "SET LOCAL search_path TO bob",
                "CREATE TEMP TABLE mark AS SELECT 'of ada' AS tenant",
                "DECLARE rows CURSOR WITH HOLD FOR SELECT * FROM mark",
            })
    void whatAStatementChangesIsReset(String sql) throws SQLException {
        String pid = pid();
        try (Connection connection = router.connection("ada")) {
            execute(connection, sql);
        }
        assertThat(pid()).isEqualTo(pid);
    }

    @ParameterizedTest
    @ValueSource(strings = {"BEGIN", "SET ROLE pg_read_all_data", "SET SESSION search_path TO bob; BEGIN; SELECT 1"})
    void aConnectionThatCannotBeResetIsClosed(String sql) throws SQLException {
        try (Connection superuser = database.superuserDataSource().getConnection()) {
            execute(superuser, "GRANT pg_read_all_data TO " + database.user());
        }
        String pid = pid();
        try (Connection connection = router.connection("ada")) {
            execute(connection, sql);
        }
        assertThat(pid()).isNotEqualTo(pid);
    }

    @Test
    void aConnectionThatWasLostIsReplaced() throws SQLException {
        String pid = pid();
        try (Connection connection = router.connection("ada")) {
            assertThatThrownBy(() -> execute(connection, "SELECT pg_terminate_backend(pg_backend_pid())"))
                    .isInstanceOf(SQLException.class);
        }
        try (Connection connection = router.connection("ada")) {
            connection.abort(Runnable::run);
        }
        assertThat(pid()).isNotEqualTo(pid);
    }

    @Test
    void aTemporaryTableDoesNotHideATenantsTable() throws SQLException {
        try (Connection connection = router.connection("ada")) {
            execute(connection, "CREATE TEMP TABLE mark AS SELECT 'temporary' AS tenant");
            assertThat(value(connection, MARK)).isEqualTo("ada");
        }
    }

    @Test
    void closingTheConnectionOfAStatementResetsIt() throws SQLException {
        Connection connection = router.connection("ada");
        Statement statement = connection.createStatement();
        assertThat(statement.getConnection()).isSameAs(connection);
        assertThat(connection.getMetaData().getConnection()).isSameAs(connection);
        assertThat(connection.unwrap(Connection.class)).isSameAs(connection);
        assertThat(connection.unwrap(PGConnection.class).getBackendPID()).isPositive();
        statement.getConnection().close();
        assertThatThrownBy(() -> statement.execute("SELECT 1")).isInstanceOf(SQLException.class);
        assertThatThrownBy(connection::createStatement)
                .isInstanceOf(SQLException.class)
                .hasMessageContaining("closed");
        connection.close();
    }

    @Test
    void rowsKnowTheRoutedStatement() throws SQLException {
        Connection connection = router.connection("ada");
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(MARK)) {
            rows.next();
            assertThat(rows.getString(1)).isEqualTo("ada");
            assertThat(rows.getStatement()).isSameAs(statement);
            rows.getStatement().getConnection().close();
        }
    }

    /** A pool may lend the next borrower a connection whose statements are still open. */
    @Test
    void aStatementEndsWithItsConnection() throws SQLException {
        TenantRoutingDataSource routed = Router.routed(database.rawDataSource(), router.migrator(), false);
        Connection connection = TenantContext.call("ada", routed::getConnection);
        PreparedStatement statement = connection.prepareStatement(MARK);
        connection.close();
        assertThatThrownBy(statement::executeQuery).hasMessageContaining("the connection is closed");
    }

    @Test
    void theLastNumberOfASequenceIsForgotten() throws SQLException {
        try (Connection connection = router.connection("ada")) {
            execute(connection, "CREATE SEQUENCE IF NOT EXISTS numbers; SELECT nextval('numbers')");
        }
        assertThatThrownBy(() -> router.read("bob", "SELECT lastval()")).hasMessageContaining("lastval");
    }

    private interface Call {
        Object on(Connection connection) throws SQLException;
    }

    private static Named<Call> call(String name, Call call) {
        return Named.of(name, call);
    }

    static Stream<Named<Call>> callsThatTheDriverAsksTheServerFor() {
        return Stream.of(
                call("getTables", connection -> connection.getMetaData().getTables(null, "%", "mark", null)),
                call("getColumns", connection -> connection.getMetaData().getColumns(null, null, "mark", null)),
                call("getSchema", Connection::getSchema),
                call("getCatalog", Connection::getCatalog),
                call("createArrayOf", connection -> connection.createArrayOf("mark", new Object[0])),
                call("setSavepoint", Connection::setSavepoint),
                call("getUserName", connection -> connection.getMetaData().getUserName()),
                call("isValid", connection -> connection.isValid(5)),
                call("transaction isolation", Connection::getTransactionIsolation),
                call(
                        "unwrap",
                        connection -> connection.unwrap(PGConnection.class).escapeLiteral("x")),
                call("prepare", connection -> connection.prepareStatement(MARK).getMetaData()),
                call(
                        "parameters",
                        connection -> connection
                                .prepareStatement("SELECT * FROM mark WHERE tenant = ?")
                                .getParameterMetaData()
                                .getParameterCount()));
    }

    /** Such a call begins a transaction by itself. */
    @ParameterizedTest
    @MethodSource("callsThatTheDriverAsksTheServerFor")
    void behindAPoolerThePathIsSetWhateverBeginsTheTransaction(Call call) throws SQLException {
        TenantRoutingDataSource routed = Router.routed(router.pool(), router.migrator(), true);
        try (Connection connection = TenantContext.call("ada", routed::getConnection)) {
            connection.setAutoCommit(false);
            for (int i = 0; i < 2; i++) {
                call.on(connection);
                assertThat(value(connection, MARK)).isEqualTo("ada");
                connection.commit();
                assertThat(value(connection, MARK)).isEqualTo("ada");
                connection.rollback();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "COMMIT AND CHAIN",
                "ROLLBACK AND CHAIN",
                "commit",
                " End;",
                "ABORT WORK",
                "BEGIN ISOLATION LEVEL SERIALIZABLE",
                "START TRANSACTION",
                "SELECT 1; COMMIT; BEGIN; SELECT 2",
                "rollback transaction"
            })
    void behindAPoolerTransactionsAreNotEndedByText(String sql) throws SQLException {
        TenantRoutingDataSource routed = Router.routed(router.pool(), router.migrator(), true);
        try (Connection connection = TenantContext.call("ada", routed::getConnection)) {
            connection.setAutoCommit(false);
            assertThatThrownBy(() -> execute(connection, sql)).hasMessageContaining("not by a statement");
            assertThatThrownBy(() -> connection.prepareStatement(sql)).hasMessageContaining("not by a statement");
            execute(connection, "SAVEPOINT a; SELECT 'commit'; ROLLBACK TO a; ROLLBACK WORK TO SAVEPOINT a");
            assertThat(value(connection, "SELECT tenant FROM mark WHERE tenant <> 'begin; commit work'"))
                    .isEqualTo("ada");
        }
    }

    @Test
    void setSchemaIsRefused() throws SQLException {
        try (Connection connection = router.connection("ada")) {
            assertThatThrownBy(() -> connection.setSchema("bob"))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("TenantContext");
        }
    }

    @Test
    void aConnectionIsRefusedWhileAnotherTenantIsCurrent() throws SQLException {
        try (Connection connection = router.connection("ada");
                PreparedStatement prepared = connection.prepareStatement(MARK)) {
            TenantContext.call("bob", () -> {
                assertThatThrownBy(() -> value(connection, MARK))
                        .hasMessageContaining("tenant ada")
                        .hasMessageContaining("tenant bob");
                assertThatThrownBy(prepared::executeQuery).hasMessageContaining("REQUIRES_NEW");
                return true;
            });
            assertThatThrownBy(() -> TenantContext.callShared(() -> value(connection, MARK)))
                    .hasMessageContaining("the shared schema");
            assertThat(value(connection, MARK)).isEqualTo("ada");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "nobody",
                "public",
                "ADA",
                "\"ada\"",
                "ada, bob",
                "ada\"; DROP SCHEMA bob; --",
                "",
                " ",
                "a\0b",
                "pg_catalog"
            })
    void anUnknownTenantIsRefused(String tenant) {
        assertThatThrownBy(() -> router.read(tenant, "SELECT 1"))
                .isInstanceOf(SQLException.class)
                .hasMessageContaining("There is no tenant");
    }

    @Test
    void aDroppedTenantIsRefusedThoughItIsStillKnown() throws SQLException {
        router.migrator().createTenant(TenantName.exactly("carol"));
        database.execute("CREATE TABLE IF NOT EXISTS public.mark AS SELECT 'shared' AS tenant");
        assertThat(router.read("carol", MARK)).isEqualTo("carol");
        router.migrator().dropTenant("carol");
        try {
            assertThatThrownBy(() -> router.read("carol", MARK)).hasMessageContaining("There is no tenant carol");
        } finally {
            database.execute("DROP TABLE public.mark");
        }
    }

    @Test
    void withoutATenantNothingIsLent() throws SQLException {
        assertThatThrownBy(router.routed()::getConnection).hasMessageContaining("no current tenant");
        assertThat(TenantContext.<String, SQLException>callShared(() -> {
                    try (Connection connection = router.routed().getConnection()) {
                        assertThatThrownBy(() -> value(connection, MARK)).hasMessageContaining("mark");
                        return value(connection, PATH);
                    }
                }))
                .isEqualTo("public, pg_temp");
    }

    @Test
    void withoutATenantTheSharedSchemaIsLentWhenAskedTo() throws SQLException {
        try (Router shared = Router.on(database.rawDataSource(), 1, false, WithoutTenant.SHARED);
                Connection connection = shared.routed().getConnection()) {
            assertThat(value(connection, PATH)).isEqualTo("public, pg_temp");
        }
    }

    @Test
    void aPoolWithoutAutocommitIsRoutedToo() throws SQLException {
        try (HikariDataSource pool = new HikariDataSource()) {
            pool.setDataSource(database.rawDataSource());
            pool.setMaximumPoolSize(1);
            pool.setAutoCommit(false);
            TenantRoutingDataSource routed = new TenantRoutingDataSource(
                    pool,
                    new KnownTenants(() -> List.of("ada"), Duration.ofMinutes(1), System::nanoTime),
                    new TenantRoutingProperties(true, WithoutTenant.REFUSE, false, Duration.ofMinutes(1), null, null),
                    "public",
                    List.of());
            for (int i = 0; i < 2; i++) {
                try (Connection connection = TenantContext.call("ada", routed::getConnection)) {
                    assertThat(connection.getAutoCommit()).isFalse();
                    assertThat(value(connection, MARK)).isEqualTo("ada");
                    connection.rollback();
                    assertThat(value(connection, MARK)).isEqualTo("ada");
                }
            }
            try (Connection connection = pool.getConnection()) {
                assertThat(connection.getAutoCommit()).isFalse();
                assertThat(value(connection, PATH)).isEqualTo("\"$user\", public");
            }
        }
    }

    /** One that is prepared on the server serves the tenants in turn, also while a rollout makes their tables differ. */
    @Test
    void aPreparedStatementFollowsTheTenant() throws SQLException {
        database.execute("ALTER TABLE bob.mark ADD flag boolean");
        try {
            for (int i = 0; i < 40; i++) {
                String tenant = i / 10 % 2 == 0 ? "ada" : "bob";
                try (Connection connection = router.connection(tenant)) {
                    connection.setAutoCommit(i % 2 == 0);
                    try (PreparedStatement statement = connection.prepareStatement("SELECT * FROM mark");
                            ResultSet rows = statement.executeQuery()) {
                        rows.next();
                        assertThat(rows.getString(1)).isEqualTo(tenant);
                        assertThat(rows.getMetaData().getColumnCount()).isEqualTo(tenant.equals("bob") ? 2 : 1);
                    }
                }
            }
        } finally {
            database.execute("ALTER TABLE bob.mark DROP flag");
        }
    }

    @Test
    void nestedConnectionsAreOfTheirOwnTenants() throws SQLException {
        try (Router two = Router.on(database.rawDataSource(), 2, false);
                Connection outer = two.connection("ada");
                Connection inner = two.connection("bob")) {
            assertThat(value(inner, MARK)).isEqualTo("bob");
            assertThat(value(outer, MARK)).isEqualTo("ada");
        }
    }
}
