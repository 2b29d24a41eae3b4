package dev.tenantmigrator;

import static dev.tenantmigrator.Samples.MEMBERS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenantmigrator.report.FleetReport;
import dev.tenantmigrator.report.TenantOutcome.Migrated;
import dev.tenantmigrator.report.TenantStatus;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Histories that create, change or drop another tool's table {@code schema_migrations}. */
@PostgresTest
class OtherToolsTableTest {

    private static final String VERSION = "20240201_table";

    private final TestDatabase database;

    OtherToolsTableTest(TestDatabase database) {
        this.database = database;
    }

    @AfterEach
    void dropAll() {
        for (TrackingStore store : List.of(TrackingStore.fleet(), TrackingStore.perSchema())) {
            TenantMigrator migrator =
                    Samples.migrator(database, MEMBERS).trackingStore(store).build();
            migrator.tenants().forEach(schema -> migrator.dropTenant(schema));
        }
        database.assertNoLeaks();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "DROP TABLE IF EXISTS schema_migrations",
                "DROP TABLE team_member, \"public\".\"schema_migrations\" CASCADE",
                "DROP TABLE SCHEMA_MIGRATIONS",
                "ALTER TABLE schema_migrations RENAME TO old_migrations",
                "ALTER TABLE IF EXISTS ONLY public.schema_migrations ADD COLUMN dirty boolean",
                "ALTER TABLE team_member RENAME TO schema_migrations",
                "CREATE TABLE schema_migrations (version bigint NOT NULL PRIMARY KEY, dirty boolean NOT NULL)",
                "CREATE TABLE IF NOT EXISTS \"schema_migrations\" (version varchar NOT NULL)",
                "CREATE UNLOGGED TABLE public.schema_migrations AS SELECT 1",
                "CREATE OR REPLACE VIEW schema_migrations AS SELECT 1",
                "CREATE UNIQUE INDEX unique_schema_migrations ON schema_migrations USING btree (version)",
                "TRUNCATE TABLE ONLY team_member, schema_migrations",
            })
    void areRefusedBeforeAnythingRuns(String sql) {
        String a = Samples.create(database, "a", MEMBERS);
        Migration table = Migration.of(VERSION, "SELECT 1;\n" + sql, "SELECT 1;\n\n" + sql);
        TenantMigrator migrator = Samples.with(database, MEMBERS, table);

        for (Runnable call : List.<Runnable>of(
                () -> migrator.deploy(Tenants.named(a)),
                () -> migrator.plan(Tenants.named(a)),
                () -> migrator.createTenant(TenantName.forUser("b")))) {
            assertThatThrownBy(call::run)
                    .isInstanceOf(InvalidMigrationException.class)
                    .hasMessageContaining("\"schema_migrations\" records the tenant's versions")
                    .hasMessageContaining("--tracking fleet")
                    .hasMessageContaining(VERSION + "/migration.sql:2");
        }
        String b = Samples.create(database, "b", MEMBERS, Migration.of(VERSION, "SELECT 1"));
        Migration back = Migration.of(VERSION, "SELECT 1", "SELECT 1;\n\n" + sql);
        assertThatThrownBy(() -> Samples.with(database, MEMBERS, back)
                        .rollback(Tenants.named(b), VERSION, RollbackOptions.defaults()))
                .isInstanceOf(InvalidMigrationException.class)
                .hasMessageContaining(VERSION + "/rollback.sql:3");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "CREATE TABLE schema_migrations_old (id int); DROP TABLE schema_migrations_old",
                "CREATE TEMP TABLE schema_migrations (id int)",
                "CREATE TABLE schema_migration (schema_migrations int); CREATE INDEX ON schema_migration (schema_migrations);"
                        + " ALTER TABLE schema_migration RENAME schema_migrations TO id",
                "COMMENT ON TABLE schema_migrations IS 'x'",
                "SELECT count(*) FROM schema_migrations",
            })
    void otherNamesAndReadersRun(String sql) {
        String a = Samples.create(database, "a", MEMBERS);
        TenantMigrator migrator = Samples.with(database, MEMBERS, Migration.of(VERSION, sql));

        migrator.deploy(Tenants.named(a)).throwIfFailed();
        migrator.createTenant(TenantName.forUser("b"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "EXECUTE 'DROP TABLE schema_migrations'",
                "DROP TABLE schema_migrations",
                "EXECUTE 'ALTER TABLE schema_migrations RENAME TO old_migrations'",
                "EXECUTE 'ALTER TABLE schema_migrations DROP COLUMN checksum'",
                "EXECUTE 'ALTER TABLE schema_migrations ALTER COLUMN id DROP DEFAULT'",
                "EXECUTE 'ALTER TABLE schema_migrations ADD CHECK (false) NOT VALID'",
                "EXECUTE 'DROP TABLE schema_migrations; CREATE VIEW schema_migrations AS SELECT 1 AS id, ''x''::text AS version,"
                        + " ''x''::text AS description, now()::timestamp AS applied_at, ''x''::text AS checksum'",
                "EXECUTE 'TRUNCATE schema_migrations'",
            })
    void inDynamicSqlTheyEndInAClearError(String sql) {
        String a = Samples.create(database, "a", MEMBERS);
        Migration table = Migration.of(VERSION, "DO $$ BEGIN " + sql + "; END $$");
        TenantMigrator migrator = Samples.with(database, MEMBERS, table);

        FleetReport report = migrator.deploy(Tenants.named(a));

        assertThat(report.failed())
                .singleElement()
                .satisfies(failed -> assertThat(failed.failure().toString())
                        .contains("the script changes the tracking table")
                        .contains(VERSION + "/migration.sql"));
        assertThatThrownBy(() -> migrator.createTenant(TenantName.forUser("b")))
                .isInstanceOf(MigrationFailedException.class)
                .hasMessageContaining("a migration changes the tracking table")
                .hasMessageContaining("nothing of the tenant was kept");
        assertThat(migrator.tenants()).containsExactly(a);
        assertThat(database.values("SELECT version FROM " + a + ".schema_migrations"))
                .containsExactly(MEMBERS.version());
    }

    /** With the record elsewhere, it is a table like any other. */
    @Test
    void withTheFleetsTableTheyRun() {
        Migration old = Migration.of(
                "20240101_old",
                "CREATE TABLE schema_migrations (version bigint NOT NULL PRIMARY KEY, dirty boolean NOT NULL);"
                        + " INSERT INTO public.schema_migrations VALUES (1, false)",
                "DROP TABLE schema_migrations");
        Migration renamed = Migration.of(
                "20240102_rename",
                "ALTER TABLE schema_migrations RENAME TO older_migrations; DROP TABLE IF EXISTS schema_migrations",
                "ALTER TABLE older_migrations RENAME TO schema_migrations");
        Migration again = Migration.of(
                "20240103_again",
                "DROP TABLE older_migrations; CREATE TABLE IF NOT EXISTS schema_migrations (id serial PRIMARY KEY, version"
                        + " varchar(255) UNIQUE NOT NULL, description text, applied_at timestamp DEFAULT CURRENT_TIMESTAMP,"
                        + " checksum varchar(64))",
                "DROP TABLE schema_migrations; CREATE TABLE older_migrations (version bigint, dirty boolean)");
        TenantMigrator first = Samples.migrator(database, old)
                .trackingStore(TrackingStore.fleet())
                .build();
        String a = first.createTenant(TenantName.forUser("a")).schema();
        TenantMigrator all = Samples.migrator(database, old, renamed, again)
                .trackingStore(TrackingStore.fleet())
                .build();
        String b = all.createTenant(TenantName.forUser("b")).schema();

        assertThat(all.deployAll().throwIfFailed().of(Migrated.class)).hasSize(1);
        assertThat(all.status().tenants()).allMatch(TenantStatus::healthy);
        assertThat(all.verify().successful()).isTrue();
        assertThat(database.values(
                        "SELECT nspname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
                                + " WHERE relname = 'schema_migrations' AND nspname IN (?, ?)",
                        a,
                        b))
                .containsExactlyInAnyOrder(a, b);
        all.rollback(
                        Tenants.all(),
                        old.version(),
                        RollbackOptions.builder().laterVersions(true).build())
                .throwIfFailed();
        assertThat(database.value(
                        "SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
                                + " WHERE relname IN ('schema_migrations', 'older_migrations') AND nspname IN (?, ?)",
                        a,
                        b))
                .isEqualTo("0");
    }
}
