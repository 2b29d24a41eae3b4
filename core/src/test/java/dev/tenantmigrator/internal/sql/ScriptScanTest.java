package dev.tenantmigrator.internal.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenantmigrator.InvalidMigrationException;
import dev.tenantmigrator.ScriptFile;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ScriptScanTest {

    @Test
    void listsTheExtensionsInOrder() {
        String sql = """
                CREATE EXTENSION IF NOT EXISTS "uuid-ossp" WITH SCHEMA public;
                create extension CITEXT cascade; CREATE EXTENSION x WITH SCHEMA "Other" VERSION '1.1' CASCADE;
                -- CREATE EXTENSION a;
                SELECT 'CREATE EXTENSION b'; CREATE EXTENSION
                """;

        assertThat(ScriptScan.extensions(script(sql)))
                .containsExactly(
                        new ExtensionRequest("uuid-ossp", Optional.of("public"), Optional.empty()),
                        ExtensionRequest.of("citext"),
                        new ExtensionRequest("x", Optional.of("Other"), Optional.of("1.1")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT pg_catalog.SET_CONFIG('search_path', '', false)",
                "SELECT 'call set_config'",
                "DO $$ BEGIN set x = 1; END $$",
                "DO 'BEGIN SET x = 1; END'",
                "DO $$ BEGIN EXECUTE 'reset x'; END $$",
                "CREATE FUNCTION f() RETURNS void LANGUAGE sql AS $$ SET x = 1 $$",
                "SELECT 1; RESET x",
            })
    void seesWhatMayChangeASetting(String sql) {
        assertThat(ScriptScan.mayChangeSettings(script(sql))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SET x = 1; SET LOCAL y = 2",
                "UPDATE t SET a = 'set'",
                "DO $$ BEGIN PERFORM offset, my_set; END $$",
                "CREATE FUNCTION f() RETURNS int LANGUAGE sql SET x = 1 AS 'SELECT 1'",
                "INSERT INTO t VALUES ($$ set x $$)",
            })
    void seesThatNothingChangesASetting(String sql) {
        assertThat(ScriptScan.mayChangeSettings(script(sql))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SET app.user = 'x'",
                "SET LOCAL \"app\".\"user\" TO 'x'",
                "SET /* whose */ app . user = 'x'",
                "DO $$ BEGIN EXECUTE 'SET SESSION app.user TO x'; END $$",
                "SELECT set_config('app.user', 'x', false)",
            })
    void seesTheSettingsOfAnApplication(String sql) {
        assertThat(ScriptScan.ownSettings(script(sql))).containsExactly("app.user");
    }

    @ParameterizedTest
    @ValueSource(strings = {"SET search_path TO app", "UPDATE app.t SET a = 1", "SET lock_timeout = '1.5s'"})
    void aSettingOfPostgresIsNoneOfAnApplication(String sql) {
        assertThat(ScriptScan.ownSettings(script(sql))).isEmpty();
    }

    @Test
    void refusesWhatItCannotRead() {
        assertThatThrownBy(() -> ScriptScan.extensions(script("'"))).isInstanceOf(InvalidMigrationException.class);
    }

    private static ScriptFile script(String sql) {
        return ScriptFile.of("m.sql", sql);
    }
}
