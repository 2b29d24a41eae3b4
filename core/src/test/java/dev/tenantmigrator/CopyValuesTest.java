package dev.tenantmigrator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.tenantmigrator.internal.sql.Sql;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Rows behind {@code COPY … FROM stdin} have the values that PostgreSQL's own COPY gives them, type by type. */
@PostgresTest
class CopyValuesTest {

    private static final String TYPES = """
            CREATE TYPE mood AS ENUM ('sad', 'o''k', 'happy day');
            CREATE DOMAIN positive AS int CHECK (VALUE > 0);
            CREATE DOMAIN short AS varchar(3) NOT NULL;
            CREATE DOMAIN moods AS mood[];
            CREATE TYPE pair AS (x varchar(3), y numeric(4, 1));
            CREATE DOMAIN cents AS numeric(6, 2);
            CREATE DOMAIN minutes AS interval minute;
            CREATE DOMAIN spans AS interval[]; CREATE DOMAIN spans_of_spans AS spans;
            """;

    private final TestDatabase database;
    private CopyReference reference;

    CopyValuesTest(TestDatabase database) {
        this.database = database;
    }

    @BeforeEach
    void connect() throws SQLException {
        reference = new CopyReference(database);
        reference.execute(TYPES);
    }

    @AfterEach
    void dropAll() throws SQLException {
        Samples.dropAll(database);
        reference.close();
    }

    static Stream<Arguments> types() {
        return Stream.of(
                values(
                        "text", "", " ", "a", "'", "''", "\"", "\\", "\\\\'", "a\nb", "a\rb", "a\tb", "$$", "$1", "?",
                        "??"),
                values(
                        "text",
                        "{fn now()}",
                        "'; DROP TABLE t; --",
                        "/* x",
                        "-- x",
                        "public.t",
                        "NULL",
                        "DEFAULT",
                        "ä€𝄞"),
                values("text", "\u0001\b\f\u000b", "\\N", "\\.", "E'\\n'", "a\r\nb", ":name", "a;b", "x\\"),
                values("varchar(3)", "", "abc", "abc   ", "abcd", "äöü", "a\nb", "  "),
                values("char(3)", "", "a", "abc", "abc   ", "abcd", "  a"),
                values("char", "", "a", "ab"),
                values("\"char\"", "", "a", "\\", "ab"),
                values("name", "a", "x".repeat(70)),
                values("smallint", "1", "-32768", " 7 ", "32768", "", "1.5"),
                values("int", "0", "-1", "2147483648", "1e3", "0x1F", "1_000"),
                values("bigint", "9223372036854775807", "9223372036854775808"),
                values("numeric", "NaN", "Infinity", "1e-20", "123456789012345678901234567890.123", "", "0x10"),
                values("numeric(5, 2)", "1.005", "999.995", "999.994", "-0.004", "NaN", "1000"),
                values("real", "1e38", "0.1", "NaN", "-Infinity", "1e39", "3.4028235e38"),
                values("double precision", "0.1", "1e308", "-0", "4.9e-324", "1e400"),
                values("money", "12.345", "$1,000.5", "-3"),
                values("boolean", "t", "f", "yes", "off", "1", "0", "tr", "o", "", "2", " true "),
                values("bytea", "\\x", "\\xDEADbeef", "\\000\\377", "abc", "\\", "\\xZZ", "a\\\\b"),
                values("bit(3)", "101", "10", "1011", "", "x5", "b101"),
                values("bit varying(3)", "", "1", "101", "1011"),
                values(
                        "date",
                        "2024-02-29",
                        "2023-02-29",
                        "infinity",
                        "01/02/2024",
                        "J2451187",
                        "4713-01-01 BC",
                        "epoch"),
                values("time(2)", "12:34:56.789", "24:00:00", "25:00", "04:05 PM", "allballs"),
                values("timetz", "04:05:06-08:00", "04:05:06+05:30", "23:59:60"),
                values("timestamp", "2024-01-02 03:04:05.123456789", "infinity", "2024-13-01", "20240102T030405"),
                values("timestamp(0)", "2024-01-02 03:04:05.5", "2024-01-02 03:04:05.499999"),
                values(
                        "timestamptz(3)",
                        "2024-01-02 03:04:05.12345+02",
                        "2024-01-02 03:04:05 Europe/Berlin",
                        "-infinity"),
                values("interval", "1 day", "P1Y2M3DT4H5M6.7S", "1-2", "1.5 hours ago", "-1 mon +2 days", "3"),
                values("interval(0)", "1.6 seconds", "12:34:56.789"),
                values("interval day to second", "1 12:30", "5"),
                values("interval minute", "90", "2:15:30"),
                values("interval year to month", "1-2", "14 months 3 days"),
                values("interval second(1)", "1.25", "90.06"),
                values("minutes[]", "{90,2:15:30}", "{{1},{2}}"),
                values("spans_of_spans", "{90}", "{1 day}"),
                values("uuid", "A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11", "{a0eebc999c0b4ef8bb6d6bb9bd380a11}", "x"),
                values("json", "{\"a\": \"\\n\\u00e4\"}", " [1,  2] ", "{'a'}", "\"\\\\\"", ""),
                values(
                        "jsonb",
                        "{\"b\": 1, \"a\": [null, 1.10]}",
                        "\"it's\"",
                        "{\"a\": \"\\u0000\"}",
                        "{\"a\\\"b\": \"c\\\\d\"}"),
                values("jsonpath", "$.a[*] ? (@ > 1)", "strict $", "$."),
                values("inet", "10.0.0.1/8", "::1", "10.0.0"),
                values("cidr", "10.0.0.0/8", "10.0.0.1/8"),
                values("macaddr", "08:00:2b:01:02:03", "08002b010203"),
                values("macaddr8", "08:00:2b:01:02:03"),
                values("point", "(1,2)", "1,2", "1"),
                values("box", "(0,0),(1,1)"),
                values("polygon", "((0,0),(1,1),(1,0))"),
                values("circle", "<(0,0),2>"),
                values("path", "[(0,0),(1,1)]"),
                values("tsvector", "a fat cat", "'it''s':1A 'b':2", "a:1,2 \\\\"),
                values("tsquery", "a & !b", "'it''s' | c:*", "a &"),
                values("int4range", "[1,5)", "empty", "(,3]", "[3,1]"),
                values("tstzrange", "[\"2024-01-01 00:00+00\",)"),
                values("int4multirange", "{[1,2),[5,7)}", "{}"),
                values("int[]", "{}", "{1,2,NULL}", "{{1,2},{3,4}}", "[0:1]={5,6}", "{1,{2}}", "1"),
                values("text[]", "{a,\"b c\",\"\\\"\",NULL,\"NULL\"}", "{\"a\\\\b\",\"x,y\",'}", "{\"\n\"}", "{}"),
                values("varchar(2)[]", "{ab,\"c   \"}", "{abc}"),
                values("numeric(3, 1)[]", "{1.25,NULL,99.94}", "{99.95}"),
                values("bit(2)[]", "{10,01}", "{1}"),
                values("char(2)[]", "{a,\"b   \"}", "{abc}"),
                values("timestamp(0)[]", "{\"2024-01-02 03:04:05.5\"}"),
                values("interval(0)[]", "{1.6 seconds,90}"),
                values("mood", "sad", "o'k", "happy day", "Sad", ""),
                values("mood[]", "{sad,o'k,\"happy day\"}", "{angry}"),
                values("positive", "1", "0", "x"),
                values("short", "abc", "abc  ", "abcd"),
                values("moods", "{sad}", "{x}"),
                values("cents", "1.005", "99999"),
                values("pair", "(a,1)", "(\"b c\",)", "(,)", "(abcd,1)", "(a,1.25)", "(a)", "(\"\\\"\",9999)"),
                values("pair[]", "{\"(a,1)\",\"(\\\"b c\\\",2.25)\"}"),
                values("xid", "7", "-1"),
                values("oid", "7", "4294967295", "-1", "4294967296"),
                values("oidvector", "1 2 3"),
                values("int2vector", "1 2"),
                values("pg_lsn", "16/B374D848"),
                values("regtype", "int4", "nonsense"),
                values("tid", "(1,2)"));
    }

    private static Arguments values(String type, String... values) {
        return arguments(type, List.of(values));
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("types")
    void eachValueIsAsCopyReadsIt(String type, List<String> values) throws SQLException {
        String table = "CREATE TABLE t (id int, v " + type + ", w int);";
        reference.execute(table);
        StringBuilder good = new StringBuilder();
        List<String> bad = new ArrayList<>();
        for (String value : values) {
            String row = "1\t" + escaped(value) + "\t2\n";
            if (reference.stateOf("COPY t FROM stdin", row).isEmpty()) {
                // NULLs between them show that the types of a list are those of the columns.
                good.append("\\N\t").append(escaped(value)).append("\t\\N\n").append(row);
            } else {
                bad.add(value);
            }
        }
        reference.execute("TRUNCATE t");
        reference.copy("COPY t FROM stdin", good.toString());
        if (reference.stateOf("COPY t FROM stdin", "3\t\\N\t4\n").isEmpty()) {
            good.append("3\t\\N\t4\n");
        }

        Migration whole = Migration.of("20240101_t", TYPES + table + "COPY public.t FROM stdin;\n" + good + "\\.\n");
        String tenant = Samples.create(database, "anna", whole);

        assertThat(CopyReference.rows(database, Sql.identifier(tenant), "t")).isEqualTo(reference.rows("t"));
        for (String value : bad) {
            String row = "1\t" + escaped(value) + "\t2\n";
            String expected = reference.stateOf("COPY t FROM stdin", row);
            var failed = Samples.with(
                            database, whole, Migration.of("20240102_bad", "COPY t FROM stdin;\n" + row + "\\.\n"))
                    .deploy(Tenants.named(tenant))
                    .failed();
            assertThat(failed).as(value).hasSize(1);
            assertThat(failed.get(0).failure().sqlState()).as(value).hasValue(expected);
            assertThat(failed.get(0).failure().line()).as(value).hasValue(2);
        }
    }

    /** As COPY … TO writes a value. */
    static String escaped(String value) {
        return value.replace("\\", "\\\\")
                .replace("\n", "\\n")
                .replace("\r", "\\r")
                .replace("\t", "\\t");
    }
}
