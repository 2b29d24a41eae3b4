package dev.tenantmigrator.internal.sql.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenantmigrator.MigrationScript;
import dev.tenantmigrator.SharedObjects;
import dev.tenantmigrator.report.ScriptNote;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The texts that a plan and a deploy warn of, and those that they do not. */
class KeptTextTest {

    private static final SharedObjects SHARED = new SharedObjects("public", Set.of(), Map.of(), Set.of("cron", "part"));

    @ParameterizedTest
    @CsvSource(delimiter = '¦', quoteCharacter = '`', textBlock = """
                    INSERT INTO jobs (sql) VALUES ('DELETE FROM public.t')            ¦ 'DELETE FROM public.t'
                    INSERT INTO jobs VALUES (1, $$SELECT * FROM public.t$$)           ¦ $$SELECT * FROM public.t$$
                    SELECT cron.schedule('x', '* * * * *', 'DELETE FROM public.t')    ¦ 'DELETE FROM public.t'
                    SELECT dblink('c', 'SELECT * FROM public.t')                      ¦ 'SELECT * FROM public.t'
                    SELECT part.create_parent(p_parent_table := 'public.t')           ¦ 'public.t'
                    SELECT audit('public.t')                                          ¦ 'public.t'
                    SELECT audit('public.' || x)                                      ¦ 'public.'
                    SELECT drop_all('public')                                         ¦ 'public'
                    CALL drop_all('public', true)                                     ¦ 'public'
                    SELECT 1 FROM (VALUES ('public','a')) v(s,t) JOIN pg_tables ON schemaname = s ¦ 'public'
                    SELECT 1 FROM (SELECT 'public' AS s) v JOIN pg_namespace ON nspname = s ¦ 'public'
                    SELECT 1 FROM pg_tables WHERE schemaname = ANY (string_to_array('public', ',')) ¦ 'public'
                    SELECT 1 FROM pg_tables WHERE schemaname LIKE 'public%'           ¦ 'public%'
                    SELECT 1 FROM pg_tables WHERE schemaname ~ 'public_'              ¦ 'public_'
                    SELECT 1 FROM pg_tables WHERE schemaname = 'PUBLIC'               ¦ 'PUBLIC'
                    DO $$BEGIN EXECUTE format('SELECT 1 FROM pg_tables WHERE schemaname = %L', 'public'); END$$ ¦ 'public'
                    DO $$BEGIN EXECUTE replace('DELETE FROM Xt', 'X', 'public'); END$$ ¦ 'public'
                    DO $$DECLARE t text := 'public.t'; BEGIN PERFORM audit(t); END$$  ¦ 'public.t'
                    DO $$DECLARE x int; my_schema text := 'public'; BEGIN PERFORM audit(my_schema); END$$ ¦ 'public'
                    CREATE TRIGGER g AFTER INSERT ON t EXECUTE FUNCTION f('public')   ¦ 'public'
                    CREATE TRIGGER g AFTER INSERT ON t EXECUTE FUNCTION f('public.t') ¦ 'public.t'
                    CREATE FUNCTION f() RETURNS text LANGUAGE plpgsql AS $$BEGIN RETURN 'SELECT * FROM public.t'; END$$ ¦ 'SELECT * FROM public.t'
                    CREATE FUNCTION f() RETURNS text LANGUAGE sql AS 'SELECT ''SELECT * FROM public.t''' ¦ 'SELECT * FROM public.t'
                    CREATE FUNCTION f() RETURNS int LANGUAGE plpython3u AS $$ plpy.execute("SELECT 1 FROM public.t") $$ ¦ $$ plpy.execute("SELECT 1 FROM public.t"…
                    """)
    void warnsOf(String sql, String text) {
        assertThat(notes(sql))
                .extracting(ScriptNote::message)
                .singleElement()
                .asString()
                .startsWith("the text " + text + " stays as it is, although");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "INSERT INTO settings VALUES ('public'), ('public.t')",
                "INSERT INTO settings (a, b) VALUES (1, 'public')",
                "SELECT x FROM y WHERE visibility = 'public' AND visibility IN ('public', 'private')",
                "SELECT y.x FROM y JOIN pg_tables ON schemaname = y.s WHERE y.visibility = 'public'",
                "CREATE TABLE t (v text DEFAULT 'public', CHECK (v IN ('public', 'private')))",
                "CREATE TYPE v AS ENUM ('public', 'private')",
                "ALTER TYPE v ADD VALUE 'public'",
                "UPDATE t SET v = 'public' WHERE v = 'public.t'",
                "CREATE POLICY p ON t USING (v = 'public')",
                "COMMENT ON TABLE t IS 'SELECT * FROM public.t'",
                "COMMENT ON TABLE t IS 'public'",
                "SELECT jsonb_build_object('public', 1), to_jsonb('public.t'::text), '{\"public\": 1}'::jsonb",
                "SELECT f('it is public.t'), f('https://public.example.com/from public.t')",
                "SET app.x = 'public'",
                "CREATE FOREIGN TABLE f (a int) SERVER s OPTIONS (schema_name 'public', table_name 'public.t')",
                "DO $$DECLARE v text := 'public'; BEGIN INSERT INTO t VALUES (v); RAISE NOTICE 'SELECT public.t %', 'public'; END$$",
                "DO $$BEGIN EXECUTE 'INSERT INTO t VALUES ($1)' USING 'public'; IF v = 'public' THEN RETURN; END IF; END$$",
                "CREATE FUNCTION f() RETURNS text LANGUAGE plpgsql AS $$BEGIN RETURN 'public'; END$$",
                "SELECT 'public.t'::regclass, 1 FROM pg_tables WHERE schemaname = 'public'",
                "GRANT SELECT ON public.t TO PUBLIC",
                "SELECT CASE WHEN a THEN 'public' ELSE 'private' END FROM t",
            })
    void isSilentOnData(String sql) {
        assertThat(notes(sql)).isEmpty();
    }

    @Test
    void namesTheLineOfTheText() {
        String sql = """
                SELECT 1;
                CREATE FUNCTION f() RETURNS text LANGUAGE plpgsql AS $$
                BEGIN
                  RETURN 'SELECT * FROM public.t';
                END $$;
                INSERT INTO jobs
                VALUES ('DELETE FROM public.t')
                """;

        assertThat(notes(sql)).extracting(ScriptNote::line).containsExactly(4, 7);
    }

    /** One note is enough for one text. */
    @Test
    void saysOnceThatATextStays() {
        List<ScriptNote> all = new PublicSchemaAdapter()
                .adapt(
                        MigrationScript.of("m.sql", "INSERT INTO jobs VALUES ('DELETE FROM public.t', 'public')"),
                        SHARED)
                .notes();

        assertThat(all)
                .extracting(note -> note.kind() + " " + note.message().replaceAll(",.*", ""))
                .containsExactlyInAnyOrder(
                        "UNCERTAIN the text 'DELETE FROM public.t' stays as it is",
                        "LEFT_ALONE the text 'public' stays as it is");
    }

    private static List<ScriptNote> notes(String sql) {
        return new PublicSchemaAdapter()
                .adapt(MigrationScript.of("m.sql", sql), SHARED).notes().stream()
                        .filter(note -> note.kind() == ScriptNote.Kind.UNCERTAIN)
                        .toList();
    }
}
