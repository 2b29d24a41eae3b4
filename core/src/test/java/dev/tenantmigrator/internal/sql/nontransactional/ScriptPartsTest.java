package dev.tenantmigrator.internal.sql.nontransactional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.tenantmigrator.InvalidMigrationException;
import dev.tenantmigrator.MigrationScript;
import dev.tenantmigrator.SchemaAdapter.TenantScript;
import dev.tenantmigrator.SharedObjects;
import dev.tenantmigrator.SqlStatement;
import dev.tenantmigrator.internal.sql.rewrite.PublicSchemaAdapter;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How a script that cannot run in one transaction is divided, and what is refused because a later part needs it. */
class ScriptPartsTest {

    private static final SharedObjects SHARED = new SharedObjects("public", Set.of(), Map.of(), Set.of());

    private static TenantScript adapt(String sql) {
        return new PublicSchemaAdapter().adapt(MigrationScript.of("m.sql", sql), SHARED);
    }

    private static String adapted(TenantScript script) {
        return script.statements("t").stream().map(SqlStatement::sql).collect(Collectors.joining("; "));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                    CREATE TABLE a (i int); VACUUM a; DROP TABLE b | BEGIN; CREATE TABLE a (i int); COMMIT; VACUUM "t".a; BEGIN; DROP TABLE b; COMMIT
                    VACUUM a; VACUUM b; SELECT 1; SELECT 2 | VACUUM "t".a; VACUUM "t".b; BEGIN; SELECT 1; SELECT 2; COMMIT
                    BEGIN; VACUUM a; COMMIT | VACUUM "t".a
                    START TRANSACTION; SELECT 1; END; BEGIN; VACUUM a; END; BEGIN; SELECT 2; COMMIT | BEGIN; SELECT 1; COMMIT; VACUUM "t".a; BEGIN; SELECT 2; COMMIT
                    CREATE EXTENSION IF NOT EXISTS x; COMMENT ON EXTENSION x IS 'y'; VACUUM a | VACUUM "t".a
                    CREATE SCHEMA IF NOT EXISTS public; SET client_encoding = 'UTF8'; VACUUM a | VACUUM "t".a
                    SET statement_timeout = 0; VACUUM a | SET statement_timeout = 0; VACUUM "t".a
                    SET a.b = 1; SELECT 1; VACUUM a; SET x = 2; VACUUM b; SELECT 2; RESET x | BEGIN; SET LOCAL a.b = 1; SELECT 1; COMMIT; SET a.b = 1; VACUUM "t".a; SET x = 2; VACUUM "t".b; BEGIN; SET LOCAL a.b = 1; SET LOCAL x = 2; SELECT 2; SET LOCAL x TO DEFAULT; COMMIT
                    SET "SEARCH_PATH" = bob; VACUUM a | VACUUM "t".a
                    SET "Search_Path" = public; SELECT 1; VACUUM a | BEGIN; SET LOCAL "Search_Path" = "t", "public"; SELECT 1; COMMIT; VACUUM "t".a
                    SET search_path = public; SELECT 1; VACUUM a; SELECT 2 | BEGIN; SET LOCAL search_path = "t", "public"; SELECT 1; COMMIT; VACUUM "t".a; BEGIN; SET LOCAL search_path = "t", "public"; SELECT 2; COMMIT
                    SET LOCAL x = 1; SELECT 1; VACUUM a; SELECT 2 | BEGIN; SET LOCAL x = 1; SELECT 1; COMMIT; VACUUM "t".a; BEGIN; SELECT 2; COMMIT
                    SET CONSTRAINTS ALL DEFERRED; SELECT 1; VACUUM a; SELECT 2 | BEGIN; SET CONSTRAINTS ALL DEFERRED; SELECT 1; COMMIT; VACUUM "t".a; BEGIN; SELECT 2; COMMIT
                    SELECT set_config('search_path', '', false); VACUUM a; SELECT 2 | BEGIN; SELECT set_config('search_path', '"t", "public"', true); COMMIT; VACUUM "t".a; BEGIN; SELECT 2; COMMIT
                    SAVEPOINT s; SELECT 1; RELEASE s; VACUUM a | BEGIN; SAVEPOINT s; SELECT 1; RELEASE s; COMMIT; VACUUM "t".a
                    DO 'BEGIN COMMIT; END'; DO 'BEGIN END' | DO 'BEGIN COMMIT; END'; BEGIN; DO 'BEGIN END'; COMMIT
                    ALTER TABLE p DETACH PARTITION q CONCURRENTLY; DROP TABLE q | ALTER TABLE "t".p DETACH PARTITION "t".q CONCURRENTLY; BEGIN; DROP TABLE q; COMMIT
                    CREATE TEMP TABLE x (i int); DROP TABLE x; VACUUM a | BEGIN; CREATE TEMP TABLE x (i int); DROP TABLE x; COMMIT; VACUUM "t".a
                    """)
    void isDividedAtTheStatementsThatPostgresRefuses(String sql, String expected) {
        TenantScript script = adapt(sql);

        assertThat(adapted(script)).isEqualTo(expected);
        assertThat(script.transactional()).isFalse();
    }

    @Test
    void aDeclaredFileRunsCodeOutsideAndTheRestInTransactions() {
        assertThat(adapted(adapt("-- tenant-migrator: no-transaction\nCALL p();\nSELECT 1;\nREINDEX TABLE a")))
                .isEqualTo("CALL p(); BEGIN; SELECT 1; COMMIT; REINDEX TABLE \"t\".a");
    }

    /** {@code |} is where the transaction ends; PostgreSQL 15 and 18 were asked about each of these. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "ALTER TYPE e ADD VALUE 'b' | UPDATE t SET e = 'b'",
                "SELECT 1; ALTER TYPE public.e ADD VALUE IF NOT EXISTS 'b' BEFORE 'a' | SELECT 2; SELECT 'b'::e; SELECT 3",
                "ALTER TYPE e ADD VALUE 'b'; ALTER TYPE e ADD VALUE 'c' AFTER 'b' | SELECT 'b'::e, 'c'::e; SELECT 'b'::e",
                "ALTER TYPE e ADD VALUE 'b' | SELECT 'b'::e; ALTER TYPE e ADD VALUE 'c' | SELECT 'c'::e",
                "ALTER TYPE e ADD VALUE 'it''s' | SELECT 'it''s'::e",
                "ALTER TYPE e ADD VALUE 'b' | ALTER TABLE t ALTER e SET DEFAULT $$b$$",
                "ALTER TYPE e ADD VALUE 'b' | CREATE TABLE u (e e[] DEFAULT '{a,b}')",
                "ALTER TYPE e ADD VALUE 'b' | DO $$ BEGIN UPDATE t SET e = 'b'; END $$",
                "ALTER TYPE e ADD VALUE 'b' | DO $$ BEGIN EXECUTE 'UPDATE t SET e = ''b'''; END $$",
                "ALTER TYPE e ADD VALUE 'b' | CREATE FUNCTION f() RETURNS e LANGUAGE sql AS $$ SELECT 'b'::e $$",
                "ALTER TYPE e ADD VALUE 'b' | CREATE FUNCTION f() RETURNS e RETURN 'b'::e",
                "ALTER TYPE e ADD VALUE 'b' | CREATE FUNCTION f(x e DEFAULT 'b') RETURNS e LANGUAGE plpgsql AS 'BEGIN END'",
                "ALTER TYPE e ADD VALUE 'b' | SELECT enum_range(NULL::e)",
                "CREATE TYPE e AS ENUM ('a'); ALTER TYPE e ADD VALUE 'b' | CREATE TABLE u (e e DEFAULT 'b')",
                "ALTER TYPE e ADD VALUE 'b' | CREATE INDEX i ON t (e) WHERE e = 'b'",
            })
    void aTransactionEndsBehindALabelThatIsUsed(String sql) {
        String divided = sql.replace(" | ", "; COMMIT; BEGIN; ");

        TenantScript script = adapt(sql.replace(" | ", "; "));

        assertThat(adapted(script).replace("\"t\"", "public")).isEqualTo("BEGIN; " + divided + "; COMMIT");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ALTER TYPE e ADD VALUE 'b'; ALTER TYPE e ADD VALUE 'c' AFTER 'b'; ALTER TYPE e RENAME VALUE 'b' TO 'd'",
                "ALTER TYPE e ADD VALUE 'b'; COMMENT ON TYPE e IS 'b'; CREATE TYPE f AS ENUM ('b')",
                "ALTER TYPE e ADD VALUE 'b'; CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ DECLARE x e := 'b'; BEGIN END $$",
                "ALTER TYPE e ADD VALUE 'b'; SELECT 'bc', 'c b', 1 AS b -- 'b'",
                "UPDATE t SET e = 'b'; ALTER TYPE e ADD VALUE 'b'",
                "ALTER TYPE e ADD VALUE 'b'; SELECT enum_range(NULL::other)",
                // The author asks for one transaction, which is right if the text is another column's.
                "BEGIN; ALTER TYPE e ADD VALUE 'b'; INSERT INTO log VALUES ('b'); COMMIT",
                "SET x = 1; SET LOCAL y = 2; SELECT 1"
            })
    void runsInOneTransaction(String sql) {
        assertThat(adapt(sql).transactional()).isTrue();
    }

    @Test
    void anExplicitTransactionIsNotDividedByALabelFromBeforeIt() {
        assertThat(adapted(adapt("ALTER TYPE e ADD VALUE 'b'; BEGIN; SELECT 1; SELECT 'b'::e; COMMIT")))
                .isEqualTo("BEGIN; ALTER TYPE e ADD VALUE 'b'; COMMIT; BEGIN; SELECT 1; SELECT 'b'::e; COMMIT");
        assertThat(adapted(adapt("BEGIN; ALTER TYPE e ADD VALUE 'b'; SELECT 1; COMMIT; SELECT 'b'::e")))
                .isEqualTo("BEGIN; ALTER TYPE e ADD VALUE 'b'; SELECT 1; COMMIT; BEGIN; SELECT 'b'::e; COMMIT");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                    BEGIN; SELECT 1;⏎VACUUM a; COMMIT | 2 | BEGIN asks for one transaction
                    BEGIN; VACUUM a;⏎SELECT 1; COMMIT | 2 | BEGIN asks for one transaction
                    SELECT 1;⏎SET LOCAL x = 1; SET y = 2; VACUUM a | 0 |
                    SET x = 1;⏎SET LOCAL x = 1; VACUUM a | 2 | before line 2
                    CREATE TABLE b (i int);⏎CREATE TEMP TABLE tmp (i int); VACUUM a;⏎SELECT * FROM "tmp" | 2 | line 3 needs it
                    SELECT 1 AS i INTO TEMP tmp; VACUUM a;⏎DO $$ BEGIN DELETE FROM Tmp; END $$ | 1 | line 2 needs it
                    CREATE OR REPLACE TEMPORARY VIEW tmp AS SELECT 1; VACUUM a;⏎TABLE tmp | 1 | line 2 needs it
                    CREATE TABLE pg_temp.tmp (i int); VACUUM a;⏎TABLE tmp | 1 | line 2 needs it
                    CREATE UNLOGGED TABLE IF NOT EXISTS "pg_temp" . "Tmp" AS SELECT 1; VACUUM a;⏎TABLE "Tmp" | 1 | line 2 needs it
                    CREATE VIEW pg_temp_3.tmp AS SELECT 1; VACUUM a;⏎TABLE tmp | 1 | line 2 needs it
                    CREATE FUNCTION pg_temp.tmp() RETURNS int LANGUAGE sql AS 'SELECT 1'; VACUUM a;⏎SELECT pg_temp.tmp() | 1 | line 2 needs it
                    CREATE TYPE pg_temp.tmp AS ENUM ('a'); VACUUM a;⏎SELECT 'a'::pg_temp.tmp | 1 | line 2 needs it
                    SELECT 1 AS i INTO TABLE pg_temp.tmp; VACUUM a;⏎TABLE tmp | 1 | line 2 needs it
                    SELECT 1;⏎SELECT set_config('x', '1', false); VACUUM a | 2 | write SET
                    SAVEPOINT s;⏎VACUUM a; RELEASE s | 1 | left open
                    SELECT 1; VACUUM | 1 | name the tables
                    """)
    void whatAPartCannotHandOnIsRefusedWithItsLine(String sql, int line, String message) {
        String script = sql.replace("⏎", "\n");
        if (line == 0) {
            assertThat(adapt(script).transactional()).isFalse();
            return;
        }
        assertThatThrownBy(() -> adapt(script))
                .isInstanceOf(InvalidMigrationException.class)
                .hasMessageContaining(message)
                .hasMessageContaining("m.sql:" + line);
    }

    @Test
    void aCreationRunsAllInItsTransaction() {
        TenantScript script = new PublicSchemaAdapter()
                .adaptForCreation(
                        List.of(MigrationScript.of(
                                "m.sql",
                                "SET x = 1; SELECT 1; CREATE INDEX CONCURRENTLY i ON a (b); SET SESSION y = 1; VACUUM a;"
                                        + " CLUSTER a; SELECT 2")),
                        SHARED)
                .get(0);

        assertThat(CreationStatements.of(script.statements("t"), "t").stream()
                        .map(SqlStatement::sql)
                        .filter(sql -> !sql.startsWith("DO ")))
                .containsExactly(
                        "SET LOCAL x = 1",
                        "SELECT 1",
                        "SET LOCAL x = 1",
                        "CREATE INDEX  i ON \"t\".a (b)",
                        "SET LOCAL y = 1",
                        "SET LOCAL x = 1",
                        "SET LOCAL y = 1",
                        "CLUSTER a",
                        "SELECT 2");
    }

    /** Reading the script for each of its marks took seven seconds. */
    @Test
    void aThousandPartsAreReadInLinearTime() {
        String sql = "INSERT INTO seen VALUES ('x'); VACUUM seen;\n".repeat(500);

        List<String> fingerprints = assertTimeoutPreemptively(
                Duration.ofSeconds(5), () -> ScriptParts.fingerprints(MigrationScript.of("m.sql", sql)));

        assertThat(fingerprints).hasSize(1001).doesNotHaveDuplicates();
    }

    @Test
    void theFingerprintIsOfThePartsThatAreDone() {
        List<String> fingerprints = fingerprints("SELECT 1; -- a\nVACUUM a; SELECT 2");

        assertThat(fingerprints).hasSize(4).doesNotHaveDuplicates();
        assertThat(fingerprints("SELECT 1;\n\nVACUUM a;SELECT 3").subList(0, 3)).isEqualTo(fingerprints.subList(0, 3));
        assertThat(fingerprints("SELECT 3; VACUUM a; SELECT 2").subList(1, 4))
                .doesNotContainAnyElementsOf(fingerprints);
    }

    private static List<String> fingerprints(String sql) {
        return ScriptParts.fingerprints(MigrationScript.of("m.sql", sql));
    }
}
