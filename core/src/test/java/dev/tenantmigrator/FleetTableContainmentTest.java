package dev.tenantmigrator;

import static dev.tenantmigrator.Samples.MEMBERS;
import static dev.tenantmigrator.Samples.NOTES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenantmigrator.report.FleetReport;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** No script reaches the fleet's tracking table, to which the library itself writes in the same transaction. */
@PostgresTest
class FleetTableContainmentTest {

    private static final String TABLE = "tenant_migrator_fleet.schema_migrations";
    private static final String UPDATE = "UPDATE " + TABLE + " SET checksum = '' WHERE tenant = 'b'";

    private final TestDatabase database;
    private final TenantMigrator migrator;
    private String before = "";

    FleetTableContainmentTest(TestDatabase database) {
        this.database = database;
        this.migrator = with(MEMBERS, NOTES);
    }

    @BeforeEach
    void twoTenants() {
        migrator.createTenant(TenantName.exactly("a"));
        migrator.createTenant(TenantName.exactly("b"));
        before = table();
    }

    @AfterEach
    void nothingIsChanged() {
        assertThat(table()).isEqualTo(before);
        assertThat(database.value("SELECT count(*) FROM pg_trigger WHERE tgrelid = '" + TABLE + "'::regclass"))
                .isEqualTo("0");
        migrator.tenants().forEach(schema -> migrator.dropTenant(schema));
        database.execute("DROP SCHEMA tenant_migrator_fleet CASCADE");
        database.assertNoLeaks();
    }

    private String table() {
        return database.value("SELECT string_agg(t::text, ';' ORDER BY id) FROM " + TABLE + " t");
    }

    private TenantMigrator with(Migration... migrations) {
        return Samples.migrator(database, migrations)
                .trackingStore(TrackingStore.fleet())
                .build();
    }

    /** Runs SQL that the text does not show. */
    private static String body(String sql, String end) {
        return "DECLARE q text := " + HiddenSql.expression(sql) + "; BEGIN EXECUTE q; " + end + " END";
    }

    private static String hidden(String sql) {
        return "DO $do$ " + body(sql, "") + " $do$";
    }

    private static String inFunction(String sql) {
        return "CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $f$ " + body(sql, "RETURN 1;") + " $f$; SELECT f()";
    }

    private static String inDeferredTrigger(String sql) {
        return "CREATE TABLE deferring (id int); CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $f$ "
                + body(sql, "RETURN NULL;") + " $f$; CREATE CONSTRAINT TRIGGER later AFTER INSERT ON deferring"
                + " DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION f(); INSERT INTO deferring VALUES (1)";
    }

    private static String inBlock(String sql) {
        return hidden(sql).replace("EXECUTE q;", "BEGIN EXECUTE q; EXCEPTION WHEN OTHERS THEN NULL; END;");
    }

    private void refused(FleetReport report) {
        assertThat(report.failed())
                .singleElement()
                .satisfies(
                        failed -> assertThat(failed.failure().message()).contains("the script touched table " + TABLE));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "INSERT INTO %s (tenant, version) VALUES ('b', '20990101_extra')",
                "UPDATE %s SET checksum = '' WHERE tenant = 'b'",
                "UPDATE %s SET checksum = '' WHERE tenant = 'a'",
                "DELETE FROM %s",
                "TRUNCATE %s",
                "LOCK TABLE %s IN SHARE MODE",
                "SELECT FROM %s WHERE tenant = 'b' FOR UPDATE",
                "ALTER TABLE %s ADD COLUMN x int",
                "CREATE RULE r AS ON INSERT TO %s DO INSTEAD NOTHING",
                "CREATE TRIGGER t BEFORE INSERT ON %s EXECUTE FUNCTION suppress_redundant_updates_trigger()",
                "ALTER TABLE %s ENABLE ROW LEVEL SECURITY",
                "GRANT SELECT ON %s TO PUBLIC",
                "DROP TABLE %s"
            })
    void aDeployIsRefused(String sql) {
        Migration script = Migration.of("20240201_s", hidden(sql.formatted(TABLE)));
        refused(with(MEMBERS, NOTES, script).deploy(Tenants.named("a")));
        assertThat(migrator.deploy(Tenants.named("a")).successful()).isTrue();
    }

    @Test
    void howeverItIsHidden() {
        for (String script :
                new String[] {inFunction(UPDATE), inDeferredTrigger(UPDATE), inBlock(UPDATE), hidden(UPDATE)}) {
            refused(with(MEMBERS, NOTES, Migration.of("20240201_s", script)).deploy(Tenants.named("a")));
            assertThatThrownBy(() -> with(MEMBERS, NOTES, Migration.of("20240201_s", script))
                            .createTenant(TenantName.exactly("c")))
                    .hasMessageContaining("the script touched table " + TABLE);
            assertThat(migrator.exists("c")).isFalse();
        }
    }

    @Test
    void whatIsTakenBackByTheScriptItselfIsNothing() {
        String script = inBlock(UPDATE).replace("EXECUTE q;", "EXECUTE q; RAISE division_by_zero;");
        TenantMigrator next = with(MEMBERS, NOTES, Migration.of("20240201_s", script, "SELECT 1"));
        next.deploy(Tenants.named("a")).throwIfFailed();
        next.rollback(Tenants.named("a"), "20240201_s", RollbackOptions.defaults())
                .throwIfFailed();
    }

    @Test
    void aRollbackIsRefused() {
        Migration script = Migration.of("20240201_s", "SELECT 1", hidden(UPDATE));
        TenantMigrator next = with(MEMBERS, NOTES, script);
        next.deploy(Tenants.named("a")).throwIfFailed();
        refused(next.rollback(Tenants.named("a"), script.version(), RollbackOptions.defaults()));
        next.repair(Tenants.named("a"), new Repair.MarkNotApplied(script.version()))
                .throwIfFailed();
    }

    @Test
    void theCallersTransactionIsNoDisguise() throws SQLException {
        // Does it in the second tenant of a transaction only, when the table is locked by the record of the first.
        String second = hidden(UPDATE).replace("EXECUTE q;", "IF current_schema() = 'c2' THEN EXECUTE q; END IF;");
        TenantMigrator next = with(MEMBERS, Migration.of("20240201_s", second));
        try (Connection connection = database.connection()) {
            connection.setAutoCommit(false);
            next.createTenant(connection, TenantName.exactly("c1"));
            assertThatThrownBy(() -> next.createTenant(connection, TenantName.exactly("c2")))
                    .hasMessageContaining("the script touched table " + TABLE);
            assertThatThrownBy(() -> with(MEMBERS, Migration.of("20240201_s", hidden(UPDATE)))
                            .createTenant(connection, TenantName.exactly("c3")))
                    .hasMessageContaining("the script touched table " + TABLE);
            connection.rollback();
            connection.setAutoCommit(true);
        }
    }
}
