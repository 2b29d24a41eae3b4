package dev.tenantmigrator;

import static dev.tenantmigrator.CopyTest.T;
import static dev.tenantmigrator.CopyTest.numbers;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.tenantmigrator.report.Failure;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** {@code COPY} that does not run as {@code INSERT}: refused with its line, by its text or by its table. */
@PostgresTest
// Tabs and line ends are what the tests are about.
@SuppressWarnings("StringConcatToTextBlock")
class CopyRefusedTest {

    private final TestDatabase database;

    CopyRefusedTest(TestDatabase database) {
        this.database = database;
    }

    @AfterEach
    void dropAll() {
        Samples.dropAll(database);
    }

    /** The message, and the line on which the script is refused. */
    static Stream<Arguments> unreadable() {
        return Stream.of(
                arguments("COPY t FROM stdin CSV;\n\"a\n\\.\n", "CSV", 2),
                arguments("SELECT 1;\nCOPY t FROM stdin WITH (FORMAT csv, HEADER);\n'\n\\.\n", "text format", 3),
                arguments("COPY t FROM stdin (FORMAT 'csv');\n\\.\n", "CSV", 2),
                arguments("COPY BINARY t FROM stdin;\n\\.\n", "binary", 2),
                arguments("COPY t FROM stdin WITH BINARY;\n\\.\n", "binary", 2),
                arguments("COPY t FROM stdin (FORMAT binary);\n\\.\n", "binary", 2),
                arguments("COPY t FROM stdin (FORMAT 'Text');\n\\.\n", "format", 2),
                arguments("COPY t FROM stdin WHERE a > 'x';\n\\.\n", "WHERE", 2),
                arguments("COPY t FROM stdin (NULL '') WHERE a > 'x';\n\\.\n", "WHERE", 2),
                arguments("COPY t FROM stdin (ON_ERROR ignore);\n\\.\n", "ON_ERROR", 2),
                arguments("COPY t FROM stdin (REJECT_LIMIT 3);\n\\.\n", "reject_limit", 2),
                arguments("COPY t FROM stdin (QUOTE '\"');\n\\.\n", "quote", 2),
                arguments("COPY t FROM stdin (ENCODING 'LATIN1');\n\\.\n", "UTF-8", 2),
                arguments("COPY t FROM stdin ENCODING 'SQL_ASCII';\n\\.\n", "UTF-8", 2),
                arguments("COPY t FROM stdin (DELIMITER 'xy');\n\\.\n", "delimiter", 2),
                arguments("COPY t FROM stdin (DELIMITER 'a');\n\\.\n", "delimiter", 2),
                arguments("COPY t FROM stdin (DELIMITER 'ä');\n\\.\n", "delimiter", 2),
                arguments("COPY t FROM stdin (DELIMITER ',', NULL 'a,b');\n\\.\n", "markers", 2),
                arguments("COPY t FROM stdin (DEFAULT '\\N');\n\\.\n", "markers", 2),
                arguments("COPY t FROM stdin (HEADER 7);\n\\.\n", "HEADER", 2),
                arguments("COPY t (a, b) FROM stdin (HEADER match);\nb\ta\n\\.\n", "header", 3),
                arguments("COPY t FROM stdin (HEADER match);\na\tb\n\\.\n", "HEADER MATCH", 3),
                arguments("COPY t FROM stdin (nonsense 'x';\n\\.\n", "parenthesis", 2),
                arguments("COPY t FROM stdin (nonsense);\n\\.\n", "nonsense", 2),
                arguments("COPY t FROM stdin nonsense;\n\\.\n", "nonsense", 2),
                arguments("COPY t FROM stdin; SELECT 1;\n1\t2\n\\.\n", "next line", 2),
                arguments("COPY t FROM stdin; /* a\n*/\n1\t2\n\\.\n", "next line", 2),
                arguments("COPY t FROM stdin;\n1\t2\n3\n\\.\n", "1 value where 2", 4),
                arguments("COPY t FROM stdin;\n1\t2\n3\t4\t5\n\\.\n", "3 values where 2", 4),
                arguments("COPY t (a, b) FROM stdin;\n1\\\n2\n\\.\n", "1 value where 2", 3),
                arguments("COPY t FROM stdin;\n1\t2\n\n\\.\n", "1 value where 2", 4),
                arguments("COPY t FROM stdin;\n1\t2\nINSERT INTO t VALUES (1);\n", "end the data", 4),
                arguments("COPY t FROM stdin;\n1\ta\\.b\n\\.\n", "alone on its line", 3),
                arguments("COPY t FROM stdin;\n1\ta\\.\n\\.\n", "alone on its line", 3),
                arguments("COPY t FROM stdin;\n\\. \n", "alone on its line", 3),
                arguments("COPY t FROM stdin;\n1\ta\\\n\\.\n", "backslash", 3),
                arguments("COPY t FROM stdin;\n1\ta\\", "backslash", 3),
                arguments("COPY t FROM stdin;\n1\ta\rb\n\\.\n", "carriage return", 3),
                arguments("COPY t FROM stdin;\n1\ta\n2\t\\0\n\\.\n", "NUL", 4),
                arguments("COPY t FROM stdin;\n1\ta\n2\t\\xe4\n\\.\n", "UTF-8", 4),
                arguments("COPY t FROM stdin;\n1\ta\n2\t\\xe4ä\n\\.\n", "UTF-8", 4),
                arguments("COPY t FROM stdin (DEFAULT 'D');\n1\tD\n\\.\n", "list of columns", 3),
                arguments("SELECT 1;\n\\.\n", "ends the data of COPY", 3),
                arguments("COPY t FROM stdin;\n\\.\n\\.\n", "ends the data of COPY", 4),
                arguments("COPY \"\" FROM stdin;\n\\.\n", "is empty", 2),
                arguments("COPY t (U&\"\\0000\") FROM stdin;\n\\.\n", "cannot be read", 2),
                arguments("COPY t (a.b) FROM stdin;\n\\.\n", "cannot be read", 2),
                arguments("COPY t ( ) FROM stdin;\n\\.\n", "cannot be read", 2),
                arguments("COPY t (a)) FROM stdin;\n\\.\n", "cannot be read", 2),
                arguments("COPY 't' FROM stdin;\n\\.\n", "cannot be read", 2),
                arguments("COPY FROM stdin;\n'\n\\.\n", "cannot be read", 2),
                arguments("COPY t a FROM stdin;\n'\n\\.\n", "cannot be read", 2),
                arguments("COPY t TO stdout;", "nobody", 2),
                arguments("COPY (SELECT 1) TO STDOUT;", "nobody", 2),
                arguments("COPY t TO stdin WITH CSV;", "nobody", 2),
                arguments("COPY other.t FROM stdin;\n\\.\n", "other", 2));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("unreadable")
    void isRefusedBeforeAnythingRuns(String copy, String reason, int line) {
        Migration migration = Migration.of("1_t", "CREATE TABLE t (a text, b text);\n" + copy);

        Throwable refused = catchThrowable(() -> Samples.create(database, "anna", migration));

        assertThat(refused).isInstanceOf(InvalidMigrationException.class).hasMessageContaining(reason);
        assertThat(String.valueOf(refused.getMessage())).contains("1_t/migration.sql:" + line);
    }

    private static final String FUNCTION =
            "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';\n";

    private static final String ONE_ROW = "COPY t FROM stdin;\n1\t2\n\\.\n";

    private static final String MANY_ROWS = "COPY t FROM stdin;\n" + numbers(1, 1001, i -> i + "\tx") + "\\.\n";

    /** Targets that INSERT treats otherwise. */
    static Stream<Arguments> targets() {
        String statementTrigger = FUNCTION + "CREATE TRIGGER s %s INSERT ON t EXECUTE FUNCTION f();\n";
        String afterRow = FUNCTION + "CREATE TRIGGER s AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION f();\n";
        String rule = "CREATE RULE r AS ON INSERT TO t DO ALSO SELECT 1;\n";
        return Stream.of(
                arguments("CREATE TABLE u (a text, b text); CREATE VIEW t AS TABLE u;\n" + ONE_ROW, "loads a table"),
                arguments(
                        "CREATE TABLE u (a text, b text); CREATE VIEW t AS TABLE u;\n" + FUNCTION
                                + "CREATE TRIGGER i INSTEAD OF INSERT ON t FOR EACH ROW EXECUTE FUNCTION f();\n"
                                + ONE_ROW,
                        "loads a table"),
                arguments("CREATE MATERIALIZED VIEW t AS SELECT 1 a, 2 b;\n" + ONE_ROW, "loads a table"),
                arguments("CREATE SEQUENCE t;\nCOPY public.t FROM stdin;\n\\.\n", "loads a table"),
                arguments(T + rule + ONE_ROW, "rules"),
                arguments(
                        T + "CREATE RULE r AS ON INSERT TO t DO INSTEAD NOTHING;\nCOPY t (a) FROM stdin;\n1\n\\.\n",
                        "rules"),
                arguments(T + rule + "ALTER TABLE t DISABLE RULE r;\n" + ONE_ROW, ""),
                arguments(T + "CREATE RULE r AS ON UPDATE TO t DO ALSO SELECT 1;\n" + ONE_ROW, ""),
                arguments(
                        T + "ALTER TABLE t ENABLE ROW LEVEL SECURITY; ALTER TABLE t FORCE ROW LEVEL SECURITY;\n"
                                + ONE_ROW,
                        "row security"),
                arguments(T + "ALTER TABLE t ENABLE ROW LEVEL SECURITY;\n" + ONE_ROW, ""),
                arguments(T + statementTrigger.formatted("AFTER") + ONE_ROW, "once for a statement"),
                arguments(T + statementTrigger.formatted("BEFORE") + ONE_ROW, "once for a statement"),
                arguments(T + statementTrigger.formatted("BEFORE UPDATE OR") + ONE_ROW, "once for a statement"),
                arguments(T + statementTrigger.formatted("AFTER").replace("INSERT", "UPDATE") + ONE_ROW, ""),
                arguments(T + statementTrigger.formatted("AFTER") + "ALTER TABLE t DISABLE TRIGGER s;\n" + ONE_ROW, ""),
                arguments(T + afterRow + ONE_ROW, ""),
                arguments(T + afterRow + MANY_ROWS, "after all rows"),
                arguments(T + afterRow.replace("AFTER", "BEFORE") + MANY_ROWS, ""),
                arguments(
                        T
                                + afterRow.replace("CREATE TRIGGER", "CREATE CONSTRAINT TRIGGER")
                                        .replace("FOR EACH", "DEFERRABLE INITIALLY DEFERRED FOR EACH")
                                + MANY_ROWS,
                        ""),
                arguments(
                        "CREATE TABLE t (a text, b text) PARTITION BY LIST (b); CREATE TABLE p PARTITION OF t DEFAULT;\n"
                                + afterRow.replace("ON t", "ON p") + MANY_ROWS,
                        "after all rows"),
                arguments("CREATE TABLE t (a int);\n" + ONE_ROW, "2 values"),
                arguments("CREATE TABLE t ();\nCOPY t FROM stdin;\n\n\\.\n", "1 value,"),
                arguments("CREATE TABLE t (a int, b int, c int);\n" + ONE_ROW, "name the columns"),
                arguments(
                        "CREATE TABLE t (a int, g int GENERATED ALWAYS AS (a) STORED, b int);\n" + ONE_ROW,
                        "generated column"),
                arguments(
                        "CREATE TABLE t (a interval minute[], b int);\nCOPY t FROM stdin;\n{90}\t1\n\\.\n",
                        "intervals"),
                arguments(
                        "CREATE DOMAIN d AS interval minute[]; CREATE TABLE t (a d);\nCOPY t FROM stdin;\n{90}\n\\.\n",
                        "intervals"),
                arguments(
                        "CREATE DOMAIN c AS interval minute[]; CREATE DOMAIN d AS c NOT NULL; CREATE DOMAIN e AS d;"
                                + " CREATE TABLE t (a int, b e);\nCOPY t FROM stdin;\n1\t{90}\n\\.\n",
                        "intervals"),
                arguments(
                        "CREATE TABLE t (a int, b int);\nCOPY t (a, b) FROM stdin (DEFAULT '-');\n1\t-\n\\.\n",
                        "default of a column"),
                arguments("COPY t FROM stdin;\n1\n\\.\n", "does not exist"),
                arguments("COPY public.t FROM stdin;\n\\.\n", "does not exist"),
                arguments(T + "COPY t (a, nosuch) FROM stdin;\n\\.\n", "nosuch"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("targets")
    void aTargetThatInsertTreatsOtherwiseIsRefusedAtTheCopy(String script, String reason) {
        int line = 1
                + (int) script.substring(0, script.indexOf("COPY "))
                        .chars()
                        .filter(c -> c == '\n')
                        .count();
        Migration migration = Migration.of("2_t", script);
        String tenant = Samples.create(database, "anna", Migration.of("1", "SELECT 1"));
        TenantMigrator migrator = Samples.with(database, Migration.of("1", "SELECT 1"), migration);

        var report = migrator.deploy(Tenants.named(tenant));
        Throwable created = catchThrowable(() -> Samples.create(database, "bob", migration));

        if (reason.isEmpty()) {
            report.throwIfFailed();
            assertThat(created).isNull();
            return;
        }
        Failure failure = report.failed().get(0).failure();
        assertThat(failure.message()).contains(reason).doesNotContain("invalid input syntax");
        assertThat(failure.line()).as(failure.toString()).hasValue(line);
        assertThat(created).hasMessageContaining(reason).hasMessageContaining("migration.sql:" + line);
    }
}
