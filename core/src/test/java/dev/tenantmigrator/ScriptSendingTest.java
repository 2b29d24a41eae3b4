package dev.tenantmigrator;

import static dev.tenantmigrator.Samples.MEMBERS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.sql.Connection;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Scripts arrive whole, where the driver left to itself would split them wrongly or stop at a first row. */
@PostgresTest
class ScriptSendingTest {

    private final TestDatabase database;

    ScriptSendingTest(TestDatabase database) {
        this.database = database;
    }

    @AfterEach
    void dropAll() {
        Samples.dropAll(database);
    }

    @Test
    void batchesCarryWhatTheDriverWouldSplitWrongly() {
        Migration tricky = Migration.of("20240106_tricky", """
                CREATE FUNCTION public.twice(i int) RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT 1; SELECT i * 2; END;
                CREATE TABLE texts (t text DEFAULT 'a;
                b'
                  ';c', j jsonb);
                INSERT INTO texts (j) VALUES ('{"a?b": "{fn now()}"}');
                SELECT j ? 'a?b' FROM public.texts;
                DO $body$ BEGIN PERFORM public.twice(1); END $body$""");
        String a = Samples.create(database, "a", MEMBERS);

        Samples.with(database, MEMBERS, tricky).deploy(Tenants.named(a)).throwIfFailed();

        assertThat(database.value("SELECT t || (j->>'a?b') FROM " + a + ".texts"))
                .isEqualTo("a;\nb;c{fn now()}");
        assertThat(database.value("SELECT " + a + ".twice(2)")).isEqualTo("4");
    }

    @Test
    void queriesOfAScriptRunToTheirEnd() {
        Migration queries = Migration.of("20240107_queries", """
                CREATE TABLE log (i int);
                CREATE FUNCTION note(i int) RETURNS int LANGUAGE plpgsql AS $$ BEGIN INSERT INTO log VALUES (i); RETURN i; END $$;
                SELECT note(i) FROM generate_series(1, 10) i;
                (SELECT note(11)) UNION ALL (SELECT note(12));
                WITH x AS (SELECT 13 AS i UNION ALL SELECT 14) SELECT note(i) FROM x;
                INSERT INTO log SELECT 15 UNION ALL SELECT 16 RETURNING note(i + 2)""");
        String a = Samples.create(database, "a", MEMBERS);

        Samples.with(database, MEMBERS, queries).deploy(Tenants.named(a)).throwIfFailed();

        assertThat(database.value("SELECT count(*) FROM " + a + ".log")).isEqualTo("18");
    }

    @Test
    void aQueryIsOverBeforeTheNextStatement() throws Exception {
        Migration queries = Migration.of("20240107_queries", """
                CREATE TABLE log AS SELECT i, repeat('x', 3000) AS text FROM generate_series(1, 2000) i;
                SELECT * FROM log;
                SELECT a.text FROM log a, log b WHERE b.i < 3;
                ALTER TABLE log ADD COLUMN j int;
                SELECT * FROM log;
                DROP TABLE log""");
        String a = Samples.create(database, "a", MEMBERS);

        Samples.with(database, MEMBERS, queries).deploy(Tenants.named(a)).throwIfFailed();
        try (Connection connection = database.connection()) {
            connection.setAutoCommit(false);
            Samples.with(database, MEMBERS, queries).createTenant(connection, TenantName.forUser("b"));
            connection.rollback();
            connection.setAutoCommit(true);
        }
    }

    @Test
    void anErrorFarBehindTheFirstRowsIsThatOfItsStatement() {
        Migration fails = Migration.of("20240107_fails", """
                SELECT 1;
                SELECT 1 / (1900 - i) FROM generate_series(1, 2000) i;
                SELECT 2""");
        String a = Samples.create(database, "a", MEMBERS);

        assertThat(Samples.with(database, MEMBERS, fails)
                        .deploy(Tenants.named(a))
                        .failed())
                .singleElement()
                .satisfies(failed -> assertThat(failed.failure().toString())
                        .contains("division by zero")
                        .contains("migration.sql:2, SQLState 22012"));
    }

    /** The server counts the time of each portion of rows anew. */
    @Test
    void theTimeoutIsThatOfTheWholeStatement() {
        Migration slow = Migration.of("20240107_slow", """
                -- tenant-migrator: statement_timeout=500ms tries=1
                SELECT pg_sleep(0.05), repeat('x', 2000000) FROM generate_series(1, 100)""");
        String a = Samples.create(database, "a", MEMBERS);

        assertThat(Samples.with(database, MEMBERS, slow)
                        .deploy(Tenants.named(a))
                        .failed())
                .singleElement()
                .satisfies(failed -> assertThat(failed.failure().toString())
                        .contains("statement timeout")
                        .contains("migration.sql:2, SQLState 57014"));
    }
}
