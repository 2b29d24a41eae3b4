package dev.tenantmigrator;

import static dev.tenantmigrator.Samples.MEMBERS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import org.junit.jupiter.api.Test;

/** Scripts arrive whole, where the driver left to itself would split them wrongly or stop at a first row. */
@PostgresTest
class ScriptSendingTest {

    private final TestDatabase database;

    ScriptSendingTest(TestDatabase database) {
        this.database = database;
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

        Samples.with(database, MEMBERS, tricky).deploy(a).throwIfFailed();

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

        Samples.with(database, MEMBERS, queries).deploy(a).throwIfFailed();

        assertThat(database.value("SELECT count(*) FROM " + a + ".log")).isEqualTo("18");
    }
}
