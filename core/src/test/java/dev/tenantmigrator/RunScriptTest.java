package dev.tenantmigrator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenantmigrator.report.Failure;
import dev.tenantmigrator.report.FleetReport;
import dev.tenantmigrator.report.TenantOutcome;
import dev.tenantmigrator.rollout.Rollout;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Scripts and the host's own work in every tenant, which are contained like a migration and not recorded. */
@PostgresTest
class RunScriptTest {

    private static final Migration ITEMS = Migration.of("20240101_items", """
            CREATE TABLE public.items (id int PRIMARY KEY, name text NOT NULL);
            INSERT INTO public.items VALUES (1, 'one'), (2, 'two')""");

    private static final RunOptions WRITE = RunOptions.builder().writes(true).build();

    private final TestDatabase database;
    private final TenantMigrator migrator;
    private final Map<String, List<String>> found = new TreeMap<>();
    private String ann = "";
    private String bob = "";

    RunScriptTest(TestDatabase database) {
        this.database = database;
        this.migrator = Samples.with(database, ITEMS);
    }

    @BeforeEach
    void create() {
        ann = Samples.create(database, "ann", ITEMS);
        bob = Samples.create(database, "bob", ITEMS);
    }

    @AfterEach
    void dropAll() {
        Samples.dropAll(database);
    }

    @Test
    void readsTheRowsOfEveryTenant() {
        database.execute("INSERT INTO %s.items VALUES (3, 'three')".formatted(bob));

        FleetReport report = read("""
                SELECT count(*) FROM public.items; -- of the tenant
                SET search_path = public;
                SHOW work_mem;
                SELECT name FROM items WHERE id > 1 ORDER BY id""");

        assertThat(report.outcomes()).allSatisfy(outcome -> assertThat(outcome).isInstanceOf(TenantOutcome.Ran.class));
        assertThat(found.get(ann)).containsExactly("1: 2", "3: 4MB", "4: two");
        assertThat(found.get(bob)).containsExactly("1: 3", "3: 4MB", "4: two", "4: three");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "INSERT INTO items VALUES (9, 'nine')",
                "UPDATE items SET name = 'x' RETURNING id",
                "DO $$ BEGIN EXECUTE 'DELETE FROM items'; END $$",
                "SELECT set_config('transaction_read_only', 'off', false); DELETE FROM items",
                "DO $$ BEGIN PERFORM set_config('transaction_read_only', 'off', true); DELETE FROM items; END $$",
                "CREATE TABLE other (id int)",
                "TRUNCATE items",
                "CREATE EXTENSION citext; CREATE TABLE other (id citext)",
            })
    void onlyReadsByDefault(String sql) {
        String before = contents(ann);

        FleetReport report = read("SELECT 1;\n" + sql);

        assertThat(failure(report, ann).file()).contains("run.sql");
        assertThat(failure(report, ann).line()).hasValue(2);
        assertThat(failure(report, ann).version()).isEmpty();
        assertThat(failure(report, ann).message()).contains("nothing of it was kept in this tenant");
        assertThat(contents(ann)).isEqualTo(before);
        assertThat(database.values("SELECT extname FROM pg_extension WHERE extname = 'citext'"))
                .isEmpty();
    }

    @Test
    void writesWhereAskedFor() {
        FleetReport report = write("""
                UPDATE public.items SET name = upper(name) WHERE id = 1 RETURNING name;
                CREATE FUNCTION double(n int) RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT 2; SELECT 2 * n; END;
                COPY items FROM stdin;
                7	a\\tb
                \\.
                SELECT double(21)""");

        assertThat(report.successful()).as("%s", report).isTrue();
        assertThat(found.get(ann)).containsExactly("1: ONE", "5: 42");
        assertThat(contents(ann)).isEqualTo("1 ONE, 2 two, 7 a\tb");
        assertThat(contents(bob)).isEqualTo("1 ONE, 2 two, 7 a\tb");
        assertThat(migrator.status().tenants())
                .allSatisfy(tenant -> assertThat(tenant.applied()).hasSize(1));
    }

    @Test
    void staysInsideOfItsTenant() {
        database.execute("CREATE TABLE IF NOT EXISTS public.ledger (n int)");

        FleetReport report = write("""
                UPDATE items SET name = 'x';
                DO $$ BEGIN EXECUTE format('INSERT INTO %s.ledger VALUES (1)', 'pub' || chr(108) || 'ic'); END $$;
                SELECT 1""");

        assertThat(failure(report, ann).message()).contains("public.ledger", "nothing of it was kept");
        assertThat(failure(report, ann).line()).hasValue(2);
        assertThat(failure(report, ann).file()).contains("run.sql");
        assertThat(contents(ann)).isEqualTo("1 one, 2 two");
        assertThat(database.values("SELECT n FROM public.ledger")).isEmpty();
        assertThatThrownBy(() -> write("INSERT INTO other.t VALUES (1)"))
                .isInstanceOf(InvalidMigrationException.class)
                .hasMessageContaining("run.sql:1");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "DO $$ BEGIN EXECUTE 'DELETE FROM schema_' || 'migrations'; END $$",
                "UPDATE schema_migrations SET checksum = repeat('0', 64)",
                "UPDATE schema_migrations SET checksum = NULL",
                "UPDATE schema_migrations SET applied_at = applied_at - interval '1 day'",
                "UPDATE schema_migrations SET applied_at = NULL",
                "UPDATE schema_migrations SET description = 'another'",
                "INSERT INTO schema_migrations (version) VALUES ('20240102_more')",
            })
    void leavesTheRecordAlone(String sql) {
        List<String> before = record();

        FleetReport report = write(sql);

        assertThat(failure(report, ann).message()).contains("repair");
        assertThat(failure(report, ann).file()).contains("run.sql");
        assertThat(record()).isEqualTo(before);
        assertThat(migrator.verify().successful()).isTrue();
    }

    private List<String> record() {
        return database.values("SELECT r::text FROM %s.schema_migrations r".formatted(ann));
    }

    @Test
    void doesNotDropTheRecord() {
        assertThatThrownBy(() -> write("DROP TABLE schema_migrations")).isInstanceOf(InvalidMigrationException.class);
    }

    @Test
    void aFailureIsItsTenantsAlone() {
        database.execute("INSERT INTO %s.items VALUES (5, 'five')".formatted(ann));

        FleetReport report = write("""
                UPDATE items SET name = 'x' WHERE id = 1;
                INSERT INTO items
                     VALUES (5, 'mine')""");

        assertThat(failure(report, ann).line()).hasValue(2);
        assertThat(failure(report, ann).sqlState()).contains("23505");
        assertThat(failure(report, ann).toString()).doesNotContain("(5)");
        assertThat(contents(ann)).isEqualTo("1 one, 2 two, 5 five");
        assertThat(contents(bob)).isEqualTo("1 x, 2 two, 5 mine");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "VACUUM items",
                "CREATE INDEX CONCURRENTLY i ON items (id)",
            })
    void isOneTransaction(String sql) {
        assertThatThrownBy(() -> write(sql))
                .isInstanceOf(InvalidMigrationException.class)
                .hasMessageContaining("put it into a migration")
                .hasMessageContaining("run.sql");
    }

    @Test
    void leavesNothingToTheNextTenant() {
        FleetReport report = write("""
                SELECT current_setting('work_mem'), current_setting('app.tenant', true) IS NOT DISTINCT FROM '',
                    (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()),
                    to_regclass('pg_temp.seen');
                CREATE TEMP TABLE seen (id int);
                DO $$ BEGIN
                    PERFORM set_config('work_mem', '9MB', false), set_config('app.tenant', 'x', false);
                    EXECUTE format('SELECT pg_%s_lock(77)', 'advisory');
                END $$""");

        assertThat(report.successful()).as("%s", report).isTrue();
        assertThat(found.get(bob)).isEqualTo(found.get(ann));
    }

    @Test
    void waitsForALockAndTriesAgain() throws SQLException {
        RunOptions patient = RunOptions.builder()
                .writes(true)
                .rollout(Rollout.builder()
                        .lockTimeout(Duration.ofMillis(50))
                        .tries(100)
                        .build())
                .build();
        List<Thread> ending = new ArrayList<>();
        try (Connection other = database.dataSource().getConnection()) {
            other.setAutoCommit(false);
            other.createStatement().execute("LOCK TABLE %s.items".formatted(ann));
            FleetReport report = migrator.forEachTenant(Tenants.all(), patient, (connection, schema) -> {
                if (schema.equals(ann) && ending.size() < 2) {
                    ending.add(Thread.currentThread());
                    if (ending.size() == 2) {
                        other.rollback();
                    }
                }
                execute(connection, "UPDATE items SET name = 'x'");
            });

            assertThat(report.successful()).as("%s", report).isTrue();
            assertThat(ending).hasSize(2);
            other.setAutoCommit(true);
        }
        assertThat(contents(ann)).isEqualTo("1 x, 2 x");
    }

    @Test
    void readingNeedsNoLockOfTheTenant() {
        FleetReport report = migrator.forEachTenant(Tenants.named(ann), WRITE, (connection, schema) -> {
            assertThat(read("SELECT name FROM items WHERE id = 1").successful()).isTrue();
            assertThat(found.get(ann)).containsExactly("1: one");
        });

        assertThat(report.successful()).as("%s", report).isTrue();
    }

    @Test
    void theHostsOwnWorkIsContainedToo() {
        FleetReport reads = migrator.forEachTenant(
                Tenants.all(), RunOptions.defaults(), (connection, schema) -> execute(connection, "DELETE FROM items"));
        FleetReport ends = migrator.forEachTenant(
                Tenants.named(ann), WRITE, (connection, schema) -> execute(connection, "COMMIT; BEGIN"));
        FleetReport reaches = migrator.forEachTenant(
                Tenants.named(ann),
                WRITE,
                (connection, schema) -> execute(connection, "DELETE FROM " + bob + ".items"));
        FleetReport throwing = migrator.forEachTenant(Tenants.named(ann), WRITE, (connection, schema) -> {
            execute(connection, "DELETE FROM items");
            throw new IllegalStateException("no");
        });

        assertThat(failure(reads, ann).sqlState()).contains("25006");
        assertThat(failure(ends, ann).message()).contains("ended the transaction");
        assertThat(failure(reaches, ann).message()).contains(bob + ".items");
        assertThat(failure(throwing, ann).message()).contains("IllegalStateException: no");
        assertThat(contents(ann)).isEqualTo("1 one, 2 two");
        assertThat(contents(bob)).isEqualTo("1 one, 2 two");
    }

    private FleetReport read(String sql) {
        return run(sql, RunOptions.defaults());
    }

    private FleetReport write(String sql) {
        return run(sql, WRITE);
    }

    private FleetReport run(String sql, RunOptions options) {
        return migrator.runScript(Tenants.all(), MigrationScript.of("run.sql", sql), options, this::keep);
    }

    private void keep(String schema, int statement, ResultSet rows) throws SQLException {
        while (rows.next()) {
            List<String> values = new ArrayList<>();
            for (int column = 1; column <= rows.getMetaData().getColumnCount(); column++) {
                values.add(rows.getString(column));
            }
            found.computeIfAbsent(schema, key -> new ArrayList<>()).add(statement + ": " + String.join(" ", values));
        }
    }

    private static Failure failure(FleetReport report, String schema) {
        return report.failed().stream()
                .filter(failed -> failed.schema().equals(schema))
                .findFirst()
                .orElseThrow(() -> new AssertionError("did not fail: " + report))
                .failure();
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private String contents(String schema) {
        return database.value("SELECT string_agg(id || ' ' || name, ', ' ORDER BY id) FROM %s.items".formatted(schema));
    }
}
