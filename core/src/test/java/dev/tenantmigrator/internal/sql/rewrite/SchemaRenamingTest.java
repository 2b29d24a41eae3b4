package dev.tenantmigrator.internal.sql.rewrite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SchemaRenamingTest {

    @ParameterizedTest
    @CsvSource(delimiter = '¦', quoteCharacter = '`', textBlock = """
                    SELECT old.a, OLD.b, "old".c, x.old.d   ¦ SELECT "new".a, "new".b, "new".c, x."new".d
                    COMMENT ON SCHEMA old IS 'old'          ¦ COMMENT ON SCHEMA "new" IS 'old'
                    nextval('old.seq'::regclass)            ¦ nextval('"new".seq'::regclass)
                    nextval('"old"."Seq"'::regclass)        ¦ nextval('"new"."Seq"'::regclass)
                    nextval('OLD."it''s"'::regclass)        ¦ nextval('"new"."it''s"'::regclass)
                    SELECT E'old.a', 'old.'⏎'a'             ¦ SELECT E'"new".a', '"new".'⏎'a'
                    SELECT nspname = 'old', 'old.k'::regtype ¦ SELECT nspname = "", '"new".k'::regtype
                    DO $$ BEGIN EXECUTE 'DROP TABLE old.t' || x; END $$ ¦ DO $$ BEGIN EXECUTE 'DROP TABLE "new".t' || x; END $$
                    SELECT set_config('search_path', 'old', true) ¦ SELECT set_config('search_path', '"new"', true)
                    DO $$ old.a('old.b', $x$ old.c $x$) $$  ¦ DO $$ "new".a('"new".b', $x$ "new".c $x$) $$
                    SET search_path TO 'old', 'public'      ¦ SET search_path TO "", 'public'
                    """)
    void putsTheNewSchema(String sql, String expected) {
        String withLiteral = expected.replace("\"\"", "'new'").replace('⏎', '\n');

        assertThat(SchemaRenaming.rename(sql.replace('⏎', '\n'), "old", "new")).isEqualTo(withLiteral);
    }

    @Test
    void renamesADefinitionAsPostgresGivesIt() {
        String definition = """
                CREATE OR REPLACE FUNCTION old.f(a old.kind)
                 RETURNS SETOF old.t
                 LANGUAGE plpgsql
                 SET search_path TO 'old', 'public', '$user'
                AS $function$
                BEGIN
                  SET LOCAL search_path = x, old;
                  PERFORM nextval('old.s'), 'see old.s' FROM old.t; -- old.t
                END $function$
                """;

        assertThat(SchemaRenaming.rename(definition, "old", "it's")).isEqualTo("""
                CREATE OR REPLACE FUNCTION "it's".f(a "it's".kind)
                 RETURNS SETOF "it's".t
                 LANGUAGE plpgsql
                 SET search_path TO 'it''s', 'public', '$user'
                AS $function$
                BEGIN
                  SET LOCAL search_path = x, "it's";
                  PERFORM nextval('"it''s".s'), 'see old.s' FROM "it's".t; -- old.t
                END $function$
                """);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT old, older.a, \"Old\".a, 'old', 'older.a', 'old.', 'old.a b', ' old.a', 'old.a.', 'old.1'",
                "SELECT a.old FROM a old",
                "CREATE FUNCTION f() RETURNS int LANGUAGE plpython3u AS $$ old.a $$",
                "SELECT $$old.a$$",
                "SET x TO 'old'",
                "search_path",
            })
    void leavesTheRestAlone(String sql) {
        assertThat(SchemaRenaming.rename(sql, "old", "new")).isEqualTo(sql);
    }

    @Test
    void matchesAMixedCaseSchemaOnlyWhenQuoted() {
        assertThat(SchemaRenaming.rename("SELECT Old.a, \"Old\".a, '\"Old\".a', 'Old.a'", "Old", "new"))
                .isEqualTo("SELECT Old.a, \"new\".a, '\"new\".a', 'Old.a'");
    }

    @Test
    void refusesWhatItCannotDo() {
        assertThatThrownBy(() -> SchemaRenaming.rename("SELECT 'a", "old", "new"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("line 1");
        assertThatThrownBy(() -> SchemaRenaming.rename("SELECT 1", "old", "$$"))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
