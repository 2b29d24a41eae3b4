package dev.tenantmigrator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenantmigrator.report.Failure;
import dev.tenantmigrator.report.FleetReport;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Statements outside of a transaction work on no relation outside of the tenant. */
@PostgresTest
class OutsideTransactionReachTest extends NonTransactionalNeighbour {

    OutsideTransactionReachTest(TestDatabase database) {
        super(database);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                DECLARED + "CLUSTER log USING log_at",
                "VACUUM ANALYZE log",
                "VACUUM FULL log",
                "VACUUM (ANALYZE) item, public.log_2026",
                DECLARED + "REINDEX TABLE log",
                "REINDEX TABLE CONCURRENTLY log",
                "REINDEX INDEX CONCURRENTLY log_at",
                "ALTER TABLE log DETACH PARTITION log_2026 CONCURRENTLY",
            })
    void aPartitionElsewhereIsNotReached(String sql) {
        partitionElsewhere();
        String before = outside();

        Failure failure = failure(sql);

        assertThat(outside()).isEqualTo(before);
        assertThat(failure.toString())
                .contains("elsewhere.log_2026_1", "outside of the tenant's schema", "nothing was changed")
                .contains(tenant, "20240202_later/migration.sql:" + (sql.startsWith("--") ? 2 : 1));
        assertThat(rows()).containsExactly("20240101_tables");
    }

    @Test
    void aChildElsewhereIsNotReached() {
        inTenant("CREATE TABLE elsewhere.child () INHERITS (item); INSERT INTO elsewhere.child VALUES (3)");

        assertThat(failure("VACUUM ANALYZE item").message()).contains("elsewhere.child");
        deploy("REINDEX TABLE CONCURRENTLY item").throwIfFailed();
    }

    @Test
    void aTableThatADetachedPartitionRefersToIsNotReached() {
        inTenant("CREATE TABLE elsewhere.kind (id int PRIMARY KEY);"
                + " ALTER TABLE log ADD FOREIGN KEY (id) REFERENCES elsewhere.kind");

        assertThat(failure("ALTER TABLE log DETACH PARTITION log_2024 CONCURRENTLY")
                        .message())
                .contains("elsewhere.kind");
    }

    @Test
    void theIndexesOfAPartitionElsewhereAreLeftAlone() {
        partitionElsewhere();
        database.execute("CREATE INDEX mine_ccnew ON elsewhere.log_2026_1 (id)");
        try (var connection = database.superuserDataSource().getConnection();
                var statement = connection.createStatement()) {
            statement.execute(
                    "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'elsewhere.mine_ccnew'::regclass");
        } catch (java.sql.SQLException e) {
            throw new AssertionError(e);
        }
        failure("REINDEX TABLE CONCURRENTLY log");
        deploy("REINDEX SCHEMA CONCURRENTLY public").throwIfFailed();

        assertThat(database.value("SELECT count(*) FROM pg_indexes WHERE indexname = 'mine_ccnew'"))
                .isEqualTo("1");
    }

    @Test
    void whatAnEarlierStatementMadeIsLookedAtToo() {
        FleetReport report = deploy("""
                DO $$ BEGIN
                    EXECUTE 'CREATE TABLE ' || reverse('erehwesle') || '.log_2027 PARTITION OF log FOR VALUES FROM (''2027-01-01'') TO (''2028-01-01'')';
                    COMMIT;
                END $$;
                VACUUM ANALYZE log""");

        assertThat(report.failed().get(0).failure().toString())
                .contains("elsewhere.log_2027", "migration.sql:5")
                .contains("earlier statements are kept");
        assertThat(outside()).contains("log_2027").contains(" -1 ");
    }

    @Test
    void partitionsElsewhereMayBeAllowed() {
        partitionElsewhere();
        Migration vacuum = later("VACUUM ANALYZE log; REINDEX TABLE CONCURRENTLY log");

        Samples.migrator(database, TABLES, vacuum)
                .allowTables("elsewhere.log_2026_1")
                .build()
                .deployAll()
                .throwIfFailed();
    }

    @Test
    void partitionsOfTheTenantAreReached() {
        inTenant("""
                CREATE TABLE log_2026 PARTITION OF log FOR VALUES FROM ('2026-01-01') TO ('2027-01-01') PARTITION BY RANGE (at);
                CREATE TABLE log_2026_1 PARTITION OF log_2026 FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
                CREATE TABLE child () INHERITS (item)""");

        deploy(DECLARED + """
                CLUSTER log USING log_at;
                VACUUM ANALYZE log, item;
                VACUUM FULL log;
                REINDEX TABLE log;
                REINDEX TABLE CONCURRENTLY log;
                REINDEX INDEX CONCURRENTLY log_at;
                ALTER TABLE log DETACH PARTITION log_2026 CONCURRENTLY""").throwIfFailed();
    }
}
