package dev.tenantmigrator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.tenantmigrator.internal.sql.Sql;
import dev.tenantmigrator.internal.sql.rules.ExpectedEffects;
import dev.tenantmigrator.report.Failure;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** {@code COPY … FROM stdin} in migrations, beside PostgreSQL's own. */
@PostgresTest
// Tabs and line ends are what the tests are about.
@SuppressWarnings("StringConcatToTextBlock")
class CopyTest {

    private static final String T = "CREATE TABLE t (a text, b text);\n";

    private final TestDatabase database;
    private CopyReference reference;

    CopyTest(TestDatabase database) {
        this.database = database;
    }

    @BeforeEach
    void connect() throws SQLException {
        reference = new CopyReference(database);
    }

    @AfterEach
    void dropAll() throws SQLException {
        TenantMigrator migrator = Samples.with(database, Samples.MEMBERS);
        migrator.tenants().forEach(schema -> migrator.dropTenant(schema));
        reference.close();
    }

    /** Scripts, each of which fills a table t. */
    static Stream<String> scripts() {
        return Stream.of(
                T + "COPY t FROM stdin;\n1\t2\n\\.\n",
                T + "copy t from stdin ; -- data follows\n1\t2\n\\.\n",
                T + "COPY t FROM STDOUT; /* data */\n1\t2\n\\.",
                T + "COPY\n  t (b,\n a)\nFROM stdin\n;\n1\t2\n3\t4\n\\.\nINSERT INTO t VALUES ('5', '6');",
                T + "COPY t FROM stdin;\n1\t2",
                T + "COPY t FROM stdin;\n1\t2\n",
                T + "COPY t FROM stdin;",
                T + "COPY t FROM stdin",
                T + "COPY t FROM stdin;\n\\.\nCOPY t (a) FROM stdin;\n\\.\nCOPY t (a) FROM stdin;\n\n\n\\.\n",
                T + "COPY t (a) FROM stdin;\nan ' and a \" and $$ and /* and -- and ; and $x$\n\\restrict x\n\\.\n",
                T + "COPY t (a) FROM stdin;\nDROP TABLE t;\nBEGIN; COMMIT;\n-- tenant-migrator: nonsense\n\\.\n",
                T + "COPY t (a) FROM stdin;\nSET standard_conforming_strings = off\nSET a.b = 1\nEXECUTE 'x'\n\\.\n",
                T + "COPY t (a) FROM stdin;\npublic.t\n'public'\n\"public\".t\n{fn x}\n?\n:a\n$1\n\\.\n",
                T + "COPY t FROM stdin;\n\\b\\f\\n\\r\\t\\v\\q\\\\\\'\t\\101\\1\\12\\0611\\x41\\x4\\xg\\x\n\\.\n",
                T + "COPY t FROM stdin;\na\\\nb\\\n\\\nc\t\\\n\n1\t2\n\\.\n",
                T + "COPY t (a) FROM stdin;\n\\303\\244\\xe2\\x82\\xac\\xF0\\x9F\\230\\x80 ä€😀\n\\.\n",
                T + "COPY t FROM stdin;\n\\N\t\\N\n\\\\N\tx\\N\n\t\nNULL\tnull\n\\N \t \\N\n\\.\n",
                T + "COPY t FROM stdin (DELIMITER '|');\na\\|b|c\td\n\\N|\\\\\n\\.\n",
                T + "COPY t FROM stdin (DELIMITER E'\\x01', NULL '');\n\u0001\\N\n\\\u0001x\u0001\n\\.\n",
                T + "COPY t FROM stdin (NULL 'n');\nn\t\\N\n\\n\tnn\n\\.\n",
                T
                        + "COPY t FROM stdin (FORMAT 'text', NULL $$\\n$$, FREEZE false, ENCODING 'UTF-8');\n\\n\tx\\n\n\\.\n",
                T + "COPY t FROM stdin (FORMAT text, HEADER);\na\tb\n1\t2\n\\.\n",
                T + "COPY t (b, a) FROM stdin WITH (HEADER match, DELIMITER ',');\nb,a\n1,2\n\\.\n",
                T + "COPY t FROM stdin (HEADER off);\na\tb\n\\.\n",
                T + "COPY t FROM stdin (HEADER);\n\\.\n",
                T + "COPY t (a, b) FROM stdin WITH NULL AS '' DELIMITER AS ',';\n,x\n\\N,\n\\.\n",
                T + "COPY t FROM stdin USING DELIMITERS ';' WITH NULL 'x';\n1;x\n\\.\n",
                T + "COPY t FROM stdin DELIMITER '%' NULL '-' ENCODING 'utf8';\n-%\n\\.\n",
                T + "COPY public.t FROM stdin;\n1\t2\n\\.\nCOPY \"public\" . \"t\"(\"a\") FROM stdin;\n1\n\\.\n",
                "CREATE TABLE \"T\"\"' 1\" (\"A\"\"'b\" int, \"select\" text);\n"
                        + "COPY public.\"T\"\"' 1\" (\"select\", \"A\"\"'b\") FROM stdin;\nx\t1\n\\.\n"
                        + "CREATE TABLE t AS TABLE \"T\"\"' 1\"",
                "CREATE TABLE u (a int); CREATE TABLE t (b int);\nCOPY u FROM stdin;\n1\n\\.\n"
                        + "INSERT INTO t SELECT a + 1 FROM u;\nCOPY t FROM stdin;\n5\n\\.\nDROP TABLE u;",
                "CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY, b int GENERATED BY DEFAULT AS IDENTITY, c serial, d text);\n"
                        + "COPY t (id, b, c, d) FROM stdin;\n7\t8\t9\tx\n\\.\nCOPY t (d) FROM stdin;\ny\nz\n\\.\n"
                        + "COPY t FROM stdin;\n70\t80\t90\tx\n\\.\nSELECT setval('t_id_seq', 100);\nCOPY t (d) FROM stdin;\n\\N\n\\.\n",
                "CREATE TABLE t (a int, g int GENERATED ALWAYS AS (a * 2) STORED, b int DEFAULT 5, c text DEFAULT 'd');\n"
                        + "COPY t (a) FROM stdin;\n1\n2\n\\.\nCOPY t (b, a) FROM stdin;\n\\N\t3\n\\.\n",
                "CREATE TABLE t (a int, b int, g int GENERATED ALWAYS AS (a * 2) STORED, h int GENERATED ALWAYS AS (b) STORED);\n"
                        + "COPY t FROM stdin;\n1\t2\n\\.\n",
                "CREATE TABLE t (a int, x int, b int);\nALTER TABLE t DROP COLUMN x;\nCOPY t FROM stdin;\n1\t2\n\\.\n",
                "CREATE TABLE t ();\nCOPY t FROM stdin;\n\\.\n",
                "CREATE TABLE t (a int) PARTITION BY RANGE (a); CREATE TABLE t1 PARTITION OF t FOR VALUES FROM (0) TO (9);\n"
                        + "CREATE TABLE t2 PARTITION OF t DEFAULT;\nCOPY t FROM stdin;\n1\n10\n2\n\\.\n",
                "CREATE TABLE t (a text, b text);\nCREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS"
                        + " 'BEGIN IF NEW.a = ''skip'' THEN RETURN NULL; END IF; NEW.b = NEW.a || (SELECT count(*) FROM t); RETURN NEW; END';\n"
                        + "CREATE TRIGGER f BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f();\n"
                        + "COPY t FROM stdin;\na\t\\N\nskip\t\\N\nb\t\\N\n\\.\n",
                "CREATE TABLE t (a int, n bigint);\nCREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS"
                        + " 'BEGIN UPDATE t SET n = (SELECT count(*) FROM t) WHERE a = NEW.a; RETURN NULL; END';\n"
                        + "CREATE TRIGGER f AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION f();\n"
                        + "COPY t FROM stdin;\n1\t0\n2\t0\n3\t0\n\\.\n",
                "CREATE TABLE t (id int PRIMARY KEY, parent int REFERENCES t, u int UNIQUE DEFERRABLE INITIALLY DEFERRED);\n"
                        + "COPY t FROM stdin;\n1\t3\t1\n2\t1\t2\n3\t\\N\t3\n\\.\n",
                "CREATE TABLE t (id int PRIMARY KEY, parent int REFERENCES t DEFERRABLE INITIALLY DEFERRED);\n"
                        + "COPY t FROM stdin;\n" + numbers(1, 2500, i -> i + "\t" + (2501 - i)) + "\\.\n",
                T + "COPY t FROM stdin;\n" + numbers(1, 2500, i -> i + "\tx" + i) + "\\.\n",
                T + "COPY t FROM stdin;\n" + numbers(1, 8, i -> i + "\t" + "ä".repeat(700_000)) + "\\.\n");
    }

    private static String numbers(int from, int to, IntFunction<String> row) {
        return IntStream.rangeClosed(from, to)
                .mapToObj(i -> row.apply(i) + "\n")
                .collect(Collectors.joining());
    }

    @ParameterizedTest
    @MethodSource("scripts")
    void aTenantHasTheRowsThatPsqlLoads(String script) throws SQLException {
        reference.run(MigrationScript.of("t", script.replace("public", "reference")));
        List<String> expected = reference.rows("t").stream()
                .map(row -> row.replace("reference", "public"))
                .toList();

        String created = Samples.create(database, "anna", Migration.of("1_t", script));
        String deployed = Samples.create(database, "bob", Migration.of("0", "SELECT 1"));
        Samples.with(database, Migration.of("0", "SELECT 1"), Migration.of("20240901_t", script))
                .deploy(Tenants.named(deployed))
                .throwIfFailed();

        assertThat(rows(created)).isEqualTo(expected);
        assertThat(rows(deployed)).isEqualTo(expected);
    }

    /** Windows line ends, and a byte-order mark. */
    @Test
    void aFileOfWindowsHasTheRowsOfItsUnixForm() throws SQLException {
        String script = T + "COPY t FROM stdin;\na\\r\\n\t1\nb\t2\n\\.\nINSERT INTO t VALUES ('c');\n";
        reference.run(MigrationScript.of("t", script));

        byte[] windows = ("\uFEFF" + script.replace("\n", "\r\n")).getBytes(StandardCharsets.UTF_8);
        Migration migration = new Migration("1_t", new MigrationScript("t.sql", windows), Optional.empty());

        assertThat(rows(Samples.create(database, "anna", migration))).isEqualTo(reference.rows("t"));
        assertThat(migration.up().checksum())
                .isEqualTo(MigrationScript.of("t", script).checksum());
    }

    /** From version 16 on. */
    @Test
    void theMarkerOfADefaultStandsForTheDefault() throws SQLException {
        String script = "CREATE TABLE t (a int GENERATED ALWAYS AS IDENTITY, b text DEFAULT 'x', c text);\n"
                + "COPY t (c, b, a) FROM stdin (DEFAULT '\\D');\n\\N\t\\D\t\\D\n1\tx\\D\t9\n\\.\n";

        assertThat(rows(Samples.create(database, "anna", Migration.of("1_t", script))))
                .containsExactly("(1,x,)", "(9,xD,1)");
        if (database.value("SHOW server_version_num").compareTo("16") >= 0) {
            reference.run(MigrationScript.of("t", script));
            assertThat(reference.rows("t")).containsExactly("(1,x,)", "(9,xD,1)");
        }
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
                arguments("COPY \"\" FROM stdin;\n\\.\n", "cannot be read", 2),
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

    /** A table for which row n is bad, and the row. */
    static Stream<Arguments> badRows() {
        return Stream.of(
                arguments("CREATE TABLE t (a int, b text);", "nonsense\tx", "22P02"),
                arguments("CREATE TABLE t (a int CHECK (a < 1000000), b text);", "1000001\tx", "23514"),
                arguments("CREATE TABLE t (a int, b varchar(9));", "1\t0123456789", "22001"),
                arguments("CREATE TABLE t (a int NOT NULL, b text);", "\\N\tx", "23502"),
                arguments("CREATE TABLE t (a int UNIQUE, b text);", "1\tx", "23505"),
                arguments(
                        "CREATE TABLE u (a int PRIMARY KEY); INSERT INTO u SELECT generate_series(1, 3000);"
                                + " CREATE TABLE t (a int REFERENCES u, b text);",
                        "4000\tx",
                        "23503"),
                arguments(
                        "CREATE TABLE t (a int, b text); CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS"
                                + " 'BEGIN PERFORM 1 / (NEW.a - 5000); RETURN NEW; END'; CREATE TRIGGER f BEFORE INSERT ON t"
                                + " FOR EACH ROW EXECUTE FUNCTION f();",
                        "5000\tx",
                        "22012"));
    }

    @ParameterizedTest
    @MethodSource("badRows")
    void anErrorIsAtTheLineOfItsRow(String table, String row, String sqlState) {
        for (int bad : List.of(1, 17, 1000, 1001, 1517)) {
            if (bad == 1 && sqlState.equals("23505")) {
                continue;
            }
            String rows = numbers(1, 2000, i -> i == bad ? row : i + "\tx\\\nx".replace(i % 7 == 3 ? "" : "\\\nx", ""));
            Migration migration = Migration.of("2_t", table + "\n\nCOPY t\n (a,\n b) FROM stdin;\n" + rows + "\\.\n");
            int continued =
                    (int) IntStream.range(1, bad).filter(i -> i % 7 == 3).count();
            String tenant = Samples.create(database, "anna", Migration.of("1", "SELECT 1"));

            Failure failure = Samples.with(database, Migration.of("1", "SELECT 1"), migration)
                    .deploy(Tenants.named(tenant))
                    .failed()
                    .get(0)
                    .failure();

            assertThat(failure.sqlState()).hasValue(sqlState);
            assertThat(failure.line()).as(failure.toString()).hasValue(5 + bad + continued);
            Throwable created = catchThrowable(() -> Samples.create(database, "bob", migration));
            assertThat(created).hasMessageContaining("migration.sql:" + (5 + bad + continued));
            Samples.with(database, Samples.MEMBERS).dropTenant(tenant);
        }
    }

    @Test
    void aRollbackMayLoadRows() {
        Migration first = Migration.of("1_t", "CREATE TABLE t (a int);\nCOPY t FROM stdin;\n1\n\\.\n");
        Migration second =
                Migration.of("2_t", "DROP TABLE t", "CREATE TABLE t (a int);\nCOPY public.t FROM stdin;\n1\n\\.\n");
        String tenant = Samples.create(database, "anna", first, second);

        Samples.with(database, first, second)
                .rollback(Tenants.named(tenant), "2_t")
                .throwIfFailed();

        assertThat(rows(tenant)).containsExactly("(1)");
    }

    @Test
    void rowsStayInsideTheTenant() {
        database.execute("CREATE TABLE IF NOT EXISTS public.shared_t (a int)");
        String script = "COPY %s FROM stdin;\n1\n\\.\n";
        String tenant = Samples.create(database, "anna", Migration.of("1", "SELECT 1"));
        String other = Samples.create(database, "bob", Migration.of("1", "CREATE TABLE t (a int)"));
        for (String table : List.of("shared_t", "public.shared_t", "reference.x", Sql.identifier(other) + ".t")) {
            Throwable refused = catchThrowable(() -> Samples.with(
                            database, Migration.of("1", "SELECT 1"), Migration.of("2", script.formatted(table)))
                    .deploy(Tenants.named(tenant))
                    .throwIfFailed());
            assertThat(refused).as(table).isNotNull();
        }
        assertThat(database.value("SELECT count(*) FROM public.shared_t")).isEqualTo("0");
        TenantMigrator allowed = Samples.migrator(
                        database, Migration.of("1", "SELECT 1"), Migration.of("2", script.formatted("public.shared_t")))
                .sharedObjects("shared_t")
                .build();
        allowed.deploy(Tenants.named(tenant)).throwIfFailed();
        assertThat(database.value("SELECT count(*) FROM public.shared_t")).isEqualTo("1");
        database.execute("DROP TABLE public.shared_t");
    }

    /** The statements of a plan are SQL that psql runs, and need no more than the quick check. */
    @Test
    void theAdaptedTextRunsByItself() throws SQLException {
        MigrationScript script = MigrationScript.of(
                "t.sql", T + "COPY public.t FROM stdin;\nit's\t\\\\\\n\n\\N\t2\n\\.\nCOPY t (b) FROM stdin;\n\\.\n");
        List<SqlStatement> statements = SchemaAdapter.standard()
                .adapt(script, new SharedObjects("public", Set.of(), Map.of(), Set.of()))
                .statements("reference");

        for (SqlStatement statement : statements) {
            reference.execute(statement.sql());
        }

        assertThat(reference.rows("t")).containsExactly("(it's,\"\\\\\n\")", "(,2)");
        assertThat(statements).extracting(SqlStatement::line).containsExactly(1, 2, 3, 6, 6);
        assertThat(ExpectedEffects.of(statements).plain()).isTrue();
    }

    @Test
    void aHundredThousandRowsGoInBatches() throws SQLException {
        String script = "CREATE TABLE t (id bigint, name text, email text, at timestamptz, amount numeric(10, 2));\n"
                + "COPY t FROM stdin;\n"
                + numbers(
                        1,
                        100_000,
                        i -> i + "\tname " + i + "\tuser" + i + "@example.com\t2024-01-02 03:04:05+00\t" + i + ".25")
                + "\\.\n";
        reference.run(MigrationScript.of("t", script));
        String tenant = Samples.create(database, "anna", Migration.of("1_t", script));

        assertThat(rows(tenant)).isEqualTo(reference.rows("t"));
        assertThat(SchemaAdapter.standard()
                        .adapt(
                                MigrationScript.of("t", script),
                                new SharedObjects("public", Set.of(), Map.of(), Set.of()))
                        .statements(tenant))
                .hasSize(102);
    }

    private List<String> rows(String tenant) {
        return CopyReference.rows(database, Sql.identifier(tenant), "t");
    }

    /** The names hold the comment that marks rows of COPY. If it were read there, the second row would run as code. */
    @Test
    void namesAreNotTakenForRows() {
        TenantMigrator first = Samples.with(database, Samples.MEMBERS);
        String victim = first.createTenant(TenantName.forUser("victim")).schema();
        database.execute("CREATE FUNCTION " + victim + ".f() RETURNS text LANGUAGE sql AS $$ SELECT 'own' $$");
        String script = """
                CREATE TABLE t ("x VALUES /* rows of COPY */ y" int, "x VALUES /* rows of COPY */ ('y" text);
                COPY t ("x VALUES /* rows of COPY */ y") FROM stdin;
                1
                y") SELECT set_config($$search_path$$,$$%s$$,true) --
                \\.
                CREATE OR REPLACE FUNCTION f() RETURNS text LANGUAGE sql AS $$ SELECT 'attacker' $$;
                """.formatted(victim);

        Throwable refused =
                catchThrowable(() -> Samples.with(database, Samples.MEMBERS, Migration.of("20240901_t", script))
                        .deployAll()
                        .throwIfFailed());

        assertThat(refused).hasMessageContaining("invalid input syntax");
        assertThat(database.value("SELECT " + victim + ".f()")).isEqualTo("own");
    }
}
