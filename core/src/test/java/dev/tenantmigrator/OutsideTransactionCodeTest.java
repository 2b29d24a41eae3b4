package dev.tenantmigrator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenantmigrator.report.Failure;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Statements outside of a transaction run no function that could change something outside of the tenant. */
@PostgresTest
class OutsideTransactionCodeTest extends NonTransactionalNeighbour {

    OutsideTransactionCodeTest(TestDatabase database) {
        super(database);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "CREATE INDEX CONCURRENTLY x ON item (calm(id))",
                "CREATE INDEX CONCURRENTLY x ON item (code) WHERE public.calm(id) > 0",
                "CREATE INDEX CONCURRENTLY x ON item ((id *** id))",
                "CREATE INDEX CONCURRENTLY x ON item (lower((id::calm_domain)::text))",
                "CREATE INDEX CONCURRENTLY x ON item ((item.calm))",
            })
    void codeOfANewIndexDoesNotRun(String sql) {
        inTenant("""
                CREATE OR REPLACE FUNCTION calm(int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN evil($1); END';
                CREATE FUNCTION calm(item) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT evil($1.id)';
                CREATE FUNCTION calm(int, int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT calm($1)';
                CREATE OPERATOR *** (FUNCTION = calm, LEFTARG = int, RIGHTARG = int);
                CREATE DOMAIN calm_domain AS int CHECK (calm(VALUE) > 0);""");

        Failure failure = failure(sql);

        assertThat(audited()).isEqualTo("0");
        assertThat(failure.message()).contains("evil").contains("nothing was changed");
        assertThat(rows()).containsExactly("20240101_tables");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "REINDEX TABLE CONCURRENTLY item",
                "REINDEX INDEX CONCURRENTLY item_calm",
                "REINDEX SCHEMA public",
                "REINDEX SCHEMA CONCURRENTLY public",
                "VACUUM FULL item",
                "VACUUM ANALYZE item",
                DECLARED + "CLUSTER item",
                DECLARED + "REINDEX TABLE item",
            })
    void codeOfAnIndexThatIsThereDoesNotRun(String sql) {
        inTenant("CREATE INDEX item_calm ON item (code) WHERE calm(id) > 0;"
                + " CREATE OR REPLACE FUNCTION calm(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT evil($1)'");

        Failure failure = failure(sql);

        assertThat(audited()).isEqualTo("0");
        assertThat(failure.message()).contains("function " + tenant + ".evil").contains("nothing was changed");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "(evil(id))",
                "(calm(id) + 1)",
                "(setval('public.audit_id_seq', id))",
                "(reversed(id))",
                "(attribute(id))",
                "(parsed(id))",
                "(dynamic(id))",
                "(viewed(id))",
                "(pathed(id))",
                "(schemed(id))",
                "(hidden(id))",
                "(pair(id, id))",
                "(populated(id))",
            })
    void codeOfStatisticsDoesNotRun(String expression) {
        inTenant(
                """
                CREATE OR REPLACE FUNCTION calm(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT evil($1)';
                CREATE OPERATOR !!! (FUNCTION = evil, RIGHTARG = int);
                CREATE FUNCTION reversed(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT !!! $1';
                CREATE FUNCTION evil(item) RETURNS int LANGUAGE sql AS 'SELECT evil($1.id)';
                CREATE FUNCTION attribute(int) RETURNS int LANGUAGE sql IMMUTABLE AS
                    'SELECT (r)."evil" FROM (SELECT ROW(1, null, null)::item AS r) s';
                CREATE FUNCTION parsed(int) RETURNS int LANGUAGE sql IMMUTABLE RETURN evil($1);
                CREATE FUNCTION dynamic(int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS
                    $$ DECLARE r int; BEGIN EXECUTE 'SELECT ev' || 'il($1)' INTO r USING $1; RETURN r; END $$;
                CREATE VIEW seen AS SELECT evil(7) AS n;
                CREATE FUNCTION viewed(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT n FROM seen';
                CREATE FUNCTION elsewhere.wicked(int) RETURNS int LANGUAGE sql AS
                    'INSERT INTO public.audit (what) VALUES ($1) RETURNING what';
                CREATE FUNCTION pathed(int) RETURNS int LANGUAGE sql IMMUTABLE SET search_path = elsewhere AS 'SELECT wicked($1)';
                CREATE FUNCTION schemed(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT elsewhere /* . */ . wicked($1)';
                CREATE DOMAIN checked AS int CHECK (evil(VALUE) > 0);
                CREATE TABLE holder (value checked);
                CREATE FUNCTION populated(int) RETURNS int LANGUAGE sql IMMUTABLE AS
                    $$ SELECT (json_populate_record(null::holder, '{"value": 1}')).value::int $$;
                CREATE FUNCTION hidden(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT U&"!0065vil" UESCAPE ''!'' ($1)';
                CREATE TYPE span AS RANGE (subtype = int, subtype_diff = apart);
                CREATE FUNCTION pair(int, int) RETURNS span LANGUAGE sql IMMUTABLE AS 'SELECT span($1, $2)';
                """.replace("CREATE TYPE span", """
                CREATE FUNCTION apart(int, int) RETURNS float8 LANGUAGE sql IMMUTABLE AS 'SELECT evil($1)::float8';
                CREATE TYPE span""") + "CREATE STATISTICS of_item ON id, " + expression + " FROM item");
        database.execute("TRUNCATE public.audit");

        Failure failure = failure("VACUUM ANALYZE item");

        assertThat(audited()).isEqualTo("0");
        assertThat(database.value("SELECT last_value FROM public.audit_id_seq")).isEqualTo("1");
        assertThat(failure.message()).contains("function").contains("nothing was changed");
    }

    @Test
    void codeOfAColumnsTypeDoesNotRun() {
        inTenant("""
                CREATE FUNCTION apart(int, int) RETURNS float8 LANGUAGE sql IMMUTABLE AS 'SELECT evil($1)::float8';
                CREATE TYPE span AS RANGE (subtype = int, subtype_diff = apart);
                CREATE DOMAIN spans AS span;
                ALTER TABLE item ADD COLUMN s spans; UPDATE item SET s = span(id, 9);""");

        assertThat(failure("VACUUM ANALYZE item").message()).contains("evil");
        assertThat(failure("CREATE INDEX CONCURRENTLY x ON item USING gist (s)").message())
                .contains("evil");
        assertThat(audited()).isEqualTo("0");
    }

    @Test
    void operatorsAndSettingsOfTheTenantDoNotDecide() {
        partitionElsewhere();
        inTenant("""
                CREATE FUNCTION never(name, varchar) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT false';
                CREATE FUNCTION never(name, text) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT false';
                CREATE FUNCTION never(name, name) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT false';
                CREATE OPERATOR = (FUNCTION = never, LEFTARG = name, RIGHTARG = varchar);
                CREATE OPERATOR = (FUNCTION = never, LEFTARG = name, RIGHTARG = text);
                CREATE OPERATOR <> (FUNCTION = never, LEFTARG = name, RIGHTARG = name);
                CREATE INDEX item_calm ON item (calm(id));
                CREATE OR REPLACE FUNCTION calm(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT evil($1)'""");
        String before = outside();

        assertThat(deploy("""
                DO $$ BEGIN SET quote_all_identifiers = on; SET backslash_quote = off; COMMIT; END $$;
                VACUUM ANALYZE log""").failed()).hasSize(1);
        assertThat(outside()).isEqualTo(before);
        database.execute("DELETE FROM " + tenant + ".schema_migrations WHERE version LIKE '2024020%'");
        assertThat(failure("VACUUM ANALYZE item").message()).contains("evil");
    }

    @Test
    void harmlessCodeRuns() {
        database.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm SCHEMA public;"
                + " CREATE EXTENSION IF NOT EXISTS unaccent SCHEMA public");
        inTenant("""
                CREATE TYPE mood AS ENUM ('fine');
                CREATE FUNCTION is_email(text) RETURNS boolean LANGUAGE sql AS $$ SELECT $1 LIKE '%@%' $$;
                CREATE DOMAIN email AS text CHECK (is_email(VALUE));
                ALTER TABLE item ADD COLUMN m mood, ADD COLUMN e email, ADD COLUMN during daterange, ADD COLUMN tags text[];
                CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS
                    $$ BEGIN INSERT INTO log VALUES (NEW.id, now()); RETURN NEW; END $$;
                CREATE TRIGGER touch BEFORE INSERT ON item FOR EACH ROW EXECUTE FUNCTION touch();
                CREATE FUNCTION plain(text) RETURNS text LANGUAGE sql IMMUTABLE AS
                    $$ SELECT lower(public.unaccent('public.unaccent', $1)) -- no accents, insert or delete
                    $$;
                CREATE FUNCTION steps(t text, size int DEFAULT 3) RETURNS text LANGUAGE plpgsql IMMUTABLE
                    SET search_path = TENANT, pg_temp AS $$
                    DECLARE result text := ''; c text;
                    BEGIN
                        IF t IS NULL THEN RETURN ''; END IF;
                        FOREACH c IN ARRAY string_to_array(t, '-') LOOP result := result || plain(c); END LOOP;
                        RETURN left(result, size);
                    END $$;
                CREATE FUNCTION parsed(text) RETURNS text LANGUAGE sql IMMUTABLE RETURN upper(steps($1));
                CREATE STATISTICS of_item ON id, (parsed(code)) FROM item""".replace("TENANT", tenant));

        deploy(DECLARED + """
                CREATE INDEX CONCURRENTLY i1 ON item (lower(code), (id + 1)) WHERE id > 0 AND code IS NOT NULL;
                CREATE INDEX CONCURRENTLY i2 ON item (plain(code));
                CREATE INDEX CONCURRENTLY i3 ON item (public.steps(code), parsed(code));
                CREATE INDEX CONCURRENTLY i4 ON item USING gin (code public.gin_trgm_ops);
                CREATE INDEX CONCURRENTLY i5 ON item USING gist (during) WHERE m = 'fine'::mood;
                CREATE INDEX CONCURRENTLY i6 ON item USING gin (to_tsvector('english', coalesce(code, '')));
                CREATE INDEX CONCURRENTLY i7 ON item (lower(e), calm(id));
                REINDEX TABLE CONCURRENTLY item;
                REINDEX SCHEMA public;
                VACUUM (FULL, ANALYZE) item;
                CLUSTER item USING i2""").throwIfFailed();

        database.execute("DROP EXTENSION unaccent CASCADE; DROP EXTENSION pg_trgm CASCADE");
    }

    @Test
    void aSharedFunctionMayBeAllowed() {
        database.execute("CREATE FUNCTION public.counted(int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS"
                + " $$ BEGIN EXECUTE 'SELECT 1'; RETURN $1; END $$");
        String sql = "CREATE INDEX CONCURRENTLY x ON item (counted(id))";

        assertThat(failure(sql).message()).contains("function public.counted").contains("shared objects");
        Samples.migrator(database, TABLES, later(sql))
                .sharedObjects("counted")
                .build()
                .deployAll()
                .throwIfFailed();

        database.execute("DROP FUNCTION public.counted CASCADE");
    }
}
