package dev.tenantmigrator.internal.sql.rewrite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenantmigrator.InvalidMigrationException;
import dev.tenantmigrator.MigrationScript;
import dev.tenantmigrator.SharedObjects;
import dev.tenantmigrator.SqlStatement;
import dev.tenantmigrator.internal.sql.lex.Statement;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PublicSchemaAdapterTest {

    private static final SharedObjects SHARED = new SharedObjects(
            "shared",
            Set.of("users", "Plan"),
            Map.of("uuid_generate_v4", "extensions", "=", "extensions", "citext", "public"),
            Set.of("my_public", "Public", "PUBLIC", "t", "b"));

    @ParameterizedTest
    @CsvSource(delimiter = '¦', quoteCharacter = '`', textBlock = """
                    # qualified names
                    SELECT * FROM public.x                     ¦ SELECT * FROM "t1".x
                    SELECT * FROM "public"."x"                 ¦ SELECT * FROM "t1"."x"
                    SELECT * FROM PUBLIC . x                   ¦ SELECT * FROM "t1" . x
                    SELECT * FROM public/*c*/."x"              ¦ SELECT * FROM "t1"/*c*/."x"
                    SELECT * FROM U&"\\0070ublic".x            ¦ SELECT * FROM "t1".x
                    SELECT * FROM U&"!0070ublic"⏎UESCAPE '!'.x ¦ SELECT * FROM "t1"⏎.x
                    SELECT * FROM db.public.t                  ¦ SELECT * FROM db."t1".t
                    SELECT public.t.a, public.f(public.t.b)    ¦ SELECT "t1".t.a, "t1".f("t1".t.b)
                    SELECT a OPERATOR(public.*) b              ¦ SELECT a OPERATOR("t1".*) b
                    SELECT 1::public.kind, public.kind[]       ¦ SELECT 1::"t1".kind, "t1".kind[]
                    # shared objects and objects of extensions
                    INSERT INTO public.users VALUES (1)        ¦ INSERT INTO "shared".users VALUES (1)
                    SELECT public.USERS, public."USERS"        ¦ SELECT "shared".USERS, "t1"."USERS"
                    SELECT public.plan, public."Plan"          ¦ SELECT "t1".plan, "shared"."Plan"
                    SELECT "public".uuid_generate_v4()         ¦ SELECT "extensions".uuid_generate_v4()
                    SELECT 1 OPERATOR(public.=) 1              ¦ SELECT 1 OPERATOR("extensions".=) 1
                    SELECT PUBLIC.citext, "public".citext      ¦ SELECT PUBLIC.citext, "public".citext
                    # the keyword SCHEMA
                    GRANT USAGE ON SCHEMA public TO app        ¦ GRANT USAGE ON SCHEMA "t1" TO app
                    REVOKE ALL ON SCHEMA b, public FROM PUBLIC ¦ REVOKE ALL ON SCHEMA b, "t1" FROM PUBLIC
                    COMMENT ON SCHEMA "public" IS 'public'     ¦ COMMENT ON SCHEMA "t1" IS 'public'
                    ALTER TABLE x SET SCHEMA public            ¦ ALTER TABLE x SET SCHEMA "t1"
                    SELECT 1 AS schema, a schema, public.x     ¦ SELECT 1 AS schema, a schema, "t1".x
                    SELECT schema public.x                     ¦ SELECT schema "t1".x
                    ALTER SCHEMA public OWNER TO app           ¦ ALTER SCHEMA "t1" OWNER TO app
                    ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT ALL ON TABLES TO PUBLIC ¦ ALTER DEFAULT PRIVILEGES IN SCHEMA "t1" GRANT ALL ON TABLES TO PUBLIC
                    GRANT ALL ON ALL TABLES IN SCHEMA public, b TO x ¦ GRANT ALL ON ALL TABLES IN SCHEMA "t1", b TO x
                    ALTER DEFAULT PRIVILEGES FOR ROLE a IN SCHEMA public GRANT ALL ON TABLES TO PUBLIC ¦ ALTER DEFAULT PRIVILEGES FOR ROLE a IN SCHEMA "t1" GRANT ALL ON TABLES TO PUBLIC
                    GRANT USAGE ON SCHEMA public TO PUBLIC     ¦ GRANT USAGE ON SCHEMA "t1" TO PUBLIC
                    IMPORT FOREIGN SCHEMA public LIMIT TO (a) FROM SERVER s INTO public ¦ IMPORT FOREIGN SCHEMA public LIMIT TO (a) FROM SERVER s INTO "t1"
                    # targets of GRANT, which leaves no trace to look at
                    GRANT SELECT ON public.t TO public         ¦ GRANT SELECT ON "t1".t TO public
                    GRANT SELECT, INSERT (a, b) ON t TO PUBLIC ¦ GRANT SELECT, INSERT (a, b) ON "t1".t TO PUBLIC
                    GRANT ALL ON TABLE a, public.b, users, c TO x, y ¦ GRANT ALL ON TABLE "t1".a, "t1".b, users, "t1".c TO x, y
                    REVOKE GRANT OPTION FOR SELECT ON "T" FROM x ¦ REVOKE GRANT OPTION FOR SELECT ON "t1"."T" FROM x
                    GRANT ALL ON FUNCTION f(a int, b text), uuid_generate_v4(), g TO x ¦ GRANT ALL ON FUNCTION "t1".f(a int, b text), uuid_generate_v4(), "t1".g TO x
                    GRANT SELECT ON language TO x              ¦ GRANT SELECT ON "t1".language TO x
                    GRANT ALL ON ALL TABLES IN SCHEMA public TO x ¦ GRANT ALL ON ALL TABLES IN SCHEMA "t1" TO x
                    DO $$ BEGIN IF a THEN GRANT USAGE ON SEQUENCE s TO x; END IF; END $$ ¦ DO $$ BEGIN IF a THEN GRANT USAGE ON SEQUENCE "t1".s TO x; END IF; END $$
                    # settings that would outlive the transaction
                    RESET lock_timeout                         ¦ SET LOCAL lock_timeout TO DEFAULT
                    RESET TIME ZONE                            ¦ SET LOCAL TIME ZONE DEFAULT
                    SELECT pg_catalog.set_config('a.b', '', false) ¦ SELECT pg_catalog.set_config('a.b', '', true)
                    SELECT set_config('a', f(1, (2), false), FALSE), f(1, 2, false) ¦ SELECT set_config('a', f(1, (2), false), true), f(1, 2, false)
                    DO $$ BEGIN SET a = 1; UPDATE t SET b = 2; SET SESSION c = 3; SET LOCAL d = 4; END $$ ¦ DO $$ BEGIN SET LOCAL a = 1; UPDATE t SET b = 2; SET LOCAL c = 3; SET LOCAL d = 4; END $$
                    DO $$ BEGIN IF x THEN SET "a".b = 1; END IF; PERFORM set_config('a', 'b', false); END $$ ¦ DO $$ BEGIN IF x THEN SET LOCAL "a".b = 1; END IF; PERFORM set_config('a', 'b', true); END $$
                    CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$ SET a = 1; SELECT set_config('a', 'b', false) $$ ¦ CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$ SET a = 1; SELECT set_config('a', 'b', false) $$
                    SET standard_conforming_strings = on       ¦ SET LOCAL standard_conforming_strings = on
                    # bodies
                    DO $$ BEGIN DELETE FROM public.x; END $$   ¦ DO $$ BEGIN DELETE FROM "t1".x; END $$
                    DO LANGUAGE plpgsql $$ public.x $$         ¦ DO LANGUAGE plpgsql $$ "t1".x $$
                    CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$ SELECT 1 FROM public.x $$ ¦ CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$ SELECT 1 FROM "t1".x $$
                    CREATE OR REPLACE PROCEDURE public.f(language text) AS $b$ public.x $b$ LANGUAGE 'plpgsql' ¦ CREATE OR REPLACE PROCEDURE "t1".f(language text) AS $b$ "t1".x $b$ LANGUAGE 'plpgsql'
                    DO $$ EXECUTE $q$ SELECT public.a($r$ public.b $r$) $q$ $$ ¦ DO $$ EXECUTE $q$ SELECT "t1".a($r$ "t1".b $r$) $q$ $$
                    DO $$ public.users, 'public.x' -- public.y⏎$$ ¦ DO $$ "shared".users, 'public.x' -- public.y⏎$$
                    CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT public.a; END ¦ CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT "t1".a; END
                    """)
    void putsTheTenantsSchema(String sql, String expected) {
        assertThat(adapt(sql)).containsExactly(breakLines(expected));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT * FROM public_tokens, my_public.t, \"Public\".t, \"PUBLIC\".t, t.public",
                "SELECT 'public.t', E'\\'public.t', $$public.t$$, U&'public.t', 'public' '.t'",
                "SELECT 1 /* public.t */ + -- public.t\n 2",
                "SELECT public FROM t public WHERE public = 1 AND t.public > 2",
                "SELECT public.* FROM x public",
                "SELECT (row).public.x, a[1].public.x",
                "SELECT a AS grant, b FROM x JOIN t ON t, c",
                "SELECT t.schema public",
                "SELECT schema a, public FROM t",
                "IMPORT FOREIGN SCHEMA public FROM SERVER s INTO t",
                "ALTER TABLE t ALTER a SET DEFAULT $$public.x$$",
                "COMMENT ON TABLE t IS $$see public.x$$",
                "INSERT INTO t VALUES ($do$ DO $$ public.x $$ $do$)",
                "CREATE FUNCTION f() RETURNS int LANGUAGE plpython3u AS $$ public.x $$",
                "CREATE FUNCTION f() RETURNS int AS $$ public.x $$ LANGUAGE \"plperl\"",
                "DO LANGUAGE plpython3u $$ public.x $$",
                "CREATE FUNCTION f(a text DEFAULT $$public.x$$) RETURNS int LANGUAGE sql AS 'SELECT 1'",
                "DO $$ it's not public.sql $$",
                "DO $$ CREATE FUNCTION f() RETURNS int AS $f$ public.x $f$ LANGUAGE plpython3u $$",
                "DO $$ PERFORM $q$ it's public.x $q$ $$",
            })
    void leavesAloneWhatNamesNoSchema(String sql) {
        assertThat(adapt(sql)).containsExactly(sql);
    }

    @Test
    void readsAScriptOnceForAllTenants() {
        var script = new PublicSchemaAdapter().adapt(MigrationScript.of("m.sql", "SELECT public.a; SELECT 2"), SHARED);

        assertThat(script.statements("t1"))
                .extracting(SqlStatement::sql)
                .containsExactly("SELECT \"t1\".a", "SELECT 2");
        assertThat(script.statements("t\"2")).extracting(SqlStatement::sql).startsWith("SELECT \"t\"\"2\".a");
    }

    @Test
    void givesEachStatementItsLine() {
        List<SqlStatement> statements = statements("-- a\n\nSELECT\n public.a -- b\n;/* c\n*/ SELECT 2;\n\nSELECT 3\n");

        assertThat(statements)
                .containsExactly(
                        new SqlStatement("SELECT\n \"t1\".a", 3),
                        new SqlStatement("SELECT 2", 6),
                        new SqlStatement("SELECT 3", 8));
    }

    @Test
    void addsAndRemovesNoLineBreaks() {
        String sql =
                "SET\nSESSION\nx = 1;\nDO $$\nSELECT U&\"public\"\n\nuescape\n'!'.a;\nSELECT public\n.\nusers\n$$;\nSELECT 1";

        for (SqlStatement statement : statements(sql)) {
            String line = sql.lines().skip(statement.line() - 1).findFirst().orElseThrow();
            assertThat(statement.sql()).startsWith(line.replace(";", ""));
        }
        assertThat(adapt(sql).get(1).lines()).hasSize(9);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT 1;\nSELECT set_config('Standard_Conforming_Strings', 'off', true)",
                "SELECT 1;\nDO $$ BEGIN SET standard_conforming_strings = off; END $$",
                "SELECT 1;\nALTER ROLE CURRENT_USER SET standard_conforming_strings = off"
            })
    void nothingElseMaySayHowStringsEnd(String sql) {
        assertThatThrownBy(() -> adapt(sql))
                .isInstanceOf(InvalidMigrationException.class)
                .hasMessageContaining("standard_conforming_strings")
                .hasMessageContaining(":2");
    }

    @Test
    void foldsInATurkishLocale() {
        Locale before = Locale.getDefault();
        Locale.setDefault(Locale.forLanguageTag("tr-TR"));
        try {
            assertThat(adapt("SELECT PUBLIC.LIST; RESET DATESTYLE; SET CLIENT_ENCODING = X"))
                    .containsExactly("SELECT \"t1\".LIST", "SET LOCAL DATESTYLE TO DEFAULT");
        } finally {
            Locale.setDefault(before);
        }
    }

    @Test
    void refusesWhatItCannotReadToTheEnd() {
        assertThatThrownBy(() -> adapt("SELECT 1;\nSELECT 'a;\n"))
                .isInstanceOf(InvalidMigrationException.class)
                .hasMessageContaining("quoted string")
                .hasMessageContaining("m.sql:2");
    }

    @Test
    void readsAQuoteInTheDataOfACopyAsData() {
        assertThat(adapt("SELECT 1;\nCOPY public.t FROM stdin;\nit's\n\\.\nSELECT 2"))
                .anySatisfy(sql -> assertThat(sql).startsWith("INSERT INTO").contains("'it''s'"))
                .last()
                .isEqualTo("SELECT 2");
    }

    @Test
    void boundsTheDepthOfNestedCode() {
        assertThat(adapt(nested(Statement.MAX_NESTING)))
                .containsExactly(nested(Statement.MAX_NESTING).replace("public", "\"t1\""));
        assertThatThrownBy(() -> adapt("\n" + nested(Statement.MAX_NESTING + 1)))
                .isInstanceOf(InvalidMigrationException.class)
                .hasMessageContaining("nested")
                .hasMessageContaining("m.sql:2");
    }

    @Test
    void refusesASchemaThatWouldEndADollarQuote() {
        var script = new PublicSchemaAdapter().adapt(MigrationScript.of("m.sql", "DO $$ public.a $$"), SHARED);

        assertThatThrownBy(() -> script.statements("a$$b")).isInstanceOf(IllegalArgumentException.class);
        assertThat(script.statements("a$b").get(0).sql()).isEqualTo("DO $$ \"a$b\".a $$");
    }

    private static String nested(int depth) {
        String sql = "SELECT public.x";
        for (int i = depth; i > 0; i--) {
            sql = "DO $d" + i + "$ " + sql + " $d" + i + "$";
        }
        return sql;
    }

    private static List<String> adapt(String sql) {
        return statements(breakLines(sql)).stream().map(SqlStatement::sql).toList();
    }

    private static List<SqlStatement> statements(String sql) {
        return new PublicSchemaAdapter()
                .adapt(MigrationScript.of("m.sql", sql), SHARED)
                .statements("t1");
    }

    private static String breakLines(String text) {
        return text.replace('⏎', '\n');
    }
}
