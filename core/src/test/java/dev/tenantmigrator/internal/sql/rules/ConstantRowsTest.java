package dev.tenantmigrator.internal.sql.rules;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenantmigrator.SqlStatement;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Constants of an {@code INSERT} say nothing about its effects; everything else does. */
class ConstantRowsTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "INSERT INTO t VALUES ('execute', NULL), (E'query_to_xml(\\'', DEFAULT), ($$set_config(x$$, 1)",
                "INSERT INTO t (a, \"values\") OVERRIDING SYSTEM VALUE VALUES /* rows */ ('pg_temp', TRUE)",
                "INSERT INTO t VALUES ('do it in any language')",
            })
    void constantsAreLeftOut(String sql) {
        assertThat(effects(sql).plain()).isTrue();
        assertThat(effects(sql).unseenSettings()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "INSERT INTO t VALUES (query_to_xml('SELECT 1', true, true, ''))",
                "INSERT INTO t VALUES ('a'), ((SELECT ts_stat('SELECT 1')))",
                "INSERT INTO t VALUES ('a') RETURNING query_to_xml('SELECT 1', true, true, '')",
                "INSERT INTO t VALUES ('a') ON CONFLICT (a) DO UPDATE SET a = set_config('x' || 'y', 'z', false)",
                "INSERT INTO pg_temp.t VALUES ('a')",
                "INSERT INTO t SELECT crosstab('VALUES (1)')",
                "WITH w AS (SELECT dblink('x')) INSERT INTO t VALUES ('a')",
            })
    void codeIsNot(String sql) {
        assertThat(effects(sql).plain()).isFalse();
    }

    private static ExpectedEffects effects(String sql) {
        return ExpectedEffects.of(List.of(new SqlStatement(sql, 1)));
    }
}
