package dev.tenantmigrator;

import static dev.tenantmigrator.Samples.MEMBERS;
import static dev.tenantmigrator.Samples.NOTES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenantmigrator.report.CreatedTenant;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@PostgresTest
class CreateTenantTest {

    private final TestDatabase database;

    CreateTenantTest(TestDatabase database) {
        this.database = database;
    }

    @BeforeEach
    void users() {
        database.execute("DROP TABLE IF EXISTS public.users; CREATE TABLE public.users (name text UNIQUE)");
    }

    private List<String> schemas() {
        return database.values("SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_|^information_schema$|^public$'"
                + " ORDER BY 1");
    }

    @Test
    void aMigrationFindsTheRecordOfThoseBeforeIt() {
        String schema = Samples.migrator(
                        database,
                        MEMBERS,
                        Migration.of("20990101_count", "CREATE TABLE known AS SELECT version FROM schema_migrations"))
                .build()
                .createTenant(TenantName.exactly("counted"))
                .schema();

        assertThat(database.values("SELECT version FROM " + schema + ".known")).containsExactly(MEMBERS.version());
        assertThat(database.values("SELECT version FROM " + schema + ".schema_migrations ORDER BY id"))
                .containsExactly(MEMBERS.version(), "20990101_count");
    }

    @Test
    void makesSchemaTablesRowsAndRunsTheStep() {
        CreatedTenant created = Samples.migrator(database, NOTES, MEMBERS)
                .requiredTables("team_member", "notes")
                .build()
                .createTenant(TenantName.forUser("John"), (connection, schema) -> {
                    try (Statement statement = connection.createStatement()) {
                        statement.execute("INSERT INTO team_member (name) VALUES ('John')");
                    }
                });

        assertThat(created.schema()).matches("john_[0-9]{8}");
        assertThat(created.versions()).containsExactly(MEMBERS.version(), NOTES.version());
        assertThat(database.value("SELECT name FROM " + created.schema() + ".team_member"))
                .isEqualTo("John");
        assertThat(database.query("SELECT id, version, checksum, description, applied_at IS NOT NULL FROM "
                        + created.schema() + ".schema_migrations ORDER BY id"))
                .containsExactly(
                        List.of(1, MEMBERS.version(), MEMBERS.up().checksum(), "members", true),
                        List.of(2, NOTES.version(), NOTES.up().checksum(), "notes", true));
        assertThat(database.values("SELECT tablename::text FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"))
                .containsExactly("users");
    }

    @Test
    void failingMigrationLeavesNothingAndSaysWhere() {
        List<String> before = schemas();
        Migration broken =
                Migration.of("20240201_broken", "SELECT 1;\n\n-- why\nALTER TABLE notes\n  ADD x nonsense;\nSELECT 2");

        assertThatThrownBy(() -> Samples.create(database, "ada", MEMBERS, NOTES, broken))
                .isInstanceOfSatisfying(MigrationFailedException.class, e -> {
                    assertThat(e.failure().version()).contains("20240201_broken");
                    assertThat(e.failure().line()).hasValue(5);
                    assertThat(e.failure().sqlState()).contains("42704");
                    assertThat(e.failure().statement().orElseThrow()).startsWith("ALTER TABLE notes");
                })
                .hasMessageContaining("20240201_broken/migration.sql:5")
                .hasMessageContaining("nonsense");
        assertThat(schemas()).isEqualTo(before);
    }

    @Test
    void failingStepLeavesNothing() {
        List<String> before = schemas();
        TenantMigrator migrator = Samples.with(database, MEMBERS);

        assertThatThrownBy(() -> migrator.createTenant(TenantName.forUser("ada"), (connection, schema) -> {
                    throw new IllegalStateException("host");
                }))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("host");
        assertThatThrownBy(() -> migrator.createTenant(TenantName.forUser("ada"), (connection, schema) -> {
                    throw new SQLException("host", "99999");
                }))
                .isInstanceOf(TenantMigratorException.class)
                .hasRootCauseMessage("host");
        assertThatThrownBy(() -> migrator.createTenant(TenantName.forUser("ada"), (connection, schema) -> {
                    try (Statement statement = connection.createStatement()) {
                        statement.execute("INSERT INTO public.users VALUES ('secret'), ('secret')");
                    }
                }))
                .isInstanceOf(TenantMigratorException.class)
                .hasMessageContaining("23505")
                .satisfies(e -> assertThat(causes(e)).doesNotContain("secret"));
        assertThat(schemas()).isEqualTo(before);
    }

    private static String causes(Throwable e) {
        StringWriter text = new StringWriter();
        e.printStackTrace(new PrintWriter(text));
        return text.toString();
    }

    @Test
    void requiredTableThatNoMigrationCreates() {
        List<String> before = schemas();
        assertThatThrownBy(() -> Samples.migrator(database, MEMBERS)
                        .requiredTables("team_member", "vendor")
                        .build()
                        .createTenant(TenantName.forUser("ada")))
                .isInstanceOf(MigrationFailedException.class)
                .hasMessageContaining("required table vendor");
        assertThat(schemas()).isEqualTo(before);
    }

    @Test
    void exactNameThatIsTaken() {
        database.execute("CREATE SCHEMA taken");
        assertThatThrownBy(() -> Samples.with(database, MEMBERS).createTenant(TenantName.exactly("taken")))
                .isInstanceOf(TenantExistsException.class);
        database.execute("DROP SCHEMA taken");
    }

    @Test
    void pendingConstraintChecksRunBetweenMigrations() {
        Migration deferred = Migration.of("1", """
                CREATE TABLE a (id int PRIMARY KEY, b int);
                CREATE TABLE b (id int PRIMARY KEY, a int REFERENCES a DEFERRABLE INITIALLY DEFERRED);
                INSERT INTO b VALUES (1, 1);
                INSERT INTO a VALUES (1, 1)""");
        Migration alter = Migration.of(
                "2", "ALTER TABLE b ADD COLUMN c int; INSERT INTO b VALUES (2, 2); INSERT INTO a VALUES (2, 2)");
        Migration violated = Migration.of("3", "INSERT INTO b VALUES (3, 3)");
        Migration last = Migration.of("4", "SELECT 1");

        Samples.create(database, "ok", deferred, alter, last);

        assertThatThrownBy(() -> Samples.create(database, "bad", deferred, alter, violated, last))
                .isInstanceOfSatisfying(MigrationFailedException.class, e -> {
                    assertThat(e.failure().version()).contains("3");
                    assertThat(e.failure().sqlState()).contains("23503");
                })
                .hasMessageNotContaining("(a)=(3)");
    }

    @Test
    void settingsOfOneMigrationDoNotReachTheNext() {
        Migration sets = Migration.of(
                "1",
                "SET statement_timeout = '1h'; SELECT set_config('work_mem', '1MB', false);"
                        + " DO $$ BEGIN SET lock_timeout = '1h'; SET search_path = pg_catalog; END $$");
        Migration reads = Migration.of(
                "2",
                "CREATE TABLE seen AS SELECT current_setting('statement_timeout') a, current_setting('work_mem') b,"
                        + " current_setting('lock_timeout') c");

        String schema = Samples.create(database, "ada", sets, reads);

        assertThat(database.query("SELECT a, b, c FROM " + schema + ".seen"))
                .isEqualTo(database.query("SELECT current_setting('statement_timeout'), current_setting('work_mem'),"
                        + " '2s'")); // The limit of every creation.
    }

    @Test
    void manyAtOnceEachGetTheirOwn() throws Exception {
        TenantMigrator migrator = Samples.with(database, MEMBERS, NOTES);
        Set<String> created = ConcurrentHashMap.newKeySet();
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            List<Callable<Object>> calls = IntStream.range(0, 24)
                    .<Callable<Object>>mapToObj(i -> () -> created.add(
                            migrator.createTenant(TenantName.forUser("many")).schema()))
                    .toList();
            for (Future<Object> call : threads.invokeAll(calls)) {
                call.get();
            }
        } finally {
            threads.shutdown();
        }
        assertThat(created).hasSize(24);
        assertThat(migrator.tenants()).containsAll(created);
    }

    @Test
    void insideTheCallersTransactionBothCommitOrVanish() throws SQLException {
        TenantMigrator migrator = Samples.with(database, MEMBERS, NOTES);
        List<String> before = schemas();
        try (Connection connection = database.connection()) {
            connection.setAutoCommit(false);
            try (Statement statement = connection.createStatement()) {
                migrator.createTenant(connection, TenantName.forUser("gone"));
                statement.execute("INSERT INTO public.users VALUES ('gone')");
                connection.rollback();
                assertThat(schemas()).isEqualTo(before);

                String schema = migrator.createTenant(connection, TenantName.forUser("kept"))
                        .schema();
                statement.execute("INSERT INTO public.users VALUES ('kept')");
                connection.commit();
                assertThat(migrator.exists(schema)).isTrue();
            } finally {
                connection.rollback();
                connection.setAutoCommit(true);
            }
        }
        assertThat(database.values("SELECT name FROM public.users")).containsExactly("kept");
    }

    @Test
    void callersTransactionStaysUsableAndItsSettingsStay() throws SQLException {
        Migration broken = Migration.of("20240201_broken", "SET work_mem = '1MB'; SELECT 1/0");
        Migration sets = Migration.of("20240202_sets", "SET work_mem = '1MB'; SET search_path = pg_catalog");
        try (Connection connection = database.connection()) {
            connection.setAutoCommit(false);
            try (Statement statement = connection.createStatement()) {
                statement.execute("SET LOCAL search_path TO public, pg_temp; SET LOCAL work_mem = '7MB'");
                statement.execute("INSERT INTO public.users VALUES ('stays')");

                assertThatThrownBy(() -> Samples.with(database, MEMBERS, broken)
                                .createTenant(connection, TenantName.forUser("ada")))
                        .isInstanceOf(MigrationFailedException.class);
                assertThat(settings(statement)).isEqualTo("public, pg_temp/7MB");

                database.execute("CREATE SCHEMA taken");
                assertThatThrownBy(() ->
                                Samples.with(database, MEMBERS).createTenant(connection, TenantName.exactly("taken")))
                        .isInstanceOf(TenantExistsException.class);
                assertThat(settings(statement)).isEqualTo("public, pg_temp/7MB");

                Samples.with(database, MEMBERS, sets).createTenant(connection, TenantName.forUser("ada"));
                assertThat(settings(statement)).isEqualTo("public, pg_temp/7MB");
                connection.commit();
            } finally {
                connection.rollback();
                connection.setAutoCommit(true);
                database.execute("DROP SCHEMA taken");
            }
        }
        assertThat(database.values("SELECT name FROM public.users")).containsExactly("stays");
    }

    private static String settings(Statement statement) throws SQLException {
        try (var rows =
                statement.executeQuery("SELECT current_setting('search_path') || '/' || current_setting('work_mem')")) {
            rows.next();
            return rows.getString(1);
        }
    }

    @Test
    void connectionWithoutATransactionIsRefused() throws SQLException {
        try (Connection connection = database.connection()) {
            assertThatThrownBy(
                            () -> Samples.with(database, MEMBERS).createTenant(connection, TenantName.forUser("ada")))
                    .isInstanceOf(TenantMigratorException.class)
                    .hasMessageContaining("open transaction");
        }
    }
}
