package dev.tenantmigrator.internal.sql.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenantmigrator.MigrationScript;
import dev.tenantmigrator.SharedObjects;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Queries of types that name no schema read the tenant's. */
class TypeCatalogsTest {

    private static final String MARK = "::pg_catalog.regnamespace";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT 1 FROM pg_type WHERE typname = 'mood'",
                "SELECT 1 FROM pg_catalog.pg_type AS t WHERE t.typname = 'mood'",
                "SELECT 1 FROM x, PG_ENUM e WHERE e.enumlabel = 'a'",
                "SELECT 1 FROM a JOIN \"pg_enum\" ON true",
                "DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_type WHERE typname = 'mood') THEN SELECT 1; END IF; END $$",
                "DO 'BEGIN PERFORM 1 FROM pg_type; END'",
                "DO $$ BEGIN EXECUTE 'SELECT 1 FROM pg_type'; END $$",
            })
    void areRestricted(String sql) {
        assertThat(adapted(sql)).contains("\"t1\"").contains(MARK);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                // Names a schema.
                "SELECT 1 FROM pg_type WHERE typname = 'mood' AND typnamespace = x::regnamespace",
                "SELECT 1 FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace WHERE nspname = 'x'",
                "SELECT 1 FROM pg_type WHERE pg_type_is_visible(oid)",
                // Is no query of the catalog.
                "SELECT pg_type.oid FROM x.y AS pg_type",
                "SELECT pg_type, pg_enum FROM t",
                "SELECT 1 FROM audit.pg_type",
                "SELECT 1 FROM pg_type(1)",
                "DELETE FROM pg_enum WHERE enumlabel = 'a'",
                "UPDATE pg_enum SET enumlabel = 'b'",
                // Runs later, in the application.
                "CREATE VIEW v AS SELECT typname FROM pg_type",
                "CREATE FUNCTION f() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM pg_type'",
            })
    void areLeftAsTheyAre(String sql) {
        assertThat(adapted(sql)).isEqualTo(sql);
    }

    @Test
    void readSharedTypesToo() {
        assertThat(adapted("SELECT 1 FROM pg_type")).contains("typname IN ('users')");
    }

    private static String adapted(String sql) {
        SharedObjects shared = new SharedObjects("public", Set.of("users"), Map.of(), Set.of("audit", "x"));
        return new PublicSchemaAdapter()
                .adaptForCreation(List.of(MigrationScript.of("1", sql)), shared)
                .get(0)
                .statements("t1")
                .get(0)
                .sql();
    }
}
