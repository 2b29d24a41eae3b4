package dev.tenantmigrator.internal.sql.lex;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SplitterTest {

    @Test
    void endsStatementsAtSemicolonsAndDropsEmptyOnes() throws Exception {
        assertThat(split(" ;; -- a;\n ; SELECT 1 ;\n/* b; */ SELECT ';' -- c\n ; ; SELECT 2 -- d"))
                .containsExactly("2: SELECT 1", "3: SELECT ';'", "4: SELECT 2");
    }

    @Test
    void hasNoStatementInWhiteSpaceAndComments() throws Exception {
        assertThat(split("")).isEmpty();
        assertThat(split(" -- a\n/* b; */;")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "CREATE RULE r AS ON INSERT TO t DO ALSO (DELETE FROM a; DELETE FROM b)",
                "CREATE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT 1; SELECT 2; END",
                "create or replace procedure f() begin /* c */ atomic select 1; end",
                "CREATE FUNCTION f(a int) RETURNS int BEGIN ATOMIC SELECT CASE WHEN a > 1 THEN CASE a WHEN 2 THEN 3 END END; END",
                "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1 AS end; SELECT x.end, 2 AS case FROM x; END",
                "CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN NULL; END $$",
                "DO $$ BEGIN PERFORM 1; END $$",
                "SELECT 'a;', \";\", $x$;$x$, E'\\';' /* ; */ + 1",
            })
    void keepsAStatementWhole(String statement) throws Exception {
        assertThat(split(statement + ";\nSELECT 1")).containsExactly("1: " + statement, "2: SELECT 1");
    }

    @Test
    void knowsBeginAtomicInRoutinesOnly() throws Exception {
        assertThat(split("SELECT 1 AS begin, 2 atomic; BEGIN ATOMIC; SELECT 2"))
                .containsExactly("1: SELECT 1 AS begin, 2 atomic", "1: BEGIN ATOMIC", "1: SELECT 2");
    }

    @Test
    void whatIsStillOpenAtTheEndIsRefused() throws Exception {
        assertThat(split("SELECT 1); SELECT 2")).containsExactly("1: SELECT 1)", "1: SELECT 2");
        assertThatThrownBy(() -> split("SELECT 1;\nCREATE TABLE a (x int; DROP TABLE b;"))
                .isInstanceOfSatisfying(
                        UnreadableSqlException.class, e -> assertThat(e.line()).isEqualTo(2))
                .hasMessageContaining("parenthesis");
        assertThatThrownBy(() -> split("CREATE FUNCTION f() RETURNS int\nBEGIN ATOMIC SELECT 1;"))
                .isInstanceOfSatisfying(
                        UnreadableSqlException.class, e -> assertThat(e.line()).isEqualTo(2))
                .hasMessageContaining("no END");
    }

    @Test
    void aBodyEndsAtItsOwnEndOnly() throws Exception {
        assertThat(split("CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1 case; END; COMMIT"))
                .hasSize(2);
        assertThat(split("CREATE FUNCTION f(begin atomic) RETURNS int LANGUAGE sql AS 'SELECT 1'; COMMIT"))
                .hasSize(2);
        assertThat(split("CREATE FUNCTION f() RETURNS int BEGIN ATOMIC END; COMMIT"))
                .hasSize(2);
    }

    private static List<String> split(String sql) throws UnreadableSqlException {
        return Splitter.split(Lexer.lex(sql)).stream()
                .map(statement -> statement.line() + ": " + sql.substring(statement.start(), statement.end()))
                .toList();
    }
}
