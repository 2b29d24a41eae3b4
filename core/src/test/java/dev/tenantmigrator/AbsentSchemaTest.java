package dev.tenantmigrator;

import static dev.tenantmigrator.Samples.MEMBERS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenantmigrator.report.FleetReport;
import dev.tenantmigrator.report.ScriptNote;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
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

    /** The schema is created while the scripts are prepared already: the check before the commit finds what was dropped. */
    @Test
    void aSchemaThatAppearsMeanwhileKeepsItsObjects() throws SQLException {
        Migration drops = Migration.of(VERSION, "DROP TABLE IF EXISTS nosuch.t");
        TenantMigrator migrator = Samples.with(database, MEMBERS, drops);
        // The scripts stay prepared for the next creation.
        migrator.createTenant(TenantName.forUser("a"));
        try (Connection other = database.connection();
                var statement = other.createStatement()) {
            statement.execute("CREATE SCHEMA nosuch; CREATE TABLE nosuch.t (id int); INSERT INTO nosuch.t VALUES (1)");
        }

        assertThatThrownBy(() -> migrator.createTenant(TenantName.forUser("b")))
                .isInstanceOf(MigrationFailedException.class)
                .hasMessageContaining("nosuch");

        assertThat(database.value("SELECT count(*) FROM nosuch.t")).isEqualTo("1");
        assertThatThrownBy(() -> migrator.createTenant(TenantName.forUser("b")))
                .isInstanceOf(InvalidMigrationException.class)
                .hasMessageContaining("nosuch");
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
