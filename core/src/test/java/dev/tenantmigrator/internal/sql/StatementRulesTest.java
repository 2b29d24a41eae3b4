package dev.tenantmigrator.internal.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenantmigrator.InvalidMigrationException;
import dev.tenantmigrator.ScriptFile;
import dev.tenantmigrator.SharedObjects;
import dev.tenantmigrator.SqlStatement;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StatementRulesTest {

    private static final SharedObjects NOTHING_SHARED = new SharedObjects("public", Set.of(), Map.of(), Set.of());

    @ParameterizedTest
    @ValueSource(
            strings = {
                "BEGIN",
                "begin work",
                "BEGIN /* c */ TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ WRITE NOT DEFERRABLE",
                "START TRANSACTION",
                "START TRANSACTION READ ONLY",
                "COMMIT",
                "COMMIT WORK",
                "commit transaction and no chain",
                "END",
                "END TRANSACTION",
                "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE",
                "SET LOCAL TRANSACTION READ ONLY",
                "SET client_encoding = 'UTF8'",
                "SET SESSION \"Client_Encoding\" TO latin1",
                "SET NAMES 'UTF8'",
                "SET search_path TO public, x",
                "SET LOCAL search_path = public",
                "SET SESSION SEARCH_PATH TO DEFAULT",
                "SET SCHEMA 'public'",
                "RESET search_path",
                "CREATE SCHEMA public",
                "CREATE SCHEMA IF NOT EXISTS \"public\"",
                "CREATE EXTENSION citext",
                "CREATE EXTENSION IF NOT EXISTS \"uuid-ossp\" WITH SCHEMA public",
                "COMMENT ON EXTENSION citext IS 'x'",
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
                    SET standard_conforming_strings = on ¦ SET LOCAL standard_conforming_strings = on
                    SET standard_conforming_strings TO 'ON' ¦ SET LOCAL standard_conforming_strings TO 'ON'
                    SET DateStyle = ISO, DMY             ¦ SET LOCAL DateStyle = ISO, DMY
                    SET SESSION datestyle TO 'iso,mdy'   ¦ SET LOCAL datestyle TO 'iso,mdy'
                    """)
    void makesSettingsLocal(String sql, String expected) {
        assertThat(adapt(sql)).containsExactly(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SET LOCAL lock_timeout = '1s'",
                "SET CONSTRAINTS ALL DEFERRED",
                "RESET TIME ZONE",
                "DECLARE c CURSOR WITHOUT HOLD FOR SELECT 1",
                "DECLARE c CURSOR FOR WITH hold AS (SELECT 1) SELECT * FROM hold",
                "COPY t FROM '/x'",
                "COPY (SELECT a FROM stdin) TO PROGRAM 'stdout'",
                "CREATE SCHEMA other",
                "DROP SCHEMA IF EXISTS other, \"Public\" CASCADE",
                "ALTER SCHEMA other RENAME TO another",
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
                    rollback to savepoint a                ¦ remove ROLLBACK
                    ROLLBACK PREPARED 'x'                  ¦ remove ROLLBACK
                    ABORT                                  ¦ remove ABORT
                    SAVEPOINT a                            ¦ EXCEPTION
                    RELEASE a                              ¦ EXCEPTION
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
                    SET LOCAL datestyle = DMY              ¦ ISO
                    SET DateStyle = 'iso, german'          ¦ ISO
                    DISCARD ALL                            ¦ DISCARD
                    LISTEN x                               ¦ LISTEN
                    UNLISTEN *                             ¦ UNLISTEN
                    PREPARE p AS SELECT 1                  ¦ PREPARE
                    DEALLOCATE ALL                         ¦ DEALLOCATE
                    LOAD 'x'                               ¦ LOAD
                    DECLARE c BINARY CURSOR WITH HOLD FOR SELECT 1 ¦ WITHOUT HOLD
                    COPY public.t (a, b) FROM stdin        ¦ COPY
                    COPY (SELECT 1) TO STDOUT WITH CSV     ¦ COPY
                    DROP EXTENSION citext                  ¦ extension
                    ALTER EXTENSION citext UPDATE          ¦ extension
                    CREATE SCHEMA public AUTHORIZATION x   ¦ exists already
                    CREATE SCHEMA public CREATE TABLE t () ¦ exists already
                    DROP SCHEMA a, public CASCADE          ¦ drop
                    DROP SCHEMA IF EXISTS "public"         ¦ drop
                    ALTER SCHEMA public RENAME TO x        ¦ rename
                    SELECT 1 \\gexec                       ¦ psql
                    \\connect x                            ¦ psql
                    """)
    void refuses(String sql, String message) {
        assertThatThrownBy(() -> adapt("SELECT 1;\n-- c\n" + sql))
                .isInstanceOf(InvalidMigrationException.class)
                .hasMessageContaining(message)
                .hasMessageContaining("m.sql:3");
    }

    @Test
    void namesTheLineOfAPsqlCommandInsideAStatement() {
        assertThatThrownBy(() -> adapt("SELECT 1\n\n\\g")).hasMessageContaining("m.sql:3");
    }

    @Test
    void ignoresTheLinesThatPgDumpWritesForPsql() {
        assertThat(adapt("\\restrict aBc\n\nSELECT 1;\n\n\\unrestrict aBc\n")).containsExactly("SELECT 1");
    }

    private static List<String> adapt(String sql) {
        return new PublicSchemaAdapter()
                .adapt(ScriptFile.of("m.sql", sql), NOTHING_SHARED).statements("t1").stream()
                        .map(SqlStatement::sql)
                        .toList();
    }
}
