package dev.tenantmigrator.internal.sql.rules;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenantmigrator.MigrationScript;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SettingRulesTest {

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
        assertThat(SettingRules.mayChangeSettings(script(sql))).isTrue();
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
        assertThat(SettingRules.mayChangeSettings(script(sql))).isFalse();
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
        assertThat(SettingRules.ownSettings(script(sql))).containsExactly("app.user");
    }

    @ParameterizedTest
    @ValueSource(strings = {"SET search_path TO app", "UPDATE app.t SET a = 1", "SET lock_timeout = '1.5s'"})
    void aSettingOfPostgresIsNoneOfAnApplication(String sql) {
        assertThat(SettingRules.ownSettings(script(sql))).isEmpty();
    }

    private static MigrationScript script(String sql) {
        return MigrationScript.of("m.sql", sql);
    }
}
