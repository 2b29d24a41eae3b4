package dev.tenantmigrator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenantmigrator.report.Failure;
import dev.tenantmigrator.report.FleetReport;
import dev.tenantmigrator.report.TenantOutcome;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Migrations of statements that PostgreSQL refuses in a transaction: what runs, what is refused, what a failure leaves. */
@PostgresTest
class NonTransactionalDeployTest extends NonTransactionalTenant {

    NonTransactionalDeployTest(TestDatabase database) {
        super(database);
    }

    @Test
    void theStatementsRunOneByOneInTheTenant() {
        database.execute("CREATE TABLE public.item (id int PRIMARY KEY, code text)");
        deploy("""
                CREATE INDEX CONCURRENTLY item_code ON public.item (code);
                CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS item_id ON item (id) WHERE code <> 'public.item';
                DROP INDEX CONCURRENTLY item_at;
                REINDEX TABLE CONCURRENTLY "public"."item";
                REINDEX (VERBOSE, CONCURRENTLY) INDEX item_code;
                REINDEX SCHEMA CONCURRENTLY public;
                REINDEX SCHEMA public;
                ALTER TABLE log DETACH PARTITION public.log_2024 CONCURRENTLY;
                VACUUM (ANALYZE) item, public.log_2024 (id);
                VACUUM FULL item;
                DO $$ BEGIN INSERT INTO item VALUES (1); COMMIT; INSERT INTO public.item VALUES (2); END $$""").throwIfFailed();

        assertThat(index("item_code")).isEqualTo("valid");
        assertThat(index("item_id")).isEqualTo("valid");
        assertThat(index("item_at")).isEmpty();
        assertThat(database.value("SELECT count(*) FROM " + tenant + ".item")).isEqualTo("2");
        assertThat(database.value("SELECT count(*) FROM pg_inherits WHERE inhparent = ?::regclass", tenant + ".log"))
                .isEqualTo("1");
        assertThat(rows()).containsExactly("20240101_tables", "20240202_later");
        assertThat(database.value("SELECT count(*) FROM pg_indexes WHERE schemaname = 'public'"))
                .isEqualTo("1");
        database.execute("DROP TABLE public.item");
    }

    @Test
    void anIndexOfTheSharedSchemaIsNotFound() {
        database.execute("CREATE TABLE public.other (id int); CREATE INDEX only_shared ON public.other (id)");

        deploy("DROP INDEX CONCURRENTLY IF EXISTS only_shared").throwIfFailed();

        assertThat(database.value("SELECT count(*) FROM pg_indexes WHERE indexname = 'only_shared'"))
                .isEqualTo("1");
        database.execute("DROP TABLE public.other");
    }

    @Test
    void codeRunsWithTheTenantsSearchPathAndTheSettingsComeBack() {
        deploy("""
                -- tenant-migrator: no-transaction lock_timeout=1500ms statement_timeout=1min
                DO $$ BEGIN
                    SET application_name = 'left behind';
                    CREATE TABLE seen AS SELECT current_setting('lock_timeout') AS l,
                        current_setting('statement_timeout') AS s, current_schema() AS c;
                    COMMIT;
                    ALTER TABLE item ADD COLUMN added int;
                END $$;
                REINDEX TABLE log""").throwIfFailed();

        assertThat(database.query("SELECT l, s, c FROM " + tenant + ".seen").get(0))
                .containsExactly("1500ms", "1min", tenant);
    }

    @Test
    void aProcedureMayCommitWhenTheFileSaysSo() {
        database.execute("CREATE PROCEDURE " + tenant + ".fill(INOUT n int) LANGUAGE plpgsql AS"
                + " 'BEGIN INSERT INTO item VALUES (1); COMMIT; n := 2; END'");

        assertThat(failure("CALL fill(1)"))
                .satisfies(failure -> assertThat(failure.message()).contains("-- tenant-migrator: no-transaction"));
        deploy("-- tenant-migrator: no-transaction\nCALL fill(1)").throwIfFailed();

        assertThat(database.value("SELECT count(*) FROM " + tenant + ".item")).isEqualTo("1");
    }

    @Test
    void whatCodeSetsDoesNotHoldForTheNextStatement() {
        deploy("""
                -- tenant-migrator: no-transaction
                DO $$ BEGIN PERFORM set_config('search_path', 'public', false); SET lock_timeout = '1ms'; COMMIT; END $$;
                DO $$ BEGIN CREATE TABLE seen AS SELECT current_setting('lock_timeout') AS l; END $$""").throwIfFailed();

        assertThat(database.value("SELECT l FROM " + tenant + ".seen")).isEqualTo("2s");
    }

    @Test
    void aTransactionalScriptMaySetItsTimeouts() {
        deploy("-- tenant-migrator: lock_timeout=1s\nCREATE TABLE seen AS SELECT current_setting('lock_timeout') AS l")
                .throwIfFailed();

        assertThat(database.value("SELECT l FROM " + tenant + ".seen")).isEqualTo("1s");
    }

    @Test
    void whatTurnsOutToNeedNoTransactionIsNamedWithTheRemedy() {
        assertThat(failure("REINDEX TABLE log").message())
                .contains("cannot run inside a transaction block")
                .contains("-- tenant-migrator: no-transaction");
        deploy("-- tenant-migrator: no-transaction\nREINDEX TABLE log").throwIfFailed();
    }

    @Test
    void anAdapterOfOnesOwnIsNotBelieved() {
        for (String sql : List.of("DROP INDEX CONCURRENTLY item_at", "VACUUM public.item", "DROP TABLE item")) {
            SchemaAdapter careless = (script, shared) -> script.location().startsWith("20240101")
                    ? SchemaAdapter.standard().adapt(script, shared)
                    : new SchemaAdapter.TenantScript() {
                        @Override
                        public List<SqlStatement> statements(String schema) {
                            return List.of(new SqlStatement(sql, 1));
                        }

                        @Override
                        public boolean transactional() {
                            return false;
                        }
                    };

            FleetReport report = Samples.migrator(database, TABLES, later(sql))
                    .schemaAdapter(careless)
                    .build()
                    .deployAll();

            assertThat(report.failed().get(0).failure().message()).contains("nothing was changed");
        }
        assertThat(rows()).containsExactly("20240101_tables");
        assertThat(index("item_at")).isEqualTo("valid");
    }

    @Test
    void waitingForALockIsBoundedWhereTheFileSaysSo() throws Exception {
        try (var holder = database.rawDataSource().getConnection()) {
            holder.setAutoCommit(false);
            holder.createStatement().execute("LOCK TABLE " + tenant + ".item IN SHARE MODE");

            Failure failure = failure(
                    "-- tenant-migrator: lock_timeout=20ms\nCREATE INDEX CONCURRENTLY item_code ON item (code)");

            assertThat(failure.sqlState()).contains("55P03");
            assertThat(rows()).containsExactly("20240101_tables");
            holder.rollback();
        }
    }

    @Test
    void aStatementThatOthersQueueBehindWaitsNoLongerThanAnyMigration() throws Exception {
        try (var holder = database.rawDataSource().getConnection()) {
            holder.setAutoCommit(false);
            holder.createStatement().execute("SELECT count(*) FROM " + tenant + ".item");
            TenantMigrator migrator = Samples.migrator(database, TABLES, later("VACUUM FULL item"))
                    .lockTimeout(Duration.ofMillis(20))
                    .build();
            assertThat(migrator.deployAll().failed().get(0).failure().sqlState())
                    .contains("55P03");
            holder.rollback();
            migrator.deployAll().throwIfFailed();
        }
    }

    @Test
    void theMigratorsLockTimeoutDoesNotCutOffAConcurrentBuild() throws Exception {
        try (var holder = database.rawDataSource().getConnection()) {
            holder.setAutoCommit(false);
            holder.createStatement().execute("INSERT INTO " + tenant + ".item VALUES (7, 'x')");
            TenantMigrator migrator = Samples.migrator(
                            database, TABLES, later("CREATE INDEX CONCURRENTLY item_code ON item (code)"))
                    .lockTimeout(Duration.ofMillis(1))
                    .build();
            var run = java.util.concurrent.CompletableFuture.supplyAsync(migrator::deployAll);
            database.awaitRow("SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
                    + " AND query LIKE 'CREATE INDEX CONCURRENTLY%' AND datname = current_database()");
            assertThat(run).isNotDone();
            holder.rollback();
            assertThat(run.get().throwIfFailed().of(TenantOutcome.Migrated.class))
                    .hasSize(1);
        }
    }
}
