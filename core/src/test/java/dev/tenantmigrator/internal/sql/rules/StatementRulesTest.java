package dev.tenantmigrator.internal.sql.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenantmigrator.InvalidMigrationException;
import dev.tenantmigrator.MigrationScript;
import dev.tenantmigrator.SharedObjects;
import dev.tenantmigrator.SqlStatement;
import dev.tenantmigrator.internal.sql.rewrite.PublicSchemaAdapter;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StatementRulesTest {

    private static final SharedObjects NOTHING_SHARED =
            new SharedObjects("public", Set.of(), Map.of(), Set.of("audit", "Public"));

    @ParameterizedTest
    @ValueSource(
            strings = {
                "BEGIN",
                "begin work",
                "BEGIN /* c */ TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ WRITE NOT DEFERRABLE",
                "START TRANSACTION",
                "START TRANSACTION READ WRITE",
                "COMMIT",
                "COMMIT WORK",
                "commit transaction and no chain",
                "END",
                "END TRANSACTION",
                "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE",
                "SET LOCAL TRANSACTION READ WRITE, DEFERRABLE",
                "SET client_encoding = 'UTF8'",
                "SET SESSION \"Client_Encoding\" TO latin1",
                "SET NAMES 'UTF8'",
                "CREATE SCHEMA public",
                "CREATE SCHEMA IF NOT EXISTS \"public\"",
                "CREATE EXTENSION citext",
                "CREATE EXTENSION IF NOT EXISTS \"uuid-ossp\" WITH SCHEMA public",
                "COMMENT ON EXTENSION citext IS 'x'",
                "DROP EXTENSION citext",
                "DROP EXTENSION IF EXISTS \"uuid-ossp\", citext RESTRICT",
                "DROP EXTENSION \"CASCADE\"",
                "ALTER EXTENSION citext UPDATE",
                "ALTER EXTENSION \"uuid-ossp\" UPDATE TO '1.1'",
            })
    void absorbs(String sql) {
        assertThat(adapt(sql + "; SELECT 1")).containsExactly("SELECT 1");
        assertThat(adapt(sql)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '¦', quoteCharacter = '`', textBlock = """
                    SET statement_timeout = 0            ¦ SET LOCAL statement_timeout = 0
                    set /* c */ session x.y to 'SET'     ¦ set /* c */ LOCAL x.y to 'SET'
                    SET TIME ZONE 'UTC'                  ¦ SET LOCAL TIME ZONE 'UTC'
                    SET SESSION TIME ZONE LOCAL          ¦ SET LOCAL TIME ZONE LOCAL
                    RESET TIME ZONE                      ¦ SET LOCAL TIME ZONE DEFAULT
                    SET standard_conforming_strings = on ¦ SET LOCAL standard_conforming_strings = on
                    SET standard_conforming_strings TO 'ON' ¦ SET LOCAL standard_conforming_strings TO 'ON'
                    SET DateStyle = ISO, DMY             ¦ SET LOCAL DateStyle = ISO, DMY
                    SET SESSION datestyle TO 'iso,mdy'   ¦ SET LOCAL datestyle TO 'iso,mdy'
                    SET datestyle TO dmy                 ¦ SET LOCAL datestyle TO dmy
                    SET DateStyle = "MDY"                ¦ SET LOCAL DateStyle = "MDY"
                    SET datestyle = 'European'           ¦ SET LOCAL datestyle = 'European'
                    SET datestyle TO US, ISO             ¦ SET LOCAL datestyle TO US, ISO
                    SET datestyle TO ''                  ¦ SET LOCAL datestyle TO ''
                    SET datestyle TO DEFAULT             ¦ SET LOCAL datestyle TO DEFAULT
                    """)
    void makesSettingsLocal(String sql, String expected) {
        assertThat(adapt(sql)).containsExactly(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SET LOCAL lock_timeout = '1s'",
                "SET CONSTRAINTS ALL DEFERRED",
                "DECLARE c CURSOR WITHOUT HOLD FOR SELECT 1",
                "DECLARE c CURSOR FOR WITH hold AS (SELECT 1) SELECT * FROM hold",
                "COPY t FROM '/x'",
                "COPY (SELECT a FROM stdin) TO PROGRAM 'stdout'",
                "CREATE SCHEMA audit",
                "DROP SCHEMA IF EXISTS audit, \"Public\" CASCADE",
                "ALTER SCHEMA audit RENAME TO another",
                "CREATE CAST (a AS b) WITHOUT FUNCTION",
                "COMMENT ON TABLE server IS 'x'",
                "ALTER TABLE role OWNER TO app",
                "DROP TABLE IF EXISTS \"user\", language",
                "CREATE TRIGGER database BEFORE INSERT ON t EXECUTE FUNCTION f()",
                "SECURITY LABEL FOR anon ON COLUMN t.c IS 'MASKED'",
                "SELECT pg_advisory_xact_lock(1), pg_try_advisory_xact_lock_shared(1), t.pg_advisory_lock",
                "CREATE FUNCTION f() RETURNS void LANGUAGE sql AS $$ SELECT pg_advisory_lock(1) $$",
                "CREATE TABLE commit (rollback int)",
                "NOTIFY x",
                "EXECUTE x",
                "UPDATE t SET a = 1",
                "ALTER TABLE t DROP COLUMN extension",
            })
    void keeps(String sql) {
        assertThat(adapt(sql)).containsExactly(sql);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '¦', quoteCharacter = '`', textBlock = """
                    ROLLBACK                               ¦ remove ROLLBACK
                    ROLLBACK AND CHAIN                     ¦ remove ROLLBACK
                    rollback to savepoint a                ¦ not set
                    RELEASE a                              ¦ not set
                    SAVEPOINT a                            ¦ RELEASE SAVEPOINT "a"
                    BEGIN READ ONLY                        ¦ READ ONLY
                    START TRANSACTION ISOLATION LEVEL SERIALIZABLE, READ ONLY, DEFERRABLE ¦ READ ONLY
                    SET TRANSACTION READ ONLY              ¦ READ ONLY
                    SET LOCAL TRANSACTION SNAPSHOT '0'     ¦ SNAPSHOT
                    SET TRANSACTION ISOLATION LEVEL LOW    ¦ correct it
                    CREATE ROLE app                        ¦ a role
                    CREATE USER app                        ¦ a user
                    DROP GROUP app                         ¦ a role
                    ALTER ROLE app SET search_path = a     ¦ a role
                    CREATE USER MAPPING FOR a SERVER b     ¦ a user
                    CREATE DATABASE d                      ¦ a database
                    ALTER DATABASE d SET search_path = a   ¦ a database
                    COMMENT ON DATABASE d IS 'x'           ¦ a database
                    ALTER SYSTEM SET work_mem = 1          ¦ server
                    CREATE TABLESPACE s LOCATION '/x'      ¦ tablespace
                    ALTER TABLE ALL IN TABLESPACE a SET TABLESPACE b ¦ tablespace
                    CREATE EVENT TRIGGER e ON ddl_command_end EXECUTE FUNCTION f() ¦ event trigger
                    CREATE PUBLICATION p FOR ALL TABLES    ¦ publication
                    ALTER PUBLICATION p ADD TABLE ONLY public.t ¦ publication
                    DROP SUBSCRIPTION s                    ¦ subscription
                    CREATE SERVER s FOREIGN DATA WRAPPER w ¦ foreign server
                    CREATE FOREIGN DATA WRAPPER w          ¦ wrapper
                    CREATE OR REPLACE TRUSTED PROCEDURAL LANGUAGE l ¦ a language
                    CREATE TRANSFORM FOR a LANGUAGE l (FROM SQL WITH FUNCTION f(internal)) ¦ a transform
                    CREATE ACCESS METHOD m TYPE INDEX HANDLER h ¦ access method
                    REASSIGN OWNED BY a TO b               ¦ a role owns
                    DROP OWNED BY a                        ¦ a role owns
                    SECURITY LABEL FOR x ON ROLE a IS 'y'  ¦ a role
                    CHECKPOINT                             ¦ checkpoint
                    GRANT app TO x                         ¦ membership
                    REVOKE ADMIN OPTION FOR app FROM x     ¦ membership
                    GRANT CONNECT ON DATABASE d TO x       ¦ database
                    GRANT USAGE ON LANGUAGE plpgsql TO x   ¦ language
                    REVOKE ALL ON FOREIGN SERVER s FROM x  ¦ foreign
                    GRANT SET ON PARAMETER work_mem TO x   ¦ parameter
                    DO $$ BEGIN GRANT app TO x; END $$     ¦ membership
                    ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO x ¦ IN SCHEMA
                    ALTER DEFAULT PRIVILEGES FOR ROLE x REVOKE ALL ON TABLES FROM y ¦ IN SCHEMA
                    SELECT pg_advisory_lock(1)             ¦ xact
                    SELECT pg_catalog.PG_TRY_ADVISORY_LOCK_SHARED (1) ¦ xact
                    DO $$ BEGIN PERFORM pg_advisory_unlock_all(); END $$ ¦ xact
                    CREATE SCHEMA AUTHORIZATION x          ¦ role
                    ROLLBACK PREPARED 'x'                  ¦ remove ROLLBACK
                    ABORT                                  ¦ remove ABORT
                    PREPARE TRANSACTION 'x'                ¦ PREPARE TRANSACTION
                    COMMIT PREPARED 'x'                    ¦ COMMIT PREPARED
                    COMMIT WORK AND CHAIN                  ¦ AND CHAIN
                    END AND CHAIN                          ¦ AND CHAIN
                    BEGIN INSERT INTO t VALUES (1)         ¦ DO $$
                    END IF                                 ¦ DO $$
                    COMMIT SELECT 1                        ¦ semicolon
                    SET ROLE x                             ¦ role
                    SET SESSION ROLE NONE                  ¦ role
                    SET LOCAL role = x                     ¦ role
                    SET "role" TO x                        ¦ role
                    RESET ROLE                             ¦ role
                    SET SESSION AUTHORIZATION x            ¦ role
                    SET LOCAL SESSION AUTHORIZATION x      ¦ role
                    SET SESSION SESSION AUTHORIZATION x    ¦ role
                    SET session_authorization = x          ¦ role
                    RESET SESSION AUTHORIZATION            ¦ role
                    RESET session_authorization            ¦ role
                    RESET ALL                              ¦ RESET ALL
                    SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY ¦ CHARACTERISTICS
                    SET standard_conforming_strings = off  ¦ E'
                    SET LOCAL standard_conforming_strings TO DEFAULT ¦ E'
                    SET standard_conforming_strings TO 'of' ¦ E'
                    SET DateStyle = German                 ¦ ISO
                    SET DateStyle TO 'SQL, DMY'            ¦ ISO
                    SET LOCAL datestyle = Postgres, DMY    ¦ ISO
                    SET DateStyle = 'iso, german'          ¦ ISO
                    DISCARD ALL                            ¦ DISCARD
                    LISTEN x                               ¦ LISTEN
                    UNLISTEN *                             ¦ UNLISTEN
                    PREPARE p AS SELECT 1                  ¦ PREPARE
                    DEALLOCATE ALL                         ¦ DEALLOCATE
                    LOAD 'x'                               ¦ LOAD
                    DECLARE c BINARY CURSOR WITH HOLD FOR SELECT 1 ¦ WITHOUT HOLD
                    COPY public.t (a, b) TO stdout         ¦ COPY
                    COPY (SELECT 1) TO STDOUT WITH CSV     ¦ COPY
                    DROP EXTENSION citext CASCADE          ¦ by name
                    DROP EXTENSION IF EXISTS a, b CASCADE  ¦ by name
                    ALTER EXTENSION citext SET SCHEMA x    ¦ outside of migrations
                    ALTER EXTENSION "update" ADD TABLE t   ¦ outside of migrations
                    ALTER EXTENSION citext DROP TABLE t    ¦ outside of migrations
                    CREATE SCHEMA public AUTHORIZATION x   ¦ exists already
                    CREATE SCHEMA public CREATE TABLE t () ¦ exists already
                    DROP SCHEMA a, public CASCADE          ¦ drop
                    DROP SCHEMA IF EXISTS "public"         ¦ drop
                    ALTER SCHEMA public RENAME TO x        ¦ rename
                    SELECT 1 \\gexec                       ¦ \\gexec is a command of psql, which does not run here; run the statements that the query makes in a block
                    SELECT 1 AS x \\gset                   ¦ variable of a block
                    SELECT 1 \\g out.txt                   ¦ \\g is a command of psql, which does not run here; end the statement with a semicolon
                    \\connect x                            ¦ \\connect is a command of psql
                    \\c "db" user                          ¦ \\c is a command of psql
                    \\i other.sql                          ¦ put the statements of that file in its place
                    \\ir 'other file.sql'                  ¦ put the statements of that file in its place
                    \\include other.sql                    ¦ put the statements of that file in its place
                    \\if :x                                ¦ DO $$ BEGIN IF
                    \\else                                 ¦ DO $$ BEGIN IF
                    \\endif                                ¦ DO $$ BEGIN IF
                    \\set x 1                              ¦ in place of variables
                    \\set ON_ERROR_STOP off                ¦ stops at its first error anyway
                    \\set AUTOCOMMIT off                   ¦ \\set is a command of psql
                    \\unset x                              ¦ \\unset is a command of psql
                    \\copy t FROM 'file' CSV               ¦ \\copy is a command of psql, which does not run here; write COPY … FROM stdin with the rows behind it in this file, or load the data outside of migrations
                    \\.                                    ¦ ends the data of COPY
                    \\q                                    ¦ \\q is a command of psql
                    \\! rm x                               ¦ of the shell
                    \\echo a \\i other.sql                 ¦ \\echo is a command of psql
                    \\dt                                   ¦ \\dt is a command of psql
                    \\encoding LATIN1                      ¦ save the file as UTF-8
                    SELECT 1\\; SELECT 2                   ¦ without the backslash
                    SELECT \\ 1                            ¦ a backslash outside of quotes
                    SELECT 1 /* c */ + :x                  ¦ :x is a variable of psql
                    SELECT :'x'                            ¦ :'x' is a variable of psql
                    CREATE TABLE :"x" (id int)             ¦ :"x" is a variable of psql
                    SELECT :{?x}                           ¦ is a variable of psql
                    SELECT f(a[1]) + :x                    ¦ :x is a variable of psql
                    SELECT 1::int, :x                      ¦ :x is a variable of psql
                    """)
    void refuses(String sql, String message) {
        assertThatThrownBy(() -> adapt("SELECT 1;\n-- c\n" + sql))
                .isInstanceOf(InvalidMigrationException.class)
                .hasMessageContaining(message)
                .hasMessageContaining("m.sql:3");
    }

    /** psql runs a command of the shell. */
    @Test
    void refusesEchoOfWhatTheShellPrints() {
        assertThatThrownBy(() -> adapt("\\echo `date`")).hasMessageContaining("\\echo is a command of psql");
    }

    @Test
    void namesTheLineOfAPsqlCommandInsideAStatement() {
        assertThatThrownBy(() -> adapt("SELECT 1\n\n\\g")).hasMessageContaining("m.sql:3");
    }

    /** They concern psql's output, or ask for what holds for every migration. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "\\echo Adding 'it' to \"x\"...",
                "\\qecho",
                "\\warn x",
                "\\pset pager off",
                "\\timing",
                "\\timing on",
                "\\x",
                "\\t on",
                "\\set ON_ERROR_STOP on",
                "\\set ON_ERROR_STOP 1 ",
                "\\set ON_ERROR_STOP",
                "\\set QUIET 1",
                "\\set ECHO all",
                "\\set VERBOSITY verbose",
            })
    void ignoresCommandsOfPsqlThatChangeNothing(String line) {
        assertThat(adapt(line + "\nSELECT 1;\n" + line)).containsExactly("SELECT 1");
        assertThatThrownBy(() -> adapt("SELECT 1\n" + line + "\n+ 1"))
                .hasMessageContaining("inside of this statement")
                .hasMessageContaining("m.sql:2");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT a[1:n], a[lo:hi], a[:n], a[n:], a[f(b[1:x]):\"y\"] FROM t",
                "SELECT ':x' /* :x */, $$ :x $$, \":x\"",
                "SELECT f(a := 1, b => 2), x::text",
                "CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$ DECLARE x int := 1; BEGIN RETURN x; END $$",
                "SELECT '{\"a\":b}'::jsonb, '\\d :x'",
            })
    void takesColonsOfSqlForWhatTheyAre(String sql) {
        assertThat(adapt(sql)).containsExactly(sql);
    }

    @Test
    void ignoresTheLinesThatPgDumpWritesForPsql() {
        assertThat(adapt("\\restrict aBc\n\nSELECT 1;\n\n\\unrestrict aBc\n")).containsExactly("SELECT 1");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '¦', quoteCharacter = '`', textBlock = """
                    SELECT 1                                               ¦
                    BEGIN; COMMIT                                          ¦
                    BEGIN ISOLATION LEVEL READ COMMITTED; COMMIT           ¦
                    SET TRANSACTION ISOLATION LEVEL READ UNCOMMITTED       ¦
                    SELECT 'SET TRANSACTION ISOLATION LEVEL SERIALIZABLE'  ¦
                    begin transaction isolation level serializable; SELECT 1; END ¦ SERIALIZABLE
                    SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ WRITE ¦ REPEATABLE READ
                    SET LOCAL TRANSACTION READ WRITE, ISOLATION LEVEL SERIALIZABLE ¦ SERIALIZABLE
                    START TRANSACTION ISOLATION LEVEL SERIALIZABLE; COMMIT; BEGIN ISOLATION LEVEL REPEATABLE READ; END ¦ SERIALIZABLE
                    """)
    void takesTheStrongestIsolationLevelOver(String sql, String level) {
        var script = new PublicSchemaAdapter().adapt(MigrationScript.of("m.sql", sql), NOTHING_SHARED);

        assertThat(script.isolationLevel()).isEqualTo(Optional.ofNullable(level));
    }

    @Test
    void keepsSavepointsThatEndWithTheScript() {
        String sql = "SAVEPOINT a; SAVEPOINT b; ROLLBACK WORK TO a; SAVEPOINT b; RELEASE b; ROLLBACK TO SAVEPOINT a;"
                + " RELEASE SAVEPOINT a";

        assertThat(String.join("; ", adapt(sql))).isEqualTo(sql);
    }

    private static List<String> adapt(String sql) {
        return new PublicSchemaAdapter()
                .adapt(MigrationScript.of("m.sql", sql), NOTHING_SHARED).statements("t1").stream()
                        .map(SqlStatement::sql)
                        .toList();
    }
}
