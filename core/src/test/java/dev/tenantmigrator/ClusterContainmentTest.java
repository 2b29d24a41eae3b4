package dev.tenantmigrator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenantmigrator.report.FleetReport;
import dev.tenantmigrator.report.TenantOutcome.Failed;
import dev.tenantmigrator.report.TenantOutcome.Migrated;
import dev.tenantmigrator.support.ClusterNodes;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A migration of one tenant reaches no other one, on its node or on another. */
@PostgresTest
@Tag("cluster")
class ClusterContainmentTest {

    private static final Migration FIRST = Migration.of(
            "1_first",
            "CREATE TABLE note (id INTEGER PRIMARY KEY, rating INTEGER NOT NULL DEFAULT 0); INSERT INTO note VALUES (1), (2)",
            "DROP TABLE note");

    private final TestDatabase database;
    private ClusterNodes nodes;
    private String tenant = "";
    private String near = "";
    private String far = "";

    ClusterContainmentTest(TestDatabase database) {
        this.database = database;
    }

    @BeforeEach
    void tenantsOnBothNodes() {
        nodes = ClusterNodes.of(database);
        tenant = Samples.create(database, "a", FIRST);
        near = Samples.create(database, "near", FIRST);
        far = Samples.create(database, "far", FIRST);
        place(near, nodes.of(tenant));
        place(far, nodes.otherThan(nodes.of(tenant)));
    }

    private void place(String schema, String node) {
        if (!nodes.of(schema).equals(node)) {
            nodes.move(schema, node);
        }
    }

    @AfterEach
    void dropAll() {
        Samples.dropAll(database);
    }

    /** {@code {0}} is the other tenant, {@code {1}} the table on its node. */
    static Stream<Arguments> attempts() {
        return Stream.of(
                Arguments.of("a block that updates", hidden("UPDATE {0}.note SET rating = 99")),
                Arguments.of("a block that inserts", hidden("INSERT INTO {0}.note VALUES (9)")),
                Arguments.of("a block that deletes", hidden("DELETE FROM {0}.note")),
                Arguments.of("a block that truncates", hidden("TRUNCATE {0}.note")),
                Arguments.of("a block that alters", hidden("ALTER TABLE {0}.note ADD COLUMN x INTEGER")),
                Arguments.of("a block that drops", hidden("DROP TABLE {0}.note")),
                Arguments.of("a block that creates", hidden("CREATE TABLE {0}.more (id INTEGER)")),
                Arguments.of(
                        "a block that creates a function",
                        hidden("CREATE FUNCTION {0}.f() RETURNS INTEGER LANGUAGE sql AS 'SELECT 1'")),
                Arguments.of(
                        "a block that takes part of both",
                        hidden(
                                "UPDATE note SET rating = 98; UPDATE {0}.note SET rating = 99; UPDATE note SET rating = 97")),
                Arguments.of("a function", function("UPDATE {0}.note SET rating = 99") + "SELECT f(1)"),
                Arguments.of(
                        "a function in a query of the tenant's table",
                        function("UPDATE {0}.note SET rating = 99") + "SELECT f(id) FROM note"),
                Arguments.of(
                        "a function in an update of the tenant's table",
                        function("UPDATE {0}.note SET rating = 99") + "UPDATE note SET rating = f(id)"),
                Arguments.of("a trigger", function("UPDATE {0}.note SET rating = 99") + """
                        CREATE FUNCTION t() RETURNS trigger LANGUAGE plpgsql AS $t$ BEGIN PERFORM f(1); RETURN NEW; END $t$;
                        CREATE TRIGGER t BEFORE UPDATE ON note FOR EACH ROW EXECUTE FUNCTION t(); UPDATE note SET rating = 1"""),
                Arguments.of("a block, the table on the node", hidden("UPDATE {1} SET rating = 99")),
                Arguments.of(
                        "a function in a query, the table on the node",
                        function("UPDATE {1} SET rating = 99") + "SELECT f(id) FROM note"),
                Arguments.of(
                        "a function in a query, and the tenant leaves its node",
                        function("UPDATE {1} SET rating = 99") + "SELECT f(id) FROM note; "
                                + hidden("SELECT citus_schema_undistribute(current_schema()::regnamespace)")));
    }

    private static String hidden(String sql) {
        return "DO $do$ DECLARE q text := " + HiddenSql.expression(sql) + "; BEGIN EXECUTE q; END $do$";
    }

    private static String function(String sql) {
        return "CREATE FUNCTION f(INTEGER) RETURNS INTEGER LANGUAGE plpgsql AS $f$ DECLARE q text := "
                + HiddenSql.expression(sql) + "; BEGIN EXECUTE q; RETURN $1; END $f$; ";
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("attempts")
    void atATenantOnAnotherNode(String name, String sql) {
        assertContained(sql, far);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("attempts")
    void atATenantOnTheSameNode(String name, String sql) {
        assertContained(sql, near);
    }

    private void assertContained(String sql, String other) {
        Migration attempt = Migration.of(
                "2_attempt",
                sql.replace("{0}", hiddenName(other)).replace("{1}", hiddenName(nodes.shardOf(other, "note"))));
        List<String> before = states();
        FleetReport report = Samples.with(database, FIRST, attempt).deploy(Tenants.named(tenant));
        assertThat(states()).isEqualTo(before);
        assertThat(report.of(Failed.class)).hasSize(1);
        assertThat(Samples.with(database, FIRST)
                        .drift(Tenants.all(), DriftOptions.defaults())
                        .successful())
                .isTrue();
        assertThat(Samples.with(database, FIRST).verify().successful()).isTrue();
    }

    /** As {@link HiddenSql} writes it. */
    private static String hiddenName(String name) {
        return name.replace('e', '¤').replace('i', '§');
    }

    private List<String> states() {
        return Stream.of(tenant, near, far)
                .map(schema -> schema
                        + database.query("SELECT * FROM " + schema + ".note ORDER BY id")
                        + database.values("SELECT version FROM " + schema + ".schema_migrations ORDER BY id"))
                .toList();
    }

    /** The transaction of the script is read-only in its last statement, and the question is asked on the coordinator. */
    @Test
    void ordinaryMigrationsOfTenantsOnBothNodesPass() {
        Migration second = Migration.of(
                "2_second",
                "UPDATE note SET rating = 5; DO $$ BEGIN EXECUTE 'UPDATE note SET rating = rating + 1'; END $$; SELECT count(*) FROM note");
        assertThat(Samples.with(database, FIRST, second)
                        .deployAll()
                        .throwIfFailed()
                        .of(Migrated.class))
                .hasSize(3);
        assertThat(database.value("SELECT sum(rating) FROM " + far + ".note")).isEqualTo("12");
    }
}
