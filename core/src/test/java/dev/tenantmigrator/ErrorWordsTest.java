package dev.tenantmigrator;

import static dev.tenantmigrator.Samples.MEMBERS;
import static dev.tenantmigrator.Samples.NOTES;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Words of an error that are no data of a tenant are shown, and words that may be are not. */
@PostgresTest
class ErrorWordsTest {

    private final TestDatabase database;
    private String tenant = "";

    ErrorWordsTest(TestDatabase database) {
        this.database = database;
    }

    @BeforeEach
    void createTenant() {
        tenant = Samples.create(database, "a", MEMBERS, NOTES);
        database.execute("ALTER TABLE " + tenant + ".notes ADD COLUMN headline text; INSERT INTO " + tenant
                + ".notes (headline) VALUES ('zebra')");
    }

    @AfterEach
    void dropAll() {
        Samples.dropAll(database);
    }

    private String message(String script) {
        return Samples.with(database, MEMBERS, NOTES, Migration.of("20240301_words", script))
                .deployAll()
                .failed()
                .get(0)
                .failure()
                .message();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "UPDATE notes SET body = headlin",
                "DO $$BEGIN UPDATE notes SET body = headlin; END$$",
                "DO $$DECLARE t text; BEGIN t := (SELECT headlin FROM notes); END$$",
                "DO $$BEGIN IF EXISTS (SELECT FROM notes WHERE headlin = 'x') THEN NULL; END IF; END$$",
                "DO $$BEGIN PERFORM headlin FROM notes; END$$",
                "CREATE FUNCTION public.f() RETURNS text LANGUAGE sql AS 'SELECT headlin FROM notes'",
                "CREATE VIEW v AS SELECT headlin FROM notes",
                "CREATE FUNCTION public.f() RETURNS void LANGUAGE plpgsql AS $$BEGIN UPDATE notes SET body = headlin; END$$;"
                        + " SELECT public.f()"
            })
    void aColumnThatPostgresSuggestsIsShown(String script) {
        assertThat(message(script)).contains("Perhaps you meant to reference the column \"notes.headline\"");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "DO $$BEGIN EXECUTE format('SELECT %I FROM notes', (SELECT headline FROM notes LIMIT 1)); END$$",
                "DO $$DECLARE r record; BEGIN FOR r IN EXECUTE format('SELECT %I FROM notes', (SELECT headline FROM notes LIMIT 1))"
                        + " LOOP NULL; END LOOP; END$$",
                "CREATE FUNCTION public.f() RETURNS SETOF text LANGUAGE plpgsql AS $$BEGIN RETURN QUERY EXECUTE format('SELECT %I"
                        + " FROM notes', (SELECT headline FROM notes LIMIT 1)); END$$; SELECT * FROM public.f()"
            })
    void aNameThatCodeMadeOfARowIsNot(String script) {
        assertThat(message(script)).doesNotContain("zebra");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "DO $$BEGIN EXECUTE 'ALTER DATABASE ' || quote_ident(current_database()) || ' SET work_mem = 64'; END$$",
                "DO $$BEGIN EXECUTE 'ALTER ROLE CURRENT_USER SET work_mem = 64'; END$$",
                "DO $$BEGIN EXECUTE 'CREATE PUBLICATION p'; END$$",
                "DO $$BEGIN PERFORM lo_create(0); END$$"
            })
    void anObjectWithoutASchemaIsNotToBeAllowed(String script) {
        assertThat(message(script))
                .contains("outside of its tenant's schema", "No option allows this, because it belongs to no schema")
                .doesNotContain("--allow")
                .doesNotContain("--shared-object")
                .doesNotContain("write public.x");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "¦CREATE TABLE other.t (i int)¦--allow-table",
                "¦CREATE FUNCTION other.f() RETURNS int LANGUAGE sql AS 'SELECT 1'¦--shared-object",
                "¦CREATE TYPE other.mood AS ENUM ('a')¦--allow-schema",
                "¦CREATE SCHEMA another¦name the schema (--allow-schema)"
            })
    void theAdviceFitsTheClassOfTheObject(String text) {
        String[] parts = text.split("¦", -1);
        database.execute("CREATE SCHEMA IF NOT EXISTS other");
        String message = message(TwoTenants.HIDDEN.formatted(HiddenSql.expression(parts[1])));
        assertThat(message).contains("To allow it").contains(parts[2]).doesNotContain("No option");
        assertThat(message.contains("--allow-table")).isEqualTo(parts[1].startsWith("CREATE TABLE"));
        assertThat(message.contains("--shared-object")).isEqualTo(!parts[1].startsWith("CREATE SCHEMA"));
        database.execute("DROP SCHEMA other CASCADE");
    }
}
