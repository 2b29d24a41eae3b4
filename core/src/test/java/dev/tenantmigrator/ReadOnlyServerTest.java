package dev.tenantmigrator;

import static dev.tenantmigrator.Samples.MEMBERS;
import static dev.tenantmigrator.Samples.NOTES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.tenantmigrator.report.TenantOutcome;
import dev.tenantmigrator.support.OwnServer;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postgresql.ds.PGSimpleDataSource;

/** Where the server or a setting forbids changes, every operation that writes is refused before it begins; those that read work. */
@PostgresTest
class ReadOnlyServerTest {

    private static final Migration INDEX = Migration.of(
            "20240105_index", "CREATE INDEX CONCURRENTLY notes_body ON public.notes (body)", "DROP INDEX notes_body");

    private static final MigrationScript COUNT =
            MigrationScript.of("count.sql", "SET work_mem = '5MB'; SELECT count(*) FROM public.team_member");

    private static final RunOptions WRITES = RunOptions.builder().writes(true).build();

    private final TestDatabase database;
    private String ada = "";

    ReadOnlyServerTest(TestDatabase database) {
        this.database = database;
    }

    @BeforeEach
    void createTenant() {
        ada = Samples.create(database, "ada", MEMBERS);
        database.execute("CREATE SCHEMA adoptable; CREATE TABLE adoptable.team_member (id int)");
    }

    @AfterEach
    void dropAll() throws SQLException {
        execute(
                database.superuserDataSource(),
                "BEGIN READ WRITE; ALTER ROLE " + database.user() + " RESET ALL; ALTER DATABASE " + database.name()
                        + " RESET ALL; ALTER ROLE " + database.user() + " IN DATABASE " + database.name()
                        + " RESET ALL; COMMIT");
        Samples.dropAll(database);
        database.execute("DROP SCHEMA adoptable CASCADE");
    }

    private interface Operation {
        void run(TenantMigrator migrator) throws Exception;
    }

    private static Map<String, Operation> writing(String ada) {
        Map<String, Operation> operations = new LinkedHashMap<>();
        operations.put("prepare", TenantMigrator::prepare);
        operations.put("create", migrator -> migrator.createTenant(TenantName.forUser("bob")));
        operations.put("deploy", TenantMigrator::deployAll);
        operations.put("deploy of one", migrator -> migrator.deploy(Tenants.named(ada)));
        operations.put("rollback", migrator -> migrator.rollback(Tenants.all(), MEMBERS.version()));
        operations.put("backfill", migrator -> migrator.backfill(Tenants.all()));
        operations.put("repair", migrator -> migrator.repair(Tenants.all(), new Repair.MarkApplied(NOTES.version())));
        // Its definition is made in a scratch schema.
        operations.put("drift", migrator -> migrator.drift(Tenants.all(), DriftOptions.defaults()));
        operations.put(
                "repair of drift", migrator -> migrator.fixDrift(ada, DriftOptions.defaults(), List.of(), false));
        operations.put("adopt", migrator -> migrator.adopt("adoptable", List.of()));
        operations.put("move", migrator -> migrator.moveTracking(TrackingStore.fleet()));
        operations.put("rename", migrator -> migrator.rename(ada, TenantName.exactly("renamed")));
        operations.put("drop", migrator -> migrator.dropTenant(ada));
        operations.put("throwaway", TenantMigrator::throwaway);
        operations.put(
                "script", migrator -> migrator.runScript(Tenants.all(), COUNT, WRITES, (schema, number, rows) -> {}));
        operations.put("work", migrator -> migrator.forEachTenant(Tenants.all(), WRITES, (connection, schema) -> {}));
        return operations;
    }

    private static void assertReads(TenantMigrator migrator, String ada) {
        assertThat(migrator.tenants()).containsExactly(ada);
        assertThat(migrator.exists(ada)).isTrue();
        assertThat(migrator.unfinishedDrops()).isEmpty();
        assertThat(migrator.status().tenants()).hasSize(1);
        assertThat(migrator.verify().of(TenantOutcome.Pending.class)).hasSize(1);
        assertThat(migrator.drift(Tenants.all(), DriftOptions.defaults().against(ada))
                        .successful())
                .isTrue();
        assertThat(migrator.plan(Tenants.all()).tenants())
                .singleElement()
                .satisfies(plan -> assertThat(plan.migrations()).hasSize(2));
        List<String> counted = new ArrayList<>();
        migrator.runScript(Tenants.all(), COUNT, RunOptions.defaults(), (schema, number, rows) -> {
                    rows.next();
                    counted.add(schema + ' ' + rows.getInt(1));
                })
                .throwIfFailed();
        migrator.forEachTenant(Tenants.all(), RunOptions.defaults(), (connection, schema) -> {
                    execute(connection, "SELECT 1 FROM team_member");
                    counted.add(schema);
                })
                .throwIfFailed();
        assertThat(counted).containsExactly(ada + " 0", ada);
    }

    private static void assertRunsCannotWrite(TenantMigrator migrator) {
        for (String sql :
                List.of("INSERT INTO team_member DEFAULT VALUES", "CREATE TABLE more ()", "TRUNCATE team_member")) {
            MigrationScript script = MigrationScript.of("change.sql", sql);
            assertThat(migrator.runScript(Tenants.all(), script, RunOptions.defaults(), (schema, number, rows) -> {})
                            .failed())
                    .as(sql)
                    .singleElement()
                    .satisfies(failed ->
                            assertThat(failed.failure().toString()).contains("read-only", "change.sql:1", "25006"));
            assertThat(migrator.forEachTenant(
                                    Tenants.all(),
                                    RunOptions.defaults(),
                                    (connection, schema) -> execute(connection, sql))
                            .failed())
                    .as(sql)
                    .singleElement()
                    .satisfies(failed -> assertThat(failed.failure().sqlState()).contains("25006"));
        }
    }

    private static void assertRefusesToWrite(TenantMigrator migrator, String ada, String... message) {
        writing(ada)
                .forEach((name, operation) -> assertThatThrownBy(() -> operation.run(migrator))
                        .as(name)
                        .isInstanceOfSatisfying(TenantMigratorException.class, e -> {
                            assertThat(e.getMessage()).contains(message).contains("nothing was changed");
                            assertThat(e.failure().tenant()).isEmpty();
                        }));
        assertReads(migrator, ada);
        assertRunsCannotWrite(migrator);
    }

    private static TenantMigrator migrator(DataSource dataSource) {
        return TenantMigrator.builder(dataSource)
                .migrations(MigrationSource.of(MEMBERS, NOTES, INDEX))
                .requiredTables("team_member")
                .extensions()
                .build();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            ALTER ROLE %1$s SET default_transaction_read_only = on | ALTER ROLE "%1$s" RESET default_transaction_read_only
            ALTER DATABASE %1$s SET default_transaction_read_only = on | ALTER DATABASE "%1$s" RESET default_transaction_read_only
            ALTER ROLE %1$s IN DATABASE %1$s SET default_transaction_read_only = on | ALTER ROLE "%1$s" IN DATABASE "%1$s" RESET default_transaction_read_only""")
    void aSettingIsNamedWithItsRemedyAndNotOverridden(String set, String remedy) throws SQLException {
        execute(database.superuserDataSource(), set.formatted(database.name()));
        DataSource fresh = database.dataSourceOf(database.user(), database.password());

        assertRefusesToWrite(
                migrator(fresh), ada, "BEGIN READ WRITE; " + remedy.formatted(database.name()) + "; COMMIT");

        execute(database.superuserDataSource(), "BEGIN READ WRITE; " + remedy.formatted(database.name()) + "; COMMIT");
        assertThat(migrator(fresh).deployAll().throwIfFailed().of(TenantOutcome.Migrated.class))
                .hasSize(1);
    }

    @Test
    void parametersOfTheConnectionCountToo() {
        PGSimpleDataSource source = (PGSimpleDataSource) database.dataSourceOf(database.user(), database.password());
        source.setOptions("-c default_transaction_read_only=on");
        assertRefusesToWrite(migrator(source), ada, "options in the URL");
    }

    @Test
    void aPoolMayMarkItsConnectionsAsReadOnlyOrSetThatOnThem() {
        HikariConfig marked = config();
        marked.setReadOnly(true);
        try (HikariDataSource pool = new HikariDataSource(marked)) {
            assertRefusesToWrite(migrator(pool), ada, "marked as read-only", "readOnly=false");
        }
        HikariConfig initial = config();
        initial.setConnectionInitSql("SET default_transaction_read_only = on");
        try (HikariDataSource pool = new HikariDataSource(initial)) {
            assertRefusesToWrite(migrator(pool), ada, "by the pool", "initial SQL");
        }
    }

    private HikariConfig config() {
        HikariConfig config = new HikariConfig();
        config.setDataSource(database.dataSourceOf(database.user(), database.password()));
        config.setMaximumPoolSize(3);
        return config;
    }

    @Test
    void aCallersReadOnlyTransactionIsRefusedAndStaysUsable() throws SQLException {
        DataSource source = database.dataSourceOf(database.user(), database.password());
        try (Connection connection = source.getConnection();
                Statement statement = connection.createStatement()) {
            connection.setReadOnly(true);
            connection.setAutoCommit(false);
            assertThatThrownBy(() ->
                            migrator(source).createTenant(connection, TenantName.forUser("bob"), CreationStep.NONE))
                    .isInstanceOf(TenantMigratorException.class)
                    .hasMessageContaining("the transaction is read-only; nothing was changed");
            assertThat(statement.execute("SELECT 1")).isTrue();
            connection.rollback();
        }
        execute(
                database.superuserDataSource(),
                "ALTER ROLE " + database.user() + " SET default_transaction_read_only = on");
        try (Connection connection = source.getConnection();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            assertThatThrownBy(() -> migrator(source).createTenant(connection, TenantName.forUser("bob")))
                    .hasMessageContaining("ALTER ROLE");
            connection.rollback();
            // A transaction that the caller has made writable is the caller's decision.
            statement.execute("SET TRANSACTION READ WRITE");
            migrator(source).createTenant(connection, TenantName.forUser("bob"));
            connection.rollback();
        }
    }

    @Test
    void aStandbyIsNamedAndRead(@TempDir Path directory) throws Exception {
        try (OwnServer server = OwnServer.start(directory, Map.of("max_connections", "300"));
                HikariDataSource pool = server.pool(4)) {
            TenantMigrator migrator = migrator(pool);
            execute(pool, "CREATE SCHEMA adoptable; CREATE EXTENSION \"uuid-ossp\"");
            String tenant = TenantMigrator.builder(pool)
                    .migrations(MigrationSource.of(MEMBERS))
                    .build()
                    .createTenant(TenantName.forUser("ada"))
                    .schema();
            server.kill();
            server.startAsStandby(pool);

            assertRefusesToWrite(migrator, tenant, "this server is a standby", "primary");
            try (Connection connection = pool.getConnection()) {
                connection.setAutoCommit(false);
                assertThatThrownBy(() -> migrator.createTenant(connection, TenantName.forUser("bob")))
                        .hasMessageContaining("this server is a standby");
                connection.rollback();
            }
        }
    }

    private static void execute(DataSource dataSource, String sql) throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            execute(connection, sql);
        }
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
