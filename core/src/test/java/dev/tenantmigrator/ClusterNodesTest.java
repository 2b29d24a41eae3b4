package dev.tenantmigrator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.tenantmigrator.report.CreatedTenant;
import dev.tenantmigrator.report.TenantOutcome.Backfilled;
import dev.tenantmigrator.report.TenantOutcome.Kind;
import dev.tenantmigrator.report.TenantOutcome.Migrated;
import dev.tenantmigrator.report.TenantOutcome.RolledBack;
import dev.tenantmigrator.support.ClusterNodes;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Where a cluster keeps tenants: each on one worker, which may change between any two operations. */
@PostgresTest
@Tag("cluster")
class ClusterNodesTest {

    private static final Migration FIRST = Migration.of("1_first", """
            CREATE TYPE "public"."role" AS ENUM ('owner', 'guest');
            CREATE TABLE "public"."member" (id SERIAL PRIMARY KEY, role "public"."role" NOT NULL DEFAULT 'guest');
            CREATE TABLE note (id BIGSERIAL PRIMARY KEY, member INTEGER REFERENCES member (id), body TEXT);
            CREATE FUNCTION public.touch() RETURNS trigger LANGUAGE plpgsql AS $f$ BEGIN NEW.body := 'touched'; RETURN NEW; END $f$;
            CREATE TRIGGER touch BEFORE UPDATE ON note FOR EACH ROW EXECUTE FUNCTION public.touch();
            INSERT INTO member (role) VALUES ('owner')""");

    private static final Migration SECOND = Migration.of(
            "2_second",
            "ALTER TABLE note ADD COLUMN flag BOOLEAN NOT NULL DEFAULT false; CREATE TABLE tag (id SERIAL PRIMARY KEY)",
            "DROP TABLE tag; ALTER TABLE note DROP COLUMN flag");

    private static final Migration INDEX = Migration.of(
            "3_index", "CREATE INDEX CONCURRENTLY note_body ON note (body)", "DROP INDEX CONCURRENTLY note_body");

    private static final String TYPE_AND_ROWS =
            "CREATE TYPE mood AS ENUM ('well'); CREATE TABLE diary (id SERIAL PRIMARY KEY, mood mood);"
                    + " INSERT INTO note (member, body) SELECT id, 'x' FROM member; UPDATE note SET body = 'y'";

    private static final Migration THIRD = Migration.of("4_third", TYPE_AND_ROWS);

    private final TestDatabase database;
    private ClusterNodes nodes;

    ClusterNodesTest(TestDatabase database) {
        this.database = database;
    }

    @BeforeEach
    void findNodes() {
        nodes = ClusterNodes.of(database);
    }

    @AfterEach
    void dropAll() {
        Samples.dropAll(database);
    }

    @Test
    void eachTenantIsOnOneWorkerAndAllWorkersHaveSome() {
        List<String> tenants = Stream.of("a", "b", "select", "d")
                .map(user -> migrator().createTenant(TenantName.exactly(user)).schema())
                .toList();
        assertThat(tenants).allSatisfy(this::assertOnOneWorker);
        assertThat(tenants.stream().map(nodes::of).distinct()).containsExactlyInAnyOrderElementsOf(nodes.workers());
    }

    /** All its tables are on one node, with their rows, and the coordinator has none. */
    private void assertOnOneWorker(String schema) {
        assertThat(database.values("SELECT schema_name::text FROM citus_schemas"))
                .contains(database.value("SELECT quote_ident(?)", schema));
        List<String> tables = database.values(
                "SELECT oid::regclass::text FROM pg_class WHERE relkind = 'r' AND relnamespace = to_regnamespace(quote_ident(?))",
                schema);
        assertThat(tables).hasSizeGreaterThanOrEqualTo(3).allSatisfy(table -> {
            assertThat(database.value(
                            "SELECT nodename || ':' || nodeport FROM citus_shards WHERE table_name = ?::regclass",
                            table))
                    .isEqualTo(nodes.of(schema));
            assertThat(database.value("SELECT pg_relation_size(?::regclass)", table))
                    .isEqualTo("0");
            String shard = database.value("SELECT shard_name FROM citus_shards WHERE table_name = ?::regclass", table);
            assertThat(nodes.run(nodes.of(schema), "SELECT count(*) FROM " + shard))
                    .containsExactly(database.value("SELECT count(*) FROM " + table));
        });
        assertThat(database.value("SELECT count(*) FROM \"" + schema.replace("\"", "\"\"") + "\".member"))
                .isEqualTo("1");
    }

    @Test
    void aRoleThatMayOnlyCreateSchemasCreatesAndMigratesTenants() throws SQLException {
        String role = database.name() + "_plain";
        try (Connection connection = database.superuserDataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE ROLE " + role + " LOGIN PASSWORD 'secret'");
            try {
                statement.execute("GRANT CREATE ON DATABASE " + database.name() + " TO " + role);
                database.execute("CREATE EXTENSION IF NOT EXISTS \"uuid-ossp\"");
                TenantMigrator plain = TenantMigrator.builder(database.dataSourceOf(role, "secret"))
                        .migrations(MigrationSource.of(FIRST))
                        .build();
                String schema = plain.createTenant(TenantName.forUser("p")).schema();
                assertThat(nodes.workers()).contains(nodes.of(schema));
                TenantMigrator later = TenantMigrator.builder(database.dataSourceOf(role, "secret"))
                        .migrations(MigrationSource.of(FIRST, SECOND, INDEX, THIRD))
                        .build();
                assertThat(later.deploy(Tenants.named(schema)).throwIfFailed().of(Migrated.class))
                        .hasSize(1);
                later.rename(schema, TenantName.exactly("plain"));
                later.dropTenant("plain");
            } finally {
                statement.execute("DROP OWNED BY " + role + " CASCADE");
                statement.execute("DROP ROLE " + role);
            }
        }
    }

    @Test
    void aTenantThatWasRolledBackIsCreatedAgainUnderItsName() throws SQLException {
        TenantMigrator migrator = migrator(FIRST, SECOND);
        migrator.prepare();
        try (Connection connection = database.connection()) {
            connection.setAutoCommit(false);
            for (int i = 0; i < 3; i++) {
                CreatedTenant tenant = migrator.createTenant(connection, TenantName.exactly("again"));
                assertThat(tenant.schema()).isEqualTo("again");
                connection.rollback();
            }
            connection.setAutoCommit(true);
        }
        Migration broken = Migration.of("9_broken", "SELECT nothing");
        TenantName again = TenantName.exactly("again");
        assertThatExceptionOfType(MigrationFailedException.class)
                .isThrownBy(() -> migrator(FIRST, broken).createTenant(again));
        assertThat(migrator.tenants()).isEmpty();

        try (Connection connection = database.connection()) {
            connection.setAutoCommit(false);
            String before = settings(connection);
            migrator.createTenant(connection, TenantName.exactly("again"));
            assertThat(settings(connection)).isEqualTo(before);
            connection.commit();
            connection.setAutoCommit(true);
        }
        assertOnOneWorker("again");
        assertThat(migrator.verify().successful()).isTrue();
        migrator.dropTenant("again");
        migrator.createTenant(TenantName.exactly("again"));
        assertOnOneWorker("again");
    }

    private static String settings(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT string_agg(name || '=' || setting, ',' ORDER BY name)"
                        + " FROM pg_settings WHERE name LIKE 'citus.%' OR name LIKE 'check_function%'")) {
            row.next();
            return row.getString(1);
        }
    }

    @Test
    void aTenantMayMoveBetweenAnyTwoOperations() {
        TenantMigrator migrator = migrator(FIRST, SECOND, INDEX, THIRD);
        String schema = migrator(FIRST).createTenant(TenantName.forUser("m")).schema();
        migrator(FIRST).createTenant(TenantName.forUser("stays"));
        move(schema);
        assertThat(migrator(FIRST, SECOND).deployAll().throwIfFailed().of(Migrated.class))
                .hasSize(2);
        move(schema);
        assertThat(migrator(FIRST, SECOND, INDEX).deployAll().throwIfFailed().of(Migrated.class))
                .hasSize(2);
        move(schema);
        assertThat(migrator.deployAll().throwIfFailed().of(Migrated.class)).hasSize(2);
        assertIntact(migrator);
        move(schema);
        assertIntact(migrator);

        database.execute("DROP TABLE " + schema + ".tag");
        assertThat(backfilled(schema)).isEqualTo(1);
        move(schema);
        assertIntact(migrator);
        database.execute("DROP TABLE " + schema + ".tag");
        move(schema);
        assertThat(backfilled(schema)).isEqualTo(1);
        assertIntact(migrator);

        move(schema);
        String renamed = migrator.rename(schema, TenantName.exactly("renamed"));
        move(renamed);
        assertIntact(migrator);
        move(renamed);
        migrator.dropTenant(renamed);
        assertThat(migrator.tenants()).hasSize(1);
        assertThat(migrator.unfinishedDrops()).isEmpty();
        assertThat(nodes.workers())
                .allSatisfy(worker -> assertThat(nodes.run(
                                worker,
                                "SELECT nspname FROM pg_namespace WHERE nspname IN ('renamed', '" + schema + "')"))
                        .isEmpty());
    }

    @Test
    void aVersionIsTakenBackBeforeAndAfterAMove() {
        TenantMigrator migrator = migrator(FIRST, SECOND, INDEX);
        String schema = migrator.createTenant(TenantName.forUser("m")).schema();
        move(schema);
        assertThat(migrator.rollback(Tenants.all(), "3_index").throwIfFailed().of(RolledBack.class))
                .hasSize(1);
        move(schema);
        assertThat(migrator.rollback(Tenants.all(), "2_second").throwIfFailed().of(RolledBack.class))
                .hasSize(1);
        move(schema);
        assertIntact(migrator(FIRST));
        migrator.deployAll().throwIfFailed();
        assertIntact(migrator);
    }

    /** As {@code clusters.md} says. */
    @Test
    void anExistingFleetIsDistributed() throws SQLException {
        Migration routine = Migration.of(
                "5_routine",
                "CREATE PROCEDURE public.forget() LANGUAGE sql AS 'DELETE FROM note';"
                        + " CREATE FUNCTION public.twice(INTEGER) RETURNS INTEGER LANGUAGE sql IMMUTABLE AS 'SELECT 2 * $1'");
        List<String> schemas = createdBeforeCitus(FIRST, SECOND, routine);
        assertThat(database.values("SELECT schema_name FROM citus_schemas")).isEmpty();
        for (String schema : schemas) {
            database.execute("BEGIN; SELECT citus_schema_distribute('%1$s');"
                    .concat(" SELECT truncate_local_data_after_distributing_table(oid) FROM pg_class"
                            + " WHERE relnamespace = '%1$s'::regnamespace AND relkind = 'r';"
                            + " SET LOCAL citus.propagate_set_commands TO local; SET LOCAL check_function_bodies TO off;"
                            + " SELECT create_distributed_function(oid::regprocedure) FROM pg_proc"
                            + " WHERE pronamespace = '%1$s'::regnamespace; COMMIT")
                    .formatted(schema));
        }
        assertThat(schemas).allSatisfy(this::assertOnOneWorker);
        assertThat(schemas.stream().map(nodes::of).distinct()).containsExactlyInAnyOrderElementsOf(nodes.workers());
        assertThat(schemas)
                .allSatisfy(schema -> assertThat(
                                database.value("SELECT " + schema + ".twice(id) FROM " + schema + ".member"))
                        .isEqualTo("2"));
        TenantMigrator migrator = migrator(FIRST, SECOND, routine, Migration.of("6_later", TYPE_AND_ROWS));
        migrator.deployAll().throwIfFailed();
        assertIntact(migrator);
    }

    /** Tenants of a database as it is before the extension is created: nothing reaches a node. */
    private List<String> createdBeforeCitus(Migration... migrations) throws SQLException {
        String set = "ALTER DATABASE " + database.name() + " %s citus.enable_ddl_propagation";
        try (Connection connection = database.superuserDataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(set.formatted("SET") + " TO off");
            try {
                TenantMigrator before = TenantMigrator.builder(
                                database.dataSourceOf(database.user(), database.password()))
                        .migrations(MigrationSource.of(migrations))
                        .cluster(false)
                        .build();
                return Stream.of("a", "b")
                        .map(user ->
                                before.createTenant(TenantName.forUser(user)).schema())
                        .toList();
            } finally {
                statement.execute(set.formatted("RESET"));
            }
        }
    }

    private int backfilled(String schema) {
        return Samples.migrator(database, FIRST, SECOND, INDEX, THIRD)
                .requiredTables("member", "tag")
                .build()
                .backfill(Tenants.named(schema))
                .throwIfFailed()
                .of(Backfilled.class)
                .size();
    }

    private void assertIntact(TenantMigrator migrator) {
        assertThat(migrator.verify().successful()).isTrue();
        assertThat(migrator.drift(Tenants.all(), DriftOptions.defaults()).successful())
                .isTrue();
        assertThat(migrator.deployAll().throwIfFailed().counts()).containsOnlyKeys(Kind.UP_TO_DATE);
    }

    /** To the other worker. */
    private void move(String schema) {
        String target = nodes.otherThan(nodes.of(schema));
        nodes.move(schema, target);
        assertThat(nodes.of(schema)).isEqualTo(target);
    }

    private TenantMigrator migrator(Migration... migrations) {
        return Samples.with(database, migrations.length == 0 ? new Migration[] {FIRST} : migrations);
    }
}
