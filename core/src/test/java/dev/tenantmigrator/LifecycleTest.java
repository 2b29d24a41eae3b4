package dev.tenantmigrator;

import static dev.tenantmigrator.Samples.MEMBERS;
import static dev.tenantmigrator.Samples.NOTES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenantmigrator.log.TestLog;
import dev.tenantmigrator.report.AdoptionPlan;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.event.Level;

/** Adopt, list, exists, rename, drop, throwaway. */
@PostgresTest
class LifecycleTest {

    private final TestDatabase database;
    private final TenantMigrator migrator;

    LifecycleTest(TestDatabase database) {
        this.database = database;
        this.migrator = Samples.with(database, MEMBERS, NOTES);
    }

    @AfterEach
    void dropAll() {
        migrator.tenants().forEach(schema -> migrator.dropTenant(schema));
        migrator.close();
        assertThat(schemas()).isEmpty();
    }

    private List<String> schemas() {
        return database.values(
                "SELECT nspname::text FROM pg_namespace WHERE nspname !~ '^pg_|^information_schema$|^public$'");
    }

    @Test
    void listsAndFinds() {
        String a = Samples.create(database, "a", MEMBERS);
        assertThat(migrator.tenants()).containsExactly(a);
        assertThat(migrator.exists(a)).isTrue();
        assertThat(migrator.exists("public")).isFalse();
        assertThat(migrator.exists("pg_catalog")).isFalse();
        assertThat(migrator.exists("it's \"none\"")).isFalse();
        TenantMigrator narrowed = Samples.migrator(database, MEMBERS)
                .tenants(Tenants.all().where(schema -> schema.startsWith("b_")))
                .build();
        assertThat(narrowed.tenants()).isEmpty();
        assertThat(narrowed.exists(a)).isFalse();
        assertThat(narrowed.deploy(Tenants.named(a)).failed()).hasSize(1);
    }

    @Test
    void dropsWithManyTablesInSteps() {
        Migration many = Migration.of("20240105_many", """
                DO $$ BEGIN
                  FOR i IN 1..300 LOOP
                    EXECUTE 'CREATE TABLE t' || i || ' (id serial PRIMARY KEY, x int REFERENCES t' || greatest(i - 1, 1) || ', y text UNIQUE)';
                  END LOOP;
                END $$;
                CREATE TABLE parts (id int) PARTITION BY RANGE (id);
                CREATE TABLE part1 PARTITION OF parts FOR VALUES FROM (1) TO (2);
                CREATE VIEW v AS SELECT * FROM t1;
                CREATE MATERIALIZED VIEW m AS SELECT * FROM v;
                CREATE SEQUENCE s""");
        String a = Samples.create(database, "a", MEMBERS, many);

        migrator.dropTenant(a);

        assertThat(schemas()).isEmpty();
        assertThat(migrator.unfinishedDrops()).isEmpty();
    }

    @Test
    void dropsWhatOneStatementCouldNot() {
        String a = Samples.create(database, "a", MEMBERS);
        // Each of these tables takes six locks: itself, two indexes, its sequence, its TOAST table and that one's
        // index.
        int locks = Integer.parseInt(database.value("SELECT current_setting('max_locks_per_transaction')::int"
                + " * (current_setting('max_connections')::int + current_setting('max_prepared_transactions')::int)"));
        for (int tables = 0; tables < locks / 4; tables += 100) {
            database.execute("DO $$ BEGIN FOR i IN 1..100 LOOP EXECUTE 'CREATE TABLE " + a + ".t' || i + " + tables
                    + " || ' (id serial PRIMARY KEY, x text UNIQUE)'; END LOOP; END $$");
        }
        assertThatThrownBy(() -> database.execute("DROP SCHEMA " + a + " CASCADE"))
                .rootCause()
                .hasMessageContaining("out of shared memory");

        migrator.dropTenant(a);

        assertThat(schemas()).isEmpty();
    }

    @Test
    void neverDropsBySlipOfTheHand() {
        String a = Samples.create(database, "a", MEMBERS);
        database.execute("CREATE SCHEMA plain");
        for (String reserved : List.of("public", "pg_catalog", "information_schema", "tenant_migrator_x", "")) {
            assertThatThrownBy(() -> migrator.dropTenant(reserved)).isInstanceOf(InvalidTenantNameException.class);
        }
        assertThatThrownBy(() -> migrator.dropTenant("plain")).isInstanceOf(TenantNotFoundException.class);
        database.execute("CREATE VIEW public.reads AS SELECT * FROM " + a + ".team_member");
        assertThatThrownBy(() -> migrator.dropTenant(a))
                .isInstanceOf(TenantMigratorException.class)
                .hasMessageContaining("view reads");
        assertThat(migrator.exists(a)).isTrue();
        database.execute("DROP VIEW public.reads; DROP SCHEMA plain");
    }

    @Test
    void aDropThatFailedIsFinishedAndTheTenantNeverDeployedTo() {
        String a = Samples.create(database, "a", MEMBERS);
        TenantMigrator migrator = Samples.with(database, MEMBERS);
        Runnable allow = Samples.refusingDrops(database);
        assertThatThrownBy(() -> migrator.dropTenant(a))
                .isInstanceOf(TenantMigratorException.class)
                .hasMessageContaining("It is no tenant any more")
                .hasMessageContaining("Drop the tenant again")
                .hasMessageContaining("P0001");
        assertThat(migrator.tenants()).isEmpty();
        assertThat(migrator.unfinishedDrops()).containsExactly(a);
        allow.run();
        migrator.dropTenant(a);
        assertThat(migrator.unfinishedDrops()).isEmpty();
    }

    @Test
    void renameTakesFunctionsAlong() throws Exception {
        Migration functions = Migration.of("20240107_functions", """
                CREATE TABLE counted (n int DEFAULT 0);
                CREATE FUNCTION public.count_up() RETURNS trigger LANGUAGE plpgsql AS $f$
                BEGIN UPDATE "public"."counted" SET n = n + 1; RETURN NEW; END $f$;
                CREATE FUNCTION total() RETURNS bigint LANGUAGE sql SET search_path = public AS $f$ SELECT count(*) FROM public.team_member $f$;
                INSERT INTO counted VALUES (0);
                CREATE TRIGGER up AFTER INSERT ON public.team_member FOR EACH ROW EXECUTE FUNCTION public.count_up();""");
        TenantMigrator with = Samples.with(database, MEMBERS, functions);
        String a = with.createTenant(TenantName.forUser("a")).schema();

        database.execute("CREATE FUNCTION " + a + ".in_path() RETURNS bigint LANGUAGE sql SET search_path TO " + a
                + ", public AS 'SELECT count(*) FROM team_member'");

        assertThat(TestLog.during(() -> with.rename(a, TenantName.exactly("renamed_1"))))
                .noneMatch(TestLog.Line::isShown);

        assertThat(with.tenants()).containsExactly("renamed_1");
        database.execute("INSERT INTO renamed_1.team_member (name) VALUES ('x')");
        assertThat(database.value("SELECT n FROM renamed_1.counted")).isEqualTo("1");
        assertThat(database.value("SELECT renamed_1.total()")).isEqualTo("1");
        assertThat(database.value("SELECT renamed_1.in_path()")).isEqualTo("1");
        assertThat(with.verify(Tenants.named("renamed_1")).successful()).isTrue();
        String b = with.createTenant(TenantName.forUser("b")).schema();
        assertThatThrownBy(() -> with.rename(b, TenantName.exactly("renamed_1")))
                .isInstanceOf(TenantExistsException.class);
        assertThatThrownBy(() -> with.rename("nobody_1", TenantName.exactly("x_1")))
                .isInstanceOf(TenantNotFoundException.class);
    }

    @Test
    void renameReportsDefinitionsThatHoldTheOldName() throws Exception {
        Migration named = Migration.of("20240107_named", """
                CREATE FUNCTION adapted() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM public.team_member';
                DO $do$ BEGIN
                    EXECUTE format('CREATE VIEW home AS SELECT %L::text AS schema', current_schema());
                    EXECUTE format('COMMENT ON TABLE team_member IS %L', current_schema());
                    FOR i IN 1..25 LOOP
                        EXECUTE format('CREATE TABLE %I ()', format(E'line\n%s_%s', i, current_schema()));
                    END LOOP;
                END $do$""");
        TenantMigrator with = Samples.with(database, MEMBERS, named);
        String a = with.createTenant(TenantName.forUser("a")).schema();

        List<TestLog.Line> lines = TestLog.during(() -> with.rename(a, TenantName.exactly("renamed_1")));

        assertThat(lines).filteredOn(TestLog.Line::isShown).singleElement().satisfies(line -> {
            assertThat(line.level()).isEqualTo(Level.WARN);
            assertThat(line.text().lines()).hasSize(1);
            assertThat(line.text())
                    .startsWith("renamed_1 was renamed from " + a)
                    .contains("comment on table team_member", "table \"line 1_" + a + "\"", "and 7 more places")
                    .doesNotContain("adapted");
        });
        assertThat(with.tenants()).containsExactly("renamed_1");
        assertThat(database.value("SELECT renamed_1.adapted()")).isEqualTo("0");
    }

    @Test
    void adoptsWhatHasNoTrackingTable() {
        database.execute(
                "CREATE SCHEMA \"Legacy One\"; CREATE TABLE \"Legacy One\".team_member (id uuid PRIMARY KEY, name text)");

        AdoptionPlan plan = migrator.planAdoption("Legacy One");
        assertThat(plan.versions()).containsExactly(MEMBERS.version());
        assertThat(plan.remaining()).containsExactly(NOTES.version());

        migrator.adopt("Legacy One", plan.versions());
        assertThat(migrator.status(Tenants.named("Legacy One")).tenants().get(0).pending())
                .containsExactly(NOTES.version());
        migrator.deploy(Tenants.named("Legacy One")).throwIfFailed();
        assertThat(migrator.verify(Tenants.named("Legacy One")).successful()).isTrue();

        assertThatThrownBy(() -> migrator.adopt("Legacy One", List.of())).isInstanceOf(TenantExistsException.class);
        assertThatThrownBy(() -> migrator.adopt("public", List.of())).isInstanceOf(InvalidTenantNameException.class);
        assertThatThrownBy(() -> migrator.adopt("nowhere", List.of())).isInstanceOf(TenantNotFoundException.class);
        database.execute("CREATE SCHEMA auth; CREATE TABLE auth.schema_migrations (version varchar(255))");
        assertThatThrownBy(() -> migrator.adopt("auth", List.of()))
                .isInstanceOf(TenantExistsException.class)
                .hasMessageContaining("another tool");
        database.execute("DROP SCHEMA auth CASCADE");
    }

    @Test
    void throwawayIsDroppedAndLeftoversOfTheDeadAreSwept() {
        String dead = "throwaway_00000000_1_t0_00000001";
        TenantName leftover = TenantName.exactly(dead);
        Samples.with(database, MEMBERS).createTenant(leftover, (connection, name) -> {
            try (Statement statement = connection.createStatement()) {
                statement.execute("COMMENT ON SCHEMA " + name + " IS 'tenant-migrator throwaway'");
            }
        });
        String customer = Samples.create(database, "throwaway_00000000_1_t0", MEMBERS);
        String odd = Samples.create(database, "throwaway_00000000_1_zzzzzzzzzzzzzz", MEMBERS);
        String schema;
        try (ThrowawayTenant tenant = migrator.throwaway();
                ThrowawayTenant other = migrator.throwaway()) {
            schema = tenant.schema();
            assertThat(schema)
                    .startsWith("throwaway_")
                    .contains("_" + ProcessHandle.current().pid() + "_");
            assertThat(migrator.tenants()).contains(schema, other.schema()).doesNotContain(dead);
            // Another run's sweep leaves what is in use.
            try (TenantMigrator anotherRun = Samples.with(database, MEMBERS);
                    ThrowawayTenant third = anotherRun.throwaway()) {
                assertThat(migrator.tenants()).contains(schema, other.schema(), third.schema());
            }
        }
        assertThat(migrator.tenants()).containsExactlyInAnyOrder(customer, odd);
    }

    @Test
    void aClosedThrowawayIsNoTenantAtOnceAndGoneWhenTheMigratorIsClosed() {
        try (TenantMigrator own = Samples.with(database, MEMBERS)) {
            own.throwaway().close();
            assertThat(migrator.tenants()).isEmpty();
        }
        assertThat(schemas()).isEmpty();
    }

    @Test
    void moreDropsThanCanWaitAreDoneToo() {
        try (TenantMigrator many = Samples.with(database, MEMBERS)) {
            List<ThrowawayTenant> tenants =
                    Stream.generate(many::throwaway).limit(80).toList();
            tenants.forEach(ThrowawayTenant::close);
        }
        assertThat(schemas()).isEmpty();
    }

    @Test
    void aThrowawayMayBeClosedAfterItsMigrator() {
        ThrowawayTenant tenant;
        try (TenantMigrator first = Samples.with(database, MEMBERS)) {
            tenant = first.throwaway();
        }
        tenant.close();
        assertThat(schemas()).isEmpty();
    }

    @Test
    void aThrowawayInUseIsNotDropped() throws SQLException {
        ThrowawayTenant tenant = migrator.throwaway();
        try (Connection connection = database.connection();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("INSERT INTO " + tenant.schema() + ".team_member (name) VALUES ('x')");
            assertThatThrownBy(tenant::close)
                    .isInstanceOf(TenantMigratorException.class)
                    .hasMessageContaining("while others use it")
                    .hasMessageContaining("server process");
            connection.rollback();
            connection.setAutoCommit(true);
        }
        assertThat(migrator.tenants()).containsExactly(tenant.schema());
    }

    @Test
    void aDropThatFailsInTheBackgroundIsLoggedWithItsRemedy() throws Exception {
        Runnable allow = Samples.refusingDrops(database);
        List<TestLog.Line> lines = TestLog.during(() -> {
            try (TenantMigrator first = Samples.with(database, MEMBERS)) {
                first.throwaway().close();
            }
        });
        assertThat(migrator.tenants()).isEmpty();
        String schema = migrator.unfinishedDrops().get(0);
        assertThat(lines)
                .filteredOn(line -> line.level() == Level.WARN)
                .extracting(TestLog.Line::text)
                .anyMatch(text -> text.contains(schema) && text.contains("the next run drops it"));
        allow.run();
        migrator.dropTenant(schema);
    }
}
