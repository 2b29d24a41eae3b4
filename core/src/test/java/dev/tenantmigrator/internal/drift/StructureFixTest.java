package dev.tenantmigrator.internal.drift;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tenantmigrator.internal.jdbc.Jdbc;
import dev.tenantmigrator.internal.jdbc.Pipeline;
import dev.tenantmigrator.internal.sql.Sql;
import dev.tenantmigrator.report.Difference;
import dev.tenantmigrator.report.FixStep;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Single changes of each kind of object and each attribute, in {@code drift/changes.txt}: a statement and the differences that it makes.
 * Each is found and named, and its statements bring the schema back.
 */
@PostgresTest
class StructureFixTest {

    private static final String DEFINITION = "as_defined";
    private static final String TENANT = "Odd \"Tenant";

    private static final String NOT_SET = "this kind has none";

    /** Attributes without a change, and why. */
    private static final Map<String, String> NOT_CHANGED = Map.ofEntries(
            Map.entry("security label", "needs a provider, which is C code"),
            Map.entry("- security label", "likewise"),
            Map.entry("+ security label", "likewise"),
            Map.entry("procedure: cost", NOT_SET),
            Map.entry("procedure: kind", NOT_SET),
            Map.entry("procedure: leakproof", NOT_SET),
            Map.entry("procedure: null input", NOT_SET),
            Map.entry("procedure: parallel", NOT_SET),
            Map.entry("procedure: result", "goes with its arguments"),
            Map.entry("procedure: rows", NOT_SET),
            Map.entry("procedure: support", NOT_SET),
            Map.entry("procedure: volatility", NOT_SET),
            Map.entry("procedure: library", "needs C code"),
            Map.entry("procedure: transforms", "as of a function"),
            Map.entry("view: access method", NOT_SET),
            Map.entry("materialized view: column defaults", NOT_SET),
            Map.entry("- extension", "an extension is in one schema only"),
            Map.entry("extension: version", "needs an extension with two versions, and a superuser"),
            Map.entry("extension: comment", "made by its script"),
            Map.entry("view: tablespace", NOT_SET),
            Map.entry("function: library", "needs C code"),
            Map.entry("base type: definition", "only CASCADE drops it"),
            Map.entry("+ base type", "only CASCADE drops it"));

    /** Left by a script that runs once, which the next comparison finds; by the beginning of the change. */
    private static final Map<String, Set<String>> NOT_AT_ONCE = Map.of(
            "ALTER TABLE measure DROP value CASCADE", Set.of("~ column measure_2.value: default"),
            "ALTER TABLE measure ALTER value TYPE", Set.of("~ column measure_2.value: default"),
            "ALTER TABLE orders ALTER id DROP IDENTITY; CREATE", Set.of("~ sequence orders_id_seq: privileges"),
            "ALTER TABLE customer ALTER id DROP DEFAULT; DROP SEQUENCE customer_id_seq; ALTER",
                    Set.of("- sequence customer_id_seq", "~ column customer.id: default"));

    /** PostgreSQL 18 refuses the statement in the transaction that dropped the constraint. */
    private static final String NOT_HERE = "ALTER DOMAIN percent DROP CONSTRAINT percent_range";

    private static final int MOST_PASSES = 12;

    private final TestDatabase database;
    private final StructureReader reader = new StructureReader(true);

    StructureFixTest(TestDatabase database) {
        this.database = database;
    }

    record Change(String sql, List<String> found, boolean superuser, boolean from18) {

        static Change of(String line) {
            String[] halves = line.split(" ==> ", 2);
            String sql = halves[0].replaceFirst("^\\[.*?] ", "");
            return new Change(
                    sql,
                    List.of(halves[1].split(" & ")),
                    halves[0].startsWith("[super]"),
                    halves[0].startsWith("[18]"));
        }

        @Override
        public String toString() {
            return sql;
        }
    }

    static Stream<Change> changes() throws IOException {
        try (InputStream file = StructureFixTest.class.getResourceAsStream("/drift/changes.txt")) {
            return new String(file.readAllBytes(), StandardCharsets.UTF_8).lines().map(Change::of).toList().stream();
        }
    }

    @BeforeAll
    static void make(TestDatabase database) throws SQLException {
        RichStructure.asSuperuser(
                database,
                "SET allow_in_place_tablespaces TO on; CREATE TABLESPACE drift_space LOCATION '';"
                        + " GRANT CREATE ON TABLESPACE drift_space TO " + database.user());
        RichStructure.makeSurroundings(database);
        RichStructure.make(database, DEFINITION);
        RichStructure.make(database, TENANT);
    }

    @AfterAll
    static void drop(TestDatabase database) throws SQLException {
        RichStructure.asSuperuser(database, RichStructure.DROP_ROLES + "; DROP TABLESPACE drift_space");
    }

    @Test
    void equalSchemasHaveNoDifference() throws SQLException {
        try (Connection connection = begin(true)) {
            assertThat(words(differences(connection))).isEmpty();
            connection.rollback();
        }
    }

    @ParameterizedTest
    @MethodSource("changes")
    void isFoundAndRepaired(Change change) throws SQLException {
        assumeTrue(!change.from18() || RichStructure.isFrom18(database), "syntax of PostgreSQL 18");
        try (Connection connection = begin(change.superuser())) {
            setPath(connection);
            RichStructure.run(connection, change.sql().replace("{schema}", Sql.identifier(TENANT)));

            List<Difference> found = differences(connection);
            assertThat(words(found)).as("found").containsExactlyInAnyOrderElementsOf(change.found());

            List<String> log = new ArrayList<>();
            assertThat(words(repair(connection, found, log)))
                    .as(String.join("\n", log))
                    .isEmpty();
            connection.rollback();
        }
    }

    /** As a script, which cannot try again. */
    @ParameterizedTest
    @MethodSource("changes")
    void isRepairedInTheOrderOfTheSteps(Change change) throws SQLException {
        assumeTrue(!change.from18() || RichStructure.isFrom18(database), "syntax of PostgreSQL 18");
        assumeTrue(!change.sql().equals(NOT_HERE), "an error of the server");
        try (Connection connection = begin(change.superuser())) {
            setPath(connection);
            RichStructure.run(connection, change.sql().replace("{schema}", Sql.identifier(TENANT)));

            List<String> log = new ArrayList<>();
            List<FixStep> steps = steps(connection);
            setPath(connection);
            Jdbc.execute(connection, "SET LOCAL check_function_bodies TO off");
            for (FixStep step : steps) {
                if (step.leftOut()
                        .filter(reason -> reason.matches("it (comes with|may go when) .*"))
                        .isEmpty()) {
                    runAll(connection, step.statements(), log);
                }
            }
            assertThat(words(differences(connection)))
                    .as(String.join("\n", log))
                    .allMatch(words -> words.contains("column order")
                            || NOT_AT_ONCE.entrySet().stream()
                                    .anyMatch(entry -> change.sql().startsWith(entry.getKey())
                                            && entry.getValue().contains(words)));
            connection.rollback();
        }
    }

    @Test
    void thereIsAChangeOfEachKindAndAttribute() throws IOException {
        Set<String> changed = changes()
                .flatMap(change -> change.found().stream())
                .map(StructureFixTest::kindAndAttribute)
                .collect(Collectors.toCollection(TreeSet::new));
        Set<String> wanted = new TreeSet<>();
        for (ObjectKind kind : StructureQuery.KINDS) {
            for (String attribute : kind.attributes()) {
                wanted.add(kind.name() + ": " + attribute);
            }
            if (kind != TablePartKinds.COLUMN_ORDER && kind != OtherKinds.SCHEMA) {
                wanted.add("- " + kind.name());
                wanted.add("+ " + kind.name());
            }
        }
        wanted.removeIf(item -> NOT_CHANGED.keySet().stream().anyMatch(item::startsWith));
        wanted.removeAll(changed);
        assertThat(wanted).isEmpty();
    }

    private static String kindAndAttribute(String found) {
        String kind = StructureQuery.KINDS.stream()
                .map(ObjectKind::name)
                .filter(name -> found.startsWith(name + " ", 2))
                .max((one, other) -> Integer.compare(one.length(), other.length()))
                .orElseThrow(() -> new AssertionError(found));
        return found.startsWith("~") ? kind + found.substring(found.lastIndexOf(": ")) : found.substring(0, 2) + kind;
    }

    private static List<String> words(List<Difference> differences) {
        return differences.stream()
                .map(difference -> switch (difference.change()) {
                    case MISSING -> "- " + difference.kind() + " " + difference.object();
                    case UNEXPECTED -> "+ " + difference.kind() + " " + difference.object();
                    case CHANGED ->
                        "~ " + difference.kind() + " " + difference.object() + ": "
                                + difference.attribute().orElseThrow();
                })
                .toList();
    }

    private Connection begin(boolean superuser) throws SQLException {
        Connection connection = database.superuserDataSource().getConnection();
        connection.setAutoCommit(false);
        if (!superuser) {
            Jdbc.execute(connection, "SET LOCAL ROLE " + database.user());
        }
        return connection;
    }

    private List<Difference> differences(Connection connection) throws SQLException {
        Jdbc.execute(connection, "SAVEPOINT reading");
        List<StructureRow> expected = reader.rows(connection, DEFINITION);
        List<StructureRow> actual = reader.rows(connection, TENANT);
        Jdbc.execute(connection, "ROLLBACK TO reading");
        return StructureDiff.of(expected, actual, TENANT, IgnoredObjects.of(List.of()));
    }

    private List<FixStep> steps(Connection connection) throws SQLException {
        Jdbc.execute(connection, "SAVEPOINT reading");
        List<StructureRow> expected = reader.rows(connection, DEFINITION);
        List<StructureRow> actual = reader.rows(connection, TENANT);
        Jdbc.execute(connection, "ROLLBACK TO reading");
        return FixOrder.of(StructureDiff.of(expected, actual, TENANT, IgnoredObjects.of(List.of())), expected, actual);
    }

    /** Repairs in passes, and gives the differences that are left, without those of the order of columns. */
    private List<Difference> repair(Connection connection, List<Difference> found, List<String> log)
            throws SQLException {
        List<Difference> left = found;
        for (int pass = 0; pass < MOST_PASSES && !left.isEmpty(); pass++) {
            log.add("-- pass " + pass);
            setPath(connection);
            Jdbc.execute(connection, "SET LOCAL check_function_bodies TO off");
            for (Difference difference : left) {
                List<List<String>> units = difference.change() == Difference.Change.MISSING
                        ? difference.statements().stream()
                                .map(one -> List.of(one.sql()))
                                .toList()
                        : List.of(difference.statements().stream()
                                .map(Difference.Statement::sql)
                                .toList());
                for (List<String> unit : units) {
                    tryAll(connection, unit, log);
                }
            }
            left = differences(connection).stream()
                    .filter(difference -> !difference.kind().equals("column order"))
                    .toList();
        }
        return left;
    }

    private static void runAll(Connection connection, List<String> statements, List<String> log) {
        for (String statement : statements) {
            log.add(statement);
            try {
                new Pipeline().add(statement).send(connection);
            } catch (SQLException e) {
                throw new AssertionError(String.join("\n", log), e);
            }
        }
    }

    private static void tryAll(Connection connection, List<String> statements, List<String> log) throws SQLException {
        Jdbc.execute(connection, "SAVEPOINT fix");
        try {
            for (String statement : statements) {
                log.add(statement);
                new Pipeline().add(statement).send(connection);
            }
        } catch (SQLException e) {
            log.add("   -- " + e.getMessage());
            Jdbc.execute(connection, "ROLLBACK TO fix");
        }
    }

    private static void setPath(Connection connection) throws SQLException {
        Jdbc.execute(connection, "SET LOCAL search_path TO " + Sql.identifier(TENANT) + ", public");
    }
}
