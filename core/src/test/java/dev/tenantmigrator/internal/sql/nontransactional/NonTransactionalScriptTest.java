package dev.tenantmigrator.internal.sql.nontransactional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenantmigrator.InvalidMigrationException;
import dev.tenantmigrator.MigrationScript;
import dev.tenantmigrator.SchemaAdapter.TenantScript;
import dev.tenantmigrator.SharedObjects;
import dev.tenantmigrator.SqlStatement;
import dev.tenantmigrator.internal.sql.rewrite.PublicSchemaAdapter;
import dev.tenantmigrator.internal.sql.rules.ScriptDirective;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which statements cannot run in a transaction, as PostgreSQL itself sees it, and what they become. */
@PostgresTest
class NonTransactionalScriptTest {

    private static final SharedObjects SHARED =
            new SharedObjects("public", Set.of("users"), Map.of("gin_trgm_ops", "ext"), Set.of());

    private final TestDatabase database;

    NonTransactionalScriptTest(TestDatabase database) {
        this.database = database;
    }

    private static TenantScript adapt(String sql) {
        return new PublicSchemaAdapter().adapt(MigrationScript.of("m.sql", sql), SHARED);
    }

    private static String adapted(String sql) {
        TenantScript script = adapt(sql);
        assertThat(script.transactional()).isFalse();
        return String.join(
                ";", script.statements("T 1").stream().map(SqlStatement::sql).toList());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "CREATE INDEX CONCURRENTLY x ON t (a)",
                "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS x ON ONLY public.t (a)",
                "DROP INDEX CONCURRENTLY ti",
                "REINDEX INDEX CONCURRENTLY ti",
                "REINDEX TABLE CONCURRENTLY t",
                "REINDEX SCHEMA CONCURRENTLY public",
                "REINDEX (CONCURRENTLY) TABLE t",
                "REINDEX (VERBOSE off, CONCURRENTLY true) INDEX ti",
                "REINDEX SCHEMA public",
                "ALTER TABLE p DETACH PARTITION p1 CONCURRENTLY",
                "ALTER TABLE IF EXISTS ONLY p DETACH PARTITION p1 CONCURRENTLY",
                "VACUUM t",
                "VACUUM FULL VERBOSE ANALYZE t (a), p",
                "VACUUM (ANALYZE, PARALLEL 2) t",
                "DO $$ BEGIN COMMIT; END $$",
                "DO LANGUAGE plpgsql 'BEGIN IF true THEN COMMIT AND CHAIN; END IF; END'",
            })
    void postgresRefusesInATransaction(String sql) throws SQLException {
        assertThat(adapt(sql).transactional()).isFalse();
        assertThat(stateInTransaction(sql)).isIn("25001", "2D000");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "CREATE INDEX x ON t (a)",
                "DROP INDEX ti",
                "REINDEX INDEX ti",
                "REINDEX TABLE t",
                "REINDEX (CONCURRENTLY false) TABLE t",
                "REINDEX (CONCURRENTLY off, VERBOSE) INDEX ti",
                "ALTER TABLE p DETACH PARTITION p1",
                "ANALYZE",
                "CLUSTER t USING ti",
                "REFRESH MATERIALIZED VIEW CONCURRENTLY mv",
                "ALTER TYPE en ADD VALUE 'b'",
                "DO $$ DECLARE commit int; BEGIN commit := 1; PERFORM commit; END $$",
                "DO $$ BEGIN RAISE NOTICE 'COMMIT;'; END $$",
                "CALL quiet()",
            })
    void postgresRunsInATransaction(String sql) throws SQLException {
        assertThat(adapt(sql).transactional()).isTrue();
        assertThat(stateInTransaction(sql)).isEqualTo("00000");
    }

    /** Only tables or procedures decide about these statements, not their text: the file must say so. */
    @ParameterizedTest
    @ValueSource(strings = {"REINDEX TABLE p", "REINDEX INDEX pi", "CLUSTER p USING pi", "CALL commits()"})
    void aFileMaySayItsKind(String sql) throws SQLException {
        assertThat(stateInTransaction(sql)).isIn("25001", "2D000");
        assertThat(adapt(sql).transactional()).isTrue();
        assertThat(adapt("-- tenant-migrator: no-transaction\n" + sql).transactional())
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "REINDEX DATABASE postgres",
                "REINDEX (VERBOSE) SYSTEM postgres",
                "VACUUM",
                "VACUUM (FULL)",
                "CLUSTER",
                "CLUSTER (VERBOSE)",
                "ALTER SYSTEM SET work_mem = '4MB'",
                "CREATE DATABASE x",
                "DROP DATABASE IF EXISTS x",
                "ALTER DATABASE x SET TABLESPACE pg_default",
                "CREATE TABLESPACE x LOCATION '/x'",
                "DROP TABLESPACE x",
                "CREATE SUBSCRIPTION s CONNECTION 'dbname=x' PUBLICATION p",
                "DROP SUBSCRIPTION s",
                "ALTER SUBSCRIPTION s REFRESH PUBLICATION",
                "DROP INDEX CONCURRENTLY public.users",
                "REINDEX TABLE CONCURRENTLY users",
                "VACUUM t, public.users",
                "VACUUM other.t",
                "REINDEX SCHEMA other",
                "CREATE INDEX CONCURRENTLY x ON other.t (a)",
                "CREATE INDEX CONCURRENTLY ON t (a)",
                "CREATE INDEX CONCURRENTLY IF NOT EXISTS ON t (a)",
                "CREATE INDEX CONCURRENTLY public.x ON t (a)",
                "DROP INDEX CONCURRENTLY a, b",
                "DROP INDEX CONCURRENTLY a CASCADE",
                "REINDEX TABLE CONCURRENTLY a b",
                "VACUUM $1",
                "DO $$ BEGIN ROLLBACK; END $$",
            })
    void isRefusedWithItsLine(String sql) {
        assertThatThrownBy(() -> adapt("-- first\n" + sql))
                .isInstanceOf(InvalidMigrationException.class)
                .hasMessageContaining("m.sql:2");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                    CREATE INDEX CONCURRENTLY x ON t (a)              | CREATE INDEX CONCURRENTLY x ON "T 1".t (a)
                    CREATE INDEX CONCURRENTLY "On" ON ONLY Public . "T" (a) | CREATE INDEX CONCURRENTLY "On" ON ONLY "T 1" . "T" (a)
                    CREATE INDEX CONCURRENTLY x ON t (public.f(a), b public.gin_trgm_ops) WHERE a <> 'public.t' | CREATE INDEX CONCURRENTLY x ON "T 1".t ("T 1".f(a), b "ext".gin_trgm_ops) WHERE a <> 'public.t'
                    DROP INDEX CONCURRENTLY IF EXISTS x RESTRICT      | DROP INDEX CONCURRENTLY IF EXISTS "T 1".x RESTRICT
                    DROP INDEX CONCURRENTLY U&"\\0070ublic"."x.y"     | DROP INDEX CONCURRENTLY "T 1"."x.y"
                    REINDEX (VERBOSE) SCHEMA CONCURRENTLY public      | REINDEX (VERBOSE) SCHEMA CONCURRENTLY "T 1"
                    REINDEX SCHEMA public                             | REINDEX SCHEMA "T 1"
                    REINDEX TABLE CONCURRENTLY d.public.t             | REINDEX TABLE CONCURRENTLY d."T 1".t
                    ALTER TABLE ONLY public.p * DETACH PARTITION q CONCURRENTLY | ALTER TABLE ONLY "T 1".p * DETACH PARTITION "T 1".q CONCURRENTLY
                    VACUUM FULL /* a */ t, ONLY public.u (a, b), v    | VACUUM FULL /* a */ "T 1".t, ONLY "T 1".u (a, b), "T 1".v
                    DO $$ BEGIN DELETE FROM public.t; COMMIT; END $$  | DO $$ BEGIN DELETE FROM "T 1".t; COMMIT; END $$
                    """)
    void eachNameIsWrittenOutInFull(String sql, String expected) {
        assertThat(adapted(sql)).isEqualTo(expected);
    }

    @Test
    void codeAndReindexingMayStandInAFileThatSaysSo() {
        assertThat(adapted("""
                /* licence */
                -- tenant-migrator: no-transaction lock_timeout=5s statement_timeout=0
                CLUSTER t USING x; CLUSTER x ON public.t; REINDEX TABLE t; CALL public.p(); VACUUM t"""))
                .isEqualTo("CLUSTER \"T 1\".t USING x;CLUSTER x ON \"T 1\".t;REINDEX TABLE \"T 1\".t;"
                        + "CALL \"T 1\".p();VACUUM \"T 1\".t");
        assertThat(ScriptDirective.read(MigrationScript.of(
                                "m.sql", "-- tenant-migrator: lock_timeout=5s  statement_timeout=0\nSELECT 1"))
                        .timeouts())
                .isEqualTo(Map.of("lock_timeout", "5s", "statement_timeout", "0"));
    }

    @Test
    void aFileThatNeedsNoDeclarationMustNotHaveOne() {
        assertThatThrownBy(() -> adapt("-- tenant-migrator: no-transaction\nSELECT 1"))
                .hasMessageContaining("m.sql:2");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\n-- tenant-migrator: no-transactions\nSELECT 1",
                "\n-- tenant-migrator: lock_timeout='5s'\nSELECT 1",
                "\n-- tenant-migrator:\nSELECT 1",
                "SELECT 1;\n-- tenant-migrator: no-transaction\n",
                "-- tenant-migrator: no-transaction\n-- tenant-migrator: no-transaction\nSELECT 1",
            })
    void aCommentThatIsNotUnderstoodIsRefused(String sql) {
        assertThatThrownBy(() -> ScriptDirective.read(MigrationScript.of("m.sql", sql)))
                .isInstanceOf(InvalidMigrationException.class)
                .hasMessageContaining("m.sql:2");
    }

    /** PostgreSQL's answer in a transaction, which is rolled back. */
    private String stateInTransaction(String sql) throws SQLException {
        try (Connection connection = database.rawDataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.setEscapeProcessing(false);
            for (String setUp : List.of(
                    "CREATE TABLE t (a int)",
                    "CREATE INDEX ti ON t (a)",
                    "CREATE TABLE p (a int) PARTITION BY LIST (a)",
                    "CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1)",
                    "CREATE INDEX pi ON p (a)",
                    "CREATE MATERIALIZED VIEW mv AS SELECT 1 AS a",
                    "CREATE UNIQUE INDEX mvi ON mv (a)",
                    "CREATE TYPE en AS ENUM ('a')",
                    "CREATE PROCEDURE quiet() LANGUAGE plpgsql AS 'BEGIN END'",
                    "CREATE PROCEDURE commits() LANGUAGE plpgsql AS 'BEGIN COMMIT; END'")) {
                statement.execute(setUp);
            }
            try {
                statement.execute("BEGIN");
                statement.execute(sql);
                return "00000";
            } catch (SQLException e) {
                return e.getSQLState();
            } finally {
                statement.execute("ROLLBACK");
                statement.execute("DROP SCHEMA public CASCADE");
                statement.execute("CREATE SCHEMA public");
            }
        }
    }
}
