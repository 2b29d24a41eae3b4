package dev.tenantmigrator.internal.drift;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tenantmigrator.internal.jdbc.Jdbc;
import dev.tenantmigrator.internal.sql.Sql;
import dev.tenantmigrator.report.Difference;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** One structure made in two ways, in {@code drift/traps.txt}, has no difference. */
@PostgresTest
class StructureTrapsTest {

    private static final String DEFINITION = "as_defined";
    private static final String TENANT = "Select \"x";

    /** The only version whose program is installed where the tests run as a rule. */
    private static final Path PG_DUMP = Path.of("/usr/lib/postgresql/15/bin/pg_dump");

    private static final Pattern META_COMMAND = Pattern.compile("(?m)^\\\\.*$");

    private final TestDatabase database;
    private final StructureReader reader = new StructureReader(true);

    StructureTrapsTest(TestDatabase database) {
        this.database = database;
    }

    @BeforeAll
    static void makeRoles(TestDatabase database) throws SQLException {
        RichStructure.asSuperuser(database, RichStructure.ROLES);
    }

    @AfterAll
    static void dropRoles(TestDatabase database) throws SQLException {
        RichStructure.asSuperuser(database, RichStructure.DROP_ROLES);
    }

    static Stream<String> traps() throws IOException {
        try (InputStream file = StructureTrapsTest.class.getResourceAsStream("/drift/traps.txt")) {
            return new String(file.readAllBytes(), StandardCharsets.UTF_8).lines().toList().stream();
        }
    }

    /** The server keeps the columns of statistics in the order of the table's columns. */
    @Test
    void anotherOrderOfColumnsIsNoOtherStatistics() throws SQLException {
        try (Connection connection = database.superuserDataSource().getConnection()) {
            connection.setAutoCommit(false);
            make(connection, DEFINITION, "CREATE TABLE t (a int, b int); CREATE STATISTICS s ON a, b FROM t");
            make(connection, TENANT, "CREATE TABLE t (b int, a int); CREATE STATISTICS s ON a, b FROM t");
            assertThat(StructureDiff.of(
                            reader.rows(connection, DEFINITION),
                            reader.rows(connection, TENANT),
                            TENANT,
                            IgnoredObjects.of(List.of())))
                    .extracting(Difference::kind)
                    .containsExactly("column order");
            connection.rollback();
        }
    }

    @ParameterizedTest
    @MethodSource("traps")
    void twoWaysGiveOneStructure(String trap) throws SQLException {
        String[] ways = trap.replace("[super] ", "").split(" ==> ", 2);
        try (Connection connection = database.superuserDataSource().getConnection()) {
            connection.setAutoCommit(false);
            if (!trap.startsWith("[super]")) {
                Jdbc.execute(connection, "SET LOCAL ROLE " + database.user());
            }
            make(connection, DEFINITION, ways[0]);
            make(connection, TENANT, ways[1]);
            List<StructureRow> expected = reader.rows(connection, DEFINITION);

            assertThat(expected.size()).as("objects beside the schema").isGreaterThan(1);
            assertThat(StructureDiff.of(
                            expected, reader.rows(connection, TENANT), TENANT, IgnoredObjects.of(List.of())))
                    .extracting(Difference::description)
                    .isEmpty();
            connection.rollback();
        }
    }

    private static void make(Connection connection, String schema, String sql) throws SQLException {
        Jdbc.execute(
                connection,
                "CREATE SCHEMA " + Sql.identifier(schema) + "; SET LOCAL search_path TO " + Sql.identifier(schema));
        RichStructure.run(connection, sql.replace("{schema}", Sql.identifier(schema)));
    }

    @Test
    void aRestoredDumpIsAsTheOriginal() throws Exception {
        assumeTrue(
                Files.isExecutable(PG_DUMP) && !RichStructure.isFrom18(database),
                "pg_dump of PostgreSQL 15 and a server that it can read");
        try (TestDatabase original = TestDatabase.create("original");
                TestDatabase restored = TestDatabase.create("restored")) {
            RichStructure.makeAround(original);
            RichStructure.make(original, DEFINITION);
            RichStructure.asSuperuser(
                    restored, META_COMMAND.matcher(dump(original)).replaceAll(""));

            List<StructureRow> expected = rows(original);
            assertThat(expected.size()).isGreaterThan(100);
            assertThat(StructureDiff.of(expected, rows(restored), DEFINITION, IgnoredObjects.of(List.of())))
                    .extracting(Difference::description)
                    .isEmpty();
        }
    }

    private List<StructureRow> rows(TestDatabase of) throws SQLException {
        try (Connection connection = of.superuserDataSource().getConnection()) {
            connection.setAutoCommit(false);
            List<StructureRow> rows = reader.rows(connection, DEFINITION);
            connection.rollback();
            return rows;
        }
    }

    private static String dump(TestDatabase of) throws Exception {
        String url;
        String user;
        try (Connection connection = of.superuserDataSource().getConnection()) {
            url = connection.getMetaData().getURL();
            user = connection.getMetaData().getUserName();
        }
        URI server = URI.create(url.substring("jdbc:".length()));
        Path file = Files.createTempFile("dump", ".sql");
        try {
            Process process = new ProcessBuilder(
                            PG_DUMP.toString(),
                            "--schema-only",
                            "-h",
                            server.getHost(),
                            "-p",
                            String.valueOf(server.getPort()),
                            "-U",
                            user,
                            "-f",
                            file.toString(),
                            of.name())
                    .inheritIO()
                    .start();
            assertThat(process.waitFor()).isZero();
            return Files.readString(file);
        } finally {
            Files.delete(file);
        }
    }
}
