package dev.tenantmigrator;

import static dev.tenantmigrator.Samples.MEMBERS;
import static dev.tenantmigrator.Samples.NOTES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.tenantmigrator.report.Failure;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.ds.PGSimpleDataSource;

/** Whoever holds a lock that is needed is named, with the statement that ends it: sessions and prepared transactions. */
@PostgresTest
class LockHoldersTest {

    private static final Migration ADDED = Migration.of(
            "20240301_added", "ALTER TABLE notes ADD COLUMN added int", "ALTER TABLE notes DROP COLUMN added");
    private static final Migration OWNER = Migration.of(
            "20240302_owner", "CREATE TABLE owned (id int REFERENCES public.users (id))", "DROP TABLE owned");
    private static final String GID = "for'gotten";

    private final TestDatabase database;
    private String tenant = "";

    LockHoldersTest(TestDatabase database) {
        this.database = database;
    }

    @BeforeEach
    void createTenant() {
        database.execute("CREATE TABLE public.users (id int PRIMARY KEY)");
        tenant = Samples.create(database, "ada", MEMBERS, NOTES);
    }

    @AfterEach
    void dropAll() {
        if (!database.values("SELECT 1 FROM pg_prepared_xacts WHERE database = current_database()")
                .isEmpty()) {
            database.execute("ROLLBACK PREPARED 'for''gotten'");
        }
        Samples.dropAll(database);
        database.execute("DROP TABLE public.users CASCADE");
    }

    private TenantMigrator migrator(Migration... migrations) {
        return Samples.migrator(database, migrations)
                .sharedObjects("users")
                .lockTimeout(Duration.ofMillis(20))
                .build();
    }

    private Failure failure(TenantMigrator migrator) {
        return migrator.deployAll().failed().get(0).failure();
    }

    private void prepare(String sql) {
        database.execute("BEGIN; " + sql + "; PREPARE TRANSACTION 'for''gotten'");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT * FROM %1$s.notes",
                "INSERT INTO %1$s.notes (body) VALUES ('x')",
                "LOCK TABLE %1$s.notes",
                "CREATE TABLE %1$s.another (id int); SELECT * FROM %1$s.notes"
            })
    void aPreparedTransactionIsNamedInADeploy(String sql) {
        prepare(sql.formatted(tenant));
        TenantMigrator migrator = migrator(MEMBERS, NOTES, ADDED);

        assertNamesThePrepared(failure(migrator).toString());
        database.execute("ROLLBACK PREPARED 'for''gotten'");
        migrator.deployAll().throwIfFailed();
    }

    @Test
    void aPreparedTransactionIsNamedBeforeADrop() {
        prepare("INSERT INTO " + tenant + ".notes (body) VALUES ('x')");
        TenantMigrator migrator = migrator(MEMBERS, NOTES);

        assertDropRefused(migrator, "ROLLBACK PREPARED 'for''gotten'");

        database.execute("ROLLBACK PREPARED 'for''gotten'");
        migrator.dropTenant(tenant);
        assertThat(migrator.tenants()).isEmpty();
    }

    private void assertNamesThePrepared(String message) {
        assertThat(message)
                .contains("the prepared transaction " + GID + " (of " + database.user() + ", since 2")
                .contains("belongs to no session")
                .contains("ROLLBACK PREPARED 'for''gotten'")
                .doesNotContain("server process");
    }

    private void assertDropRefused(TenantMigrator migrator, String... remedy) {
        assertThatThrownBy(() -> migrator.dropTenant(tenant))
                .isInstanceOfSatisfying(TenantMigratorException.class, e -> {
                    assertThat(e.getMessage())
                            .contains("nothing was changed")
                            .contains(remedy)
                            .contains("55P03");
                    assertThat(e.failure().tenant()).contains(tenant);
                });
        assertThat(migrator.tenants()).containsExactly(tenant);
        assertThat(migrator.unfinishedDrops()).isEmpty();
        assertThat(database.value("SELECT count(*) FROM pg_tables WHERE schemaname = ?", tenant))
                .isEqualTo("3");
    }

    @Test
    void anIdleTransactionIsNamedInDeployAndDrop() throws SQLException {
        TenantMigrator migrator = migrator(MEMBERS, NOTES, ADDED);
        try (Connection forgotten = database.rawDataSource().getConnection();
                Statement statement = forgotten.createStatement()) {
            statement.execute("SET application_name = 'a terminal'");
            forgotten.setAutoCommit(false);
            statement.execute("SELECT pg_backend_pid() FROM " + tenant + ".notes");
            String process = pid(statement);
            String[] named = {
                "server process " + process,
                "user " + database.user(),
                "application \"a terminal\"",
                "idle in transaction",
                "since 2",
                "SELECT pg_terminate_backend(" + process + ")"
            };
            assertThat(failure(migrator).toString()).contains(named);
            assertDropRefused(migrator, named);
            forgotten.rollback();
            forgotten.setAutoCommit(true);
            statement.execute("RESET application_name");
        }
    }

    private static String pid(Statement statement) throws SQLException {
        try (var row = statement.executeQuery("SELECT pg_backend_pid()")) {
            row.next();
            return row.getString(1);
        }
    }

    /** A drop locks the tables that the tenant refers to; whoever reads them for long is named before anything is dropped. */
    @Test
    void aHolderOfATableThatTheTenantRefersToIsNamedBeforeADrop() {
        TenantMigrator migrator = migrator(MEMBERS, NOTES, OWNER);
        migrator.deployAll().throwIfFailed();
        database.execute("CREATE TABLE " + tenant + ".aaa (id int)");
        prepare("SELECT * FROM public.users");

        assertThatThrownBy(() -> migrator.dropTenant(tenant))
                .hasMessageContaining("nothing was changed")
                .hasMessageContaining("ROLLBACK PREPARED");
        assertThat(database.value("SELECT count(*) FROM pg_tables WHERE schemaname = ?", tenant))
                .isEqualTo("5");
    }

    @Test
    void aHolderInTheSharedSchemaIsNamedWhereACreationOrADeployNeedsIt() throws SQLException {
        prepare("INSERT INTO public.users VALUES (1)");
        TenantMigrator migrator = migrator(MEMBERS, NOTES, OWNER);

        assertNamesThePrepared(failure(migrator).toString());
        // A creation has the session's lock timeout.
        PGSimpleDataSource source = (PGSimpleDataSource) database.dataSourceOf(database.user(), database.password());
        source.setOptions("-c lock_timeout=50ms");
        TenantMigrator creating = TenantMigrator.builder(source)
                .migrations(MigrationSource.of(MEMBERS, NOTES, OWNER))
                .sharedObjects("users")
                .build();
        TenantMigratorException e = catchThrowableOfType(
                TenantMigratorException.class, () -> creating.createTenant(TenantName.forUser("bob")));
        assertNamesThePrepared(e.getMessage());
        try (Connection connection = source.getConnection()) {
            connection.setAutoCommit(false);
            e = catchThrowableOfType(
                    TenantMigratorException.class, () -> creating.createTenant(connection, TenantName.forUser("bob")));
            assertNamesThePrepared(e.getMessage());
            connection.rollback();
        }
    }

    @Test
    void aRenameDoesNotWaitForEver() {
        prepare("GRANT USAGE ON SCHEMA " + tenant + " TO PUBLIC");
        assertThatThrownBy(() -> migrator(MEMBERS).rename(tenant, TenantName.exactly("renamed")))
                .hasMessageContaining("another transaction held a lock")
                .hasMessageMatching("(?s).*(pg_prepared_xacts|ROLLBACK PREPARED).*");
        assertThat(migrator(MEMBERS).tenants()).isEqualTo(List.of(tenant));
    }

    @Test
    void aRollbackAndAStatementOutsideOfATransactionNameTheHolder() {
        Migration vacuum = Migration.of(
                "20240303_vacuum",
                "-- tenant-migrator: no-transaction lock_timeout=20ms\nVACUUM FULL notes",
                "SELECT 1");
        TenantMigrator migrator = migrator(MEMBERS, NOTES, ADDED);
        migrator.deployAll().throwIfFailed();
        prepare("SELECT * FROM " + tenant + ".notes");

        assertNamesThePrepared(migrator.rollback(Tenants.all(), ADDED.version())
                .failed()
                .get(0)
                .failure()
                .toString());
        assertNamesThePrepared(failure(migrator(MEMBERS, NOTES, ADDED, vacuum)).toString());
    }
}
