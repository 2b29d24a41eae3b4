package dev.tenantmigrator;

import static dev.tenantmigrator.Samples.MEMBERS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenantmigrator.report.FleetReport;
import dev.tenantmigrator.report.PlannedMigration;
import dev.tenantmigrator.report.ScriptNote;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.sql.Connection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code IF EXISTS} with a schema that is not there: nothing to do. With one that is there, it is another schema's object. */
@PostgresTest
class AbsentSchemaTest {

    private static final String VERSION = "20240201_if_exists";

    private final TestDatabase database;

    AbsentSchemaTest(TestDatabase database) {
        this.database = database;
    }

    @AfterEach
    void dropAll() {
        database.execute("DROP SCHEMA IF EXISTS nosuch CASCADE");
        database.execute("DROP SCHEMA IF EXISTS \"No.Such\" CASCADE");
        Samples.dropAll(database);
        database.assertNoLeaks();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "DROP INDEX IF EXISTS nosuch.idx",
                "DROP INDEX IF EXISTS \"nosuch\" . \"idx\"",
                "drop table if exists NOSUCH.a, team_member_old, nosuch.b cascade",
                "DROP VIEW IF EXISTS nosuch.v",
                "DROP MATERIALIZED VIEW IF EXISTS nosuch.v",
                "DROP FUNCTION IF EXISTS nosuch.f(int)",
                "DROP TYPE IF EXISTS nosuch.mood",
                "DROP SEQUENCE IF EXISTS nosuch.s",
                "DROP TEXT SEARCH CONFIGURATION IF EXISTS nosuch.c",
                "DROP TRIGGER IF EXISTS x ON nosuch.t",
                "DROP POLICY IF EXISTS x ON nosuch.t",
                "DROP SCHEMA IF EXISTS nosuch",
                "DROP SCHEMA IF EXISTS \"No.Such\", nosuch CASCADE",
                "ALTER TABLE IF EXISTS nosuch.t ADD COLUMN a int",
                "ALTER TABLE IF EXISTS ONLY nosuch.t RENAME TO u",
                "ALTER SEQUENCE IF EXISTS nosuch.s RESTART",
                "ALTER MATERIALIZED VIEW IF EXISTS nosuch.v RENAME TO w",
                "DO $$ BEGIN DROP INDEX IF EXISTS nosuch.idx; EXECUTE 'DROP TABLE IF EXISTS nosuch.t'; END $$",
            })
    void nothingIsDoneWhereTheSchemaIsAbsent(String sql) {
        String a = Samples.create(database, "a", MEMBERS);
        Migration migration = Migration.of(VERSION, "SELECT 1;\n" + sql, "SELECT 1;\n" + sql);
        TenantMigrator migrator = Samples.with(database, MEMBERS, migration);

        assertThat(migrator.plan(Tenants.named(a))
                        .tenants()
                        .get(0)
                        .migrations()
                        .get(0)
                        .notes())
                .filteredOn(note -> note.kind() == ScriptNote.Kind.LEFT_ALONE)
                .anySatisfy(note -> {
                    assertThat(note.line()).isEqualTo(2);
                    assertThat(note.message()).containsIgnoringCase("such").contains("nothing is done");
                });
        migrator.deploy(Tenants.named(a)).throwIfFailed();
        migrator.createTenant(TenantName.forUser("b"));
        migrator.rollback(Tenants.all(), VERSION, RollbackOptions.defaults()).throwIfFailed();

        database.execute("CREATE SCHEMA nosuch");
        database.execute("CREATE SCHEMA \"No.Such\"");
        TenantMigrator later = Samples.with(database, MEMBERS, migration);
        for (Runnable call : List.<Runnable>of(
                () -> later.deploy(Tenants.named(a)),
                () -> later.plan(Tenants.named(a)),
                () -> later.createTenant(TenantName.forUser("c")))) {
            assertThatThrownBy(call::run)
                    .isInstanceOf(InvalidMigrationException.class)
                    .hasMessageContaining("which all tenants would share")
                    .hasMessageContaining(VERSION + "/migration.sql");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "CREATE SCHEMA IF NOT EXISTS nosuch",
                "CREATE TABLE IF NOT EXISTS nosuch.t (id int)",
                "DROP INDEX nosuch.idx",
                "DROP SCHEMA nosuch",
                "ALTER TABLE team_member DROP COLUMN IF EXISTS name, ADD COLUMN m int REFERENCES nosuch.t",
                "ALTER TABLE IF EXISTS team_member ADD COLUMN m int REFERENCES nosuch.t",
                "ALTER TABLE IF EXISTS team_member INHERIT nosuch.t",
                "DROP INDEX IF EXISTS nosuch.idx; CREATE TABLE nosuch.t (id int)",
                "DO $$ BEGIN IF EXISTS (SELECT FROM team_member) THEN DROP TABLE nosuch.t; END IF; END $$",
                "CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN CREATE TABLE nosuch.t (); END $$;"
                        + " DROP TABLE IF EXISTS nosuch.t",
            })
    void otherStatementsAreRefusedAsBefore(String sql) {
        String a = Samples.create(database, "a", MEMBERS);
        TenantMigrator migrator = Samples.with(database, MEMBERS, Migration.of(VERSION, sql));

        assertThatThrownBy(() -> migrator.deploy(Tenants.named(a)))
                .isInstanceOf(InvalidMigrationException.class)
                .hasMessageContaining("the schema \"nosuch\"");
    }

    /** The scripts stay prepared for the next creation. */
    @Test
    void aSchemaThatAppearsMeanwhileKeepsItsObjects() {
        Migration drops = Migration.of(VERSION, "DROP TABLE IF EXISTS nosuch.t");
        TenantMigrator migrator = Samples.with(database, MEMBERS, drops);
        migrator.createTenant(TenantName.forUser("a"));
        database.execute("CREATE SCHEMA nosuch; CREATE TABLE nosuch.t (id int)");

        migrator.createTenant(TenantName.forUser("b"));

        assertThat(database.value("SELECT to_regclass('nosuch.t') IS NOT NULL")).isEqualTo("true");
    }

    /** The check before the commit knows no object that was made after the transaction began and is gone. */
    @ParameterizedTest
    @ValueSource(strings = {"", "; CREATE INDEX CONCURRENTLY late ON team_member (name)"})
    @Timeout(60)
    void aSchemaThatAppearsInTheMiddleOfTheTransactionKeepsItsObjects(String more) throws Exception {
        String a = Samples.create(database, "a", MEMBERS);
        Migration drops =
                Migration.of(VERSION, "SELECT pg_advisory_xact_lock(4711);\nDROP TABLE IF EXISTS nosuch.t" + more);
        ExecutorService deploy = Executors.newSingleThreadExecutor();
        try (Connection other = database.connection();
                var statement = other.createStatement()) {
            statement.execute("SELECT pg_advisory_lock(4711)");
            Future<FleetReport> report =
                    deploy.submit(() -> Samples.with(database, MEMBERS, drops).deploy(Tenants.named(a)));
            database.awaitRow("SELECT pid FROM pg_stat_activity WHERE wait_event = 'advisory'"
                    + " AND datname = current_database()");
            statement.execute("CREATE SCHEMA nosuch; CREATE TABLE nosuch.t (id int)");
            statement.execute("SELECT pg_advisory_unlock(4711)");

            report.get().throwIfFailed();
        } finally {
            deploy.shutdown();
        }
        assertThat(database.value("SELECT to_regclass('nosuch.t') IS NOT NULL")).isEqualTo("true");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "DROP INDEX CONCURRENTLY IF EXISTS nosuch.idx",
                "drop index concurrently if exists \"nosuch\".\"idx\"",
                "SELECT 1;\n DROP INDEX CONCURRENTLY IF EXISTS nosuch.idx; SELECT 1",
                "DROP INDEX CONCURRENTLY IF EXISTS nosuch.idx; DROP INDEX CONCURRENTLY IF EXISTS absent",
                "DROP TABLE IF EXISTS nosuch.t; DROP INDEX CONCURRENTLY IF EXISTS absent; DROP TABLE IF EXISTS nosuch.u",
            })
    void outsideOfATransactionNothingIsDoneEither(String sql) {
        String a = Samples.create(database, "a", MEMBERS);
        Migration migration = Migration.of(VERSION, sql, sql);
        TenantMigrator migrator = Samples.with(database, MEMBERS, migration);

        PlannedMigration plan =
                migrator.plan(Tenants.named(a)).tenants().get(0).migrations().get(0);
        assertThat(plan.notes())
                .anySatisfy(note -> assertThat(note.message()).contains("nothing is done in the schema nosuch"));
        assertThat(plan.statements()).extracting(SqlStatement::sql).noneMatch(sent -> sent.contains("nosuch"));
        migrator.deploy(Tenants.named(a)).throwIfFailed();
        migrator.createTenant(TenantName.forUser("b"));
        migrator.rollback(Tenants.all(), VERSION, RollbackOptions.defaults()).throwIfFailed();
        migrator.deployAll().throwIfFailed();

        database.execute("CREATE SCHEMA nosuch");
        assertThatThrownBy(() -> Samples.with(database, MEMBERS, migration)
                        .rollback(Tenants.all(), VERSION, RollbackOptions.defaults()))
                .isInstanceOf(InvalidMigrationException.class)
                .hasMessageContaining("nosuch");
    }

    /** Another statement may follow by mistake, and must not be left out unread. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "DROP TABLE IF EXISTS nosuch.t CREATE TABLE lost (id int)",
                "DROP TABLE IF EXISTS nosuch.t, CREATE TABLE lost (id int)",
                "DROP INDEX IF EXISTS nosuch.t ON team_member",
                "DROP TABLE IF EXISTS nosuch.t CASCADE RESTRICT",
                "DROP TABLES IF EXISTS nosuch.t",
            })
    void whatPostgreSqlCannotReadFails(String sql) {
        String a = Samples.create(database, "a", MEMBERS);

        FleetReport report =
                Samples.with(database, MEMBERS, Migration.of(VERSION, sql)).deploy(Tenants.named(a));

        assertThat(report.failed()).hasSize(1);
        assertThat(report.failed().get(0).failure().sqlState()).contains("42601");
    }

    private static List<String> sent(String sql) {
        return SchemaAdapter.standard()
                .adapt(
                        MigrationScript.of("m.sql", sql),
                        new SharedObjects(
                                "public",
                                Set.of(),
                                Map.of(),
                                Set.of("allowed"),
                                Set.of("nosuch", "t", "allowed", "public", "pg_temp")))
                .statements("tenant")
                .stream()
                .map(statement -> statement.line() + " " + statement.sql())
                .toList();
    }

    @Test
    void onlyWhatIsAbsentIsLeftOut() {
        assertThat(sent("SELECT 1;\nDROP TABLE IF EXISTS nosuch.t;\nSELECT 2"))
                .containsExactly("1 SELECT 1", "3 SELECT 2");
        assertThat(sent("DROP TABLE IF EXISTS nosuch.a, b, nosuch.c,\nnosuch.d CASCADE"))
                .containsExactly("1 DROP TABLE IF EXISTS  b\n CASCADE");
        assertThat(sent("DROP TABLE IF EXISTS b, nosuch.c, public.d"))
                .containsExactly("1 DROP TABLE IF EXISTS b, \"tenant\".d");
        assertThat(sent("DROP FUNCTION IF EXISTS nosuch.f(int, numeric(3, 2)), g(t.x%TYPE)"))
                .containsExactly("1 DROP FUNCTION IF EXISTS  g(t.x%TYPE)");
        assertThat(
                        sent(
                                "DROP TRIGGER IF EXISTS a ON nosuch.t; DROP OPERATOR CLASS IF EXISTS nosuch.c USING btree; DROP SCHEMA IF EXISTS nosuch"))
                .isEmpty();
        for (String stays : List.of(
                "DROP TABLE IF EXISTS \"tenant\".x",
                "DROP TABLE IF EXISTS allowed.x",
                "DROP TABLE IF EXISTS pg_temp.x",
                "DROP TABLE IF EXISTS t",
                "DROP FUNCTION IF EXISTS g(t.x%TYPE)",
                "DROP TRIGGER IF EXISTS nosuch ON t")) {
            assertThat(sent(stays.replace("\"tenant\"", "public"))).containsExactly("1 " + stays);
        }
    }

    @Test
    void anotherTenantsObjectIsNotDropped() {
        String a = Samples.create(database, "a", MEMBERS);
        String b = Samples.create(database, "b", MEMBERS);
        Migration drops = Migration.of(VERSION, "DROP TABLE IF EXISTS " + b + ".team_member");

        assertThatThrownBy(() -> Samples.with(database, MEMBERS, drops).deploy(Tenants.named(a)))
                .isInstanceOf(InvalidMigrationException.class)
                .hasMessageContaining(b);
        assertThat(database.value("SELECT to_regclass(?)::text", b + ".team_member"))
                .isNotNull();
    }

    /** A script without {@code IF EXISTS} asks nothing. */
    @Test
    void aSchemaThatIsAllowedIsNoMatter() {
        String a = Samples.create(database, "a", MEMBERS);
        Migration drops = Migration.of(VERSION, "DROP TABLE IF EXISTS nosuch.t");
        FleetReport report = Samples.migrator(database, MEMBERS, drops)
                .allowSchemas("nosuch")
                .build()
                .deploy(Tenants.named(a));
        assertThat(report.successful()).isTrue();
    }
}
