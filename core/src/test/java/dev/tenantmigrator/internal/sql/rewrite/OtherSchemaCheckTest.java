package dev.tenantmigrator.internal.sql.rewrite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenantmigrator.InvalidMigrationException;
import dev.tenantmigrator.MigrationScript;
import dev.tenantmigrator.SharedObjects;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OtherSchemaCheckTest {

    private static final SharedObjects SHARED =
            new SharedObjects("shared", Set.of("users"), Map.of("uuid_generate_v4", "extensions"), Set.of("audit"));

    @ParameterizedTest
    @ValueSource(
            strings = {
                "CREATE SCHEMA other",
                "CREATE SCHEMA IF NOT EXISTS \"other\" AUTHORIZATION x",
                "DROP SCHEMA audit, other CASCADE",
                "ALTER SCHEMA other OWNER TO x",
                "COMMENT ON SCHEMA other IS 'x'",
                "GRANT USAGE ON SCHEMA public, other TO x",
                "GRANT SELECT ON ALL TABLES IN SCHEMA other TO x",
                "ALTER DEFAULT PRIVILEGES IN SCHEMA other GRANT SELECT ON TABLES TO x",
                "ALTER TABLE t SET SCHEMA other",
                "IMPORT FOREIGN SCHEMA a FROM SERVER s INTO other",
                "CREATE TABLE other.t (id int)",
                "CREATE UNLOGGED TABLE IF NOT EXISTS OTHER . t (id int)",
                "CREATE TABLE t (id int REFERENCES other.t)",
                "CREATE TABLE t (LIKE other.t)",
                "CREATE TABLE t () INHERITS (other.t)",
                "CREATE TABLE t PARTITION OF other.t DEFAULT",
                "CREATE TABLE t OF other.kind",
                "CREATE TABLE t (m other.mood(3))",
                "ALTER TABLE ONLY other.t ADD COLUMN a int",
                "ALTER TABLE t ATTACH PARTITION other.t DEFAULT",
                "ALTER TABLE t ALTER COLUMN m TYPE other.mood USING m.x",
                "ALTER TABLE t INHERIT other.t",
                "DROP TABLE IF EXISTS other.t",
                "DROP TABLE a, audit.b, other.t CASCADE",
                "CREATE OR REPLACE VIEW other.v AS SELECT 1",
                "REFRESH MATERIALIZED VIEW CONCURRENTLY other.v",
                "CREATE SEQUENCE other.s",
                "ALTER SEQUENCE s OWNED BY other.t.c",
                "CREATE TYPE other.mood AS ENUM ()",
                "DROP DOMAIN other.d",
                "CREATE FUNCTION other.f() RETURNS int LANGUAGE sql AS ''",
                "CREATE FUNCTION f() RETURNS SETOF other.t LANGUAGE sql AS ''",
                "CREATE AGGREGATE other.a(int) (sfunc = f)",
                "CREATE INDEX i ON other.t (a)",
                "CREATE UNIQUE INDEX IF NOT EXISTS i ON ONLY other.t (a)",
                "DROP INDEX other.i",
                "CREATE TRIGGER t BEFORE INSERT OR UPDATE OF a, b ON other.t FOR EACH ROW EXECUTE FUNCTION f()",
                "CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW EXECUTE FUNCTION other.f()",
                "CREATE POLICY p ON other.t USING (true)",
                "DROP POLICY IF EXISTS p ON other.t",
                "COMMENT ON TRIGGER t ON other.t IS 'x'",
                "COMMENT ON CONSTRAINT c ON other.t IS 'x'",
                "COMMENT ON COLUMN other.t.c IS 'x'",
                "CREATE RULE r AS ON INSERT TO other.t DO NOTHING",
                "INSERT INTO other.t VALUES (1)",
                "UPDATE other.t SET a = 1",
                "UPDATE ONLY other.t SET a = 1",
                "UPDATE t SET a = x.b FROM other.x WHERE true",
                "DELETE FROM other.t",
                "DELETE FROM t USING other.x WHERE true",
                "MERGE INTO t USING other.x ON true WHEN MATCHED THEN DELETE",
                "SELECT * FROM other.t",
                "SELECT * FROM a, b JOIN c ON b.x = c.x, other.t",
                "SELECT (SELECT 1 FROM other.t)",
                "SELECT * FROM a LEFT JOIN other.t ON true",
                "SELECT extract(year FROM a.b) FROM other.t",
                "SELECT other.f(1)",
                "SELECT 1 FROM a, LATERAL other.f(a.x)",
                "SELECT 'a'::other.mood",
                "SELECT CAST('a' AS other.mood)",
                "SELECT 1 OPERATOR(other.+) 1",
                "SELECT a COLLATE other.c",
                "TRUNCATE a, other.t",
                "TRUNCATE other.t",
                "LOCK TABLE other.t IN SHARE MODE",
                "COPY other.t FROM '/x'",
                "CALL other.p()",
                "GRANT SELECT ON other.t TO x",
                "GRANT SELECT, UPDATE (a) ON t, other.t TO x",
                "REVOKE ALL ON TABLE other.t FROM x",
                "GRANT ALL ON FUNCTION f(int), other.f(int) TO x",
                "DO $$ BEGIN INSERT INTO other.t VALUES (1); END $$",
                "DO $$ BEGIN PERFORM 1 FROM other.t; END $$",
                "DO $$ DECLARE r other.t%ROWTYPE; BEGIN END $$",
                "DO $$ DECLARE r other.t.c%TYPE; BEGIN END $$",
                "CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN DELETE FROM other.t; END $$",
                "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT a FROM other.t; END",
            })
    void refusesASecondSchema(String sql) {
        assertThatThrownBy(() -> adapt("SELECT 1;\n" + sql))
                .isInstanceOf(InvalidMigrationException.class)
                .hasMessageContaining("\"other\"")
                .hasMessageContaining("--allow-schema other")
                .hasMessageContaining("m.sql:2");
        adapt(sql.replace("other", "audit").replace("OTHER", "audit"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT a.b, c.d FROM a JOIN c ON a.x = c.x AND a.y = c.y WHERE a.b IN (c.d) ORDER BY a.b, c.d",
                "SELECT extract(epoch FROM a.b), substring(a.b FROM c.d FOR 2), trim(BOTH FROM a.b) FROM a, c",
                "SELECT a.b IS DISTINCT FROM c.d, a.b, c.d FROM a, c WHERE a.b IS NOT DISTINCT FROM c.d",
                "SELECT overlay(a.b PLACING c.d FROM a.e) FROM a, c",
                "SELECT DISTINCT ON (a.b, a.c) a.b, a.c FROM a GROUP BY a.b, a.c HAVING a.b > 1",
                "SELECT a.type, b.index, c.function FROM a, b, c",
                "SELECT type, b.c FROM x b",
                "SELECT (a.b).c, a.b.c, a.*, count(a.*) FROM a",
                "SELECT a.b LIKE c.d, (a.b) LIKE c.d, CASE a.b WHEN c.d THEN a.x ELSE c.y END FROM a, c",
                "SELECT sum(a.b) FILTER (WHERE a.c) OVER (PARTITION BY a.b, a.c ORDER BY a.d) FROM a",
                "SELECT a.b % a.c, a.b % type FROM a",
                "WITH a AS (SELECT 1 AS b), c AS (DELETE FROM t RETURNING t.x, t.y) SELECT a.b, c.x FROM a, c",
                "INSERT INTO t (a) SELECT x.a FROM x ON CONFLICT (a) DO UPDATE SET a = EXCLUDED.a, b = EXCLUDED.b",
                "UPDATE t SET a = x.b, c.d = x.e FROM x WHERE t.id = x.id RETURNING t.id, x.id",
                "DELETE FROM t USING x WHERE t.id = x.id",
                "MERGE INTO t USING x ON t.id = x.id WHEN MATCHED THEN UPDATE SET a = x.a WHEN NOT MATCHED THEN INSERT VALUES (x.a, x.b)",
                "SELECT * FROM a JOIN index ON index.x = a.y",
                "SELECT * FROM a JOIN trigger ON a.x = trigger.y JOIN policy ON policy.x = a.x",
                "SELECT * FROM t FOR UPDATE OF t",
                "SELECT * FROM a, unnest(a.b, a.c) AS u(x, y), LATERAL (SELECT a.x) l",
                "SELECT schema, catalog FROM t WHERE schema = catalog ORDER BY schema, t.x",
                "SELECT * FROM t JOIN schema ON schema AND t.x",
                "ALTER TABLE t ALTER COLUMN a TYPE int USING t.a::int",
                "ALTER SEQUENCE s OWNED BY t.c",
                "COMMENT ON COLUMN t.c IS 'x'",
                "CREATE INDEX i ON t USING gin (a public.ops)",
                "CREATE POLICY p ON t USING (t.a = current_setting('x.y'))",
                "CREATE TRIGGER x BEFORE UPDATE ON t FOR EACH ROW WHEN (OLD.a IS DISTINCT FROM NEW.a) EXECUTE FUNCTION f()",
                "CREATE RULE r AS ON UPDATE TO t DO INSTEAD UPDATE x SET a = NEW.a WHERE x.id = OLD.id",
                "SELECT * FROM pg_catalog.pg_class c, information_schema.tables t, pg_temp.x",
                "SELECT a COLLATE pg_catalog.\"C\", 1::pg_catalog.int4 FROM public.t",
                "SELECT extensions.uuid_generate_v4(), 1 OPERATOR(extensions.=) 1",
                "INSERT INTO shared.users SELECT * FROM audit.log",
                "CREATE TABLE t (u int REFERENCES shared.users (id))",
                "SET a.b = 'x'",
                "SELECT 'INSERT INTO other.t', $$ FROM other.t $$ -- FROM other.t",
                "CREATE FUNCTION f() RETURNS void LANGUAGE plperl AS $$ FROM other.t $$",
                "DO $$ DECLARE r t%ROWTYPE; x t.c%TYPE; type t.c%TYPE; BEGIN SELECT a.x, a.y FROM a INTO r.x, r.y; END $$",
                "DO $$ DECLARE r record; BEGIN FOR r IN SELECT a FROM t LOOP RAISE NOTICE '%', r.a, r.b; END LOOP; END $$",
                "DO $$ BEGIN SELECT 1 INTO NEW.a; NEW.b := OLD.c; IF NEW.a IS DISTINCT FROM OLD.a THEN RETURN NEW; END IF; END $$",
                "DO $$ BEGIN EXECUTE format('x', r.a) INTO r.b USING r.c, r.d; RETURN QUERY EXECUTE 'x' USING r.c; END $$",
                "DO $$ BEGIN INSERT INTO t VALUES (1) RETURNING id INTO r.id; FETCH c INTO r.x, r.y; END $$",
                "DO $$ BEGIN FOREACH x IN ARRAY r.list LOOP x := extract(year FROM r.d); END LOOP; END $$",
                "DO $$ BEGIN DELETE FROM t; EXECUTE 'x' USING r.a; OPEN c FOR EXECUTE 'x' USING r.a; END $$",
                "DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = r.a, HINT = r.b; END $$",
            })
    void isNeverWrongAboutAColumn(String sql) {
        assertThat(adapt(sql)).isNotNull();
    }

    @Test
    void namesTheLineInABodyAndTheSharedObject() {
        assertThatThrownBy(() -> adapt("SELECT 1;\n\nDO $$\nBEGIN\n  UPDATE\n other.t SET a = 1; END $$"))
                .hasMessageContaining("m.sql:6");
        assertThatThrownBy(() -> adapt("SELECT * FROM shared.plans")).hasMessageContaining("--shared-object plans");
    }

    private static Object adapt(String sql) {
        return new PublicSchemaAdapter()
                .adapt(MigrationScript.of("m.sql", sql), SHARED)
                .statements("t1");
    }
}
