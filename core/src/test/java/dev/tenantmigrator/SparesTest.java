package dev.tenantmigrator;

import static dev.tenantmigrator.Samples.FLAG;
import static dev.tenantmigrator.Samples.MEMBERS;
import static dev.tenantmigrator.Samples.NOTES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import dev.tenantmigrator.event.SpareEvent;
import dev.tenantmigrator.event.TenantEvent;
import dev.tenantmigrator.event.TenantEventListener;
import dev.tenantmigrator.report.CreatedTenant;
import dev.tenantmigrator.report.SpareCounts;
import dev.tenantmigrator.report.SpareTenant;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A sign-up takes a spare tenant: which one, in which transaction, and when it does not. */
@PostgresTest
class SparesTest {

    private final TestDatabase database;
    private final List<TenantEvent> events = new CopyOnWriteArrayList<>();
    private final List<SpareEvent> spareEvents = new CopyOnWriteArrayList<>();

    SparesTest(TestDatabase database) {
        this.database = database;
    }

    @AfterEach
    void dropAll() {
        for (TrackingStore store : List.of(TrackingStore.perSchema(), TrackingStore.fleet(), new DocumentStore())) {
            TenantMigrator migrator =
                    Samples.migrator(database, MEMBERS).trackingStore(store).build();
            migrator.tenants().forEach(migrator::dropTenant);
            migrator.dropSpares();
        }
    }

    private TenantMigrator migrator(int spares, Migration... migrations) {
        return migrator(spares, builder -> builder, migrations);
    }

    private TenantMigrator migrator(int spares, UnaryOperator<TenantMigratorBuilder> more, Migration... migrations) {
        return more.apply(Samples.migrator(database, migrations)
                        .spares(Spares.keep(spares))
                        .listener(new TenantEventListener() {
                            @Override
                            public void onEvent(TenantEvent event) {
                                events.add(event);
                            }

                            @Override
                            public void onSpares(SpareEvent event) {
                                spareEvents.add(event);
                            }
                        }))
                .build();
    }

    private TenantMigrator filled(int spares, Migration... migrations) {
        TenantMigrator migrator = migrator(spares, migrations);
        assertThat(migrator.maintainSpares().created()).isEqualTo(spares);
        return migrator;
    }

    private String noSpare() {
        return spareEvents.stream()
                .map(event -> ((SpareEvent.NoSpare) event).reason())
                .reduce((first, last) -> last)
                .orElse("");
    }

    @Test
    void aSignUpTakesASpareWhichIsATenantLikeAnyOther() {
        TenantMigrator migrator = filled(2, MEMBERS, NOTES);
        String replayed = Samples.create(database, "old", MEMBERS, NOTES);

        CreatedTenant created = migrator.createTenant(TenantName.forUser("Ada"));

        assertThat(created.fromSpare()).isTrue();
        assertThat(created.schema()).matches("ada_[0-9]{8}");
        assertThat(created.versions()).containsExactly(MEMBERS.version(), NOTES.version());
        String record = "SELECT id, version, description, checksum, applied_at IS NULL FROM %s.schema_migrations";
        assertThat(database.query(record.formatted(created.schema())))
                .isEqualTo(database.query(record.formatted(replayed)));
        assertThat(migrator.tenants()).containsExactlyInAnyOrder(created.schema(), replayed);
        assertThat(events)
                .singleElement()
                .isInstanceOfSatisfying(
                        TenantEvent.TenantCreated.class,
                        event -> assertThat(event)
                                .extracting(TenantEvent.TenantCreated::schema, TenantEvent.TenantCreated::fromSpare)
                                .containsExactly(created.schema(), true));
        assertThat(database.value("SELECT obj_description(?::regnamespace, 'pg_namespace')", created.schema()))
                .isNull();
        database.execute("INSERT INTO " + created.schema() + ".notes (body) VALUES ('x')");
        assertThat(database.value("SELECT id::text FROM " + created.schema() + ".notes"))
                .isEqualTo("1");
        assertThat(migrator.verify().successful()).isTrue();
        migrator.rollback(Tenants.named(created.schema()), NOTES.version()).throwIfFailed();
    }

    @Test
    void sparesAreNoTenants() {
        TenantMigrator migrator = filled(2, MEMBERS);
        String spare = migrator.spares().get(0).schema();

        assertThat(migrator.tenants()).isEmpty();
        assertThat(migrator.exists(spare)).isFalse();
        assertThat(migrator.status().tenants()).isEmpty();
        assertThat(migrator.status().spares()).isEqualTo(new SpareCounts(2, 0, 0, Optional.empty()));
        assertThat(migrator.verify().outcomes()).isEmpty();
        assertThat(migrator.backfill(Tenants.all()).outcomes()).isEmpty();
        assertThat(migrator.forEachTenant(Tenants.all(), RunOptions.defaults(), (connection, schema) -> {})
                        .outcomes())
                .isEmpty();
        assertThat(migrator.plan(Tenants.all()).tenants()).isEmpty();
        assertThatThrownBy(() -> migrator.dropTenant(spare)).isInstanceOf(InvalidTenantNameException.class);
        assertThat(migrator.spares()).extracting(SpareTenant::state).containsOnly(SpareTenant.State.READY);
    }

    @Test
    void theStepRunsInTheTenantAndItsFailureGivesTheSpareBack() throws SQLException {
        TenantMigrator migrator = filled(1, MEMBERS);

        assertThatThrownBy(() -> migrator.createTenant(TenantName.forUser("a"), (connection, schema) -> {
                    throw new SQLException("host", "99999");
                }))
                .hasMessageContaining("the creation step failed")
                .hasMessageContaining("the spare was given back");
        assertThatThrownBy(() -> migrator.createTenant(TenantName.forUser("a"), (connection, schema) -> {
                    throw new IllegalStateException("host");
                }))
                .hasMessage("host");
        assertThat(migrator.status().spares()).isEqualTo(new SpareCounts(1, 0, 0, Optional.empty()));

        CreatedTenant created = migrator.createTenant(TenantName.forUser("a"), (connection, schema) -> {
            try (Statement statement = connection.createStatement()) {
                statement.execute("INSERT INTO team_member (name) VALUES (current_schema())");
            }
        });
        assertThat(created.fromSpare()).isTrue();
        assertThat(database.value("SELECT name FROM " + created.schema() + ".team_member"))
                .isEqualTo(created.schema());
    }

    @Test
    void inTheCallersTransactionTheSpareIsTakenWithTheCommit() throws SQLException {
        TenantMigrator migrator = filled(1, MEMBERS);
        try (Connection connection = database.connection()) {
            connection.setAutoCommit(false);
            try (Statement statement = connection.createStatement()) {
                statement.execute("SET LOCAL lock_timeout TO '7s'");
            }
            List<List<Object>> before = settings(connection);

            CreatedTenant rolledBack = migrator.createTenant(connection, TenantName.forUser("a"));
            assertThat(rolledBack.fromSpare()).isTrue();
            assertThat(settings(connection)).isEqualTo(before);
            assertThat(migrator.tenants()).isEmpty();
            connection.rollback();

            before = settings(connection);
            CreatedTenant kept = migrator.createTenant(connection, TenantName.forUser("b"), (own, schema) -> {});
            assertThat(kept.fromSpare()).isTrue();
            assertThat(settings(connection)).isEqualTo(before);
            connection.commit();
            assertThat(settings(connection)).isEqualTo(before);
            assertThat(migrator.tenants()).containsExactly(kept.schema());
            connection.setAutoCommit(true);
        }
        assertThat(migrator.status().spares()).isEqualTo(new SpareCounts(0, 0, 0, Optional.empty()));
    }

    private static List<List<Object>> settings(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                var rows = statement.executeQuery(
                        "SELECT name, setting FROM pg_settings WHERE name IN ('search_path', 'lock_timeout',"
                                + " 'check_function_bodies', 'standard_conforming_strings') UNION ALL SELECT 'own',"
                                + " coalesce(current_setting('tenant_migrator.lock_timeout', true), 'unknown') ORDER BY 1")) {
            List<List<Object>> settings = new ArrayList<>();
            while (rows.next()) {
                settings.add(List.of(rows.getString(1), rows.getString(2)));
            }
            return settings;
        }
    }

    @Test
    void withoutASpareThatFitsAllMigrationsRun() {
        TenantMigrator migrator = migrator(1, MEMBERS, NOTES);
        assertThat(migrator.createTenant(TenantName.forUser("a")).fromSpare()).isFalse();
        assertThat(noSpare()).contains("no spare with these migrations");

        filled(1, MEMBERS);
        filled(1, MEMBERS, NOTES, FLAG);
        filled(1, MEMBERS, Migration.of(NOTES.version(), NOTES.up().text() + "; SELECT 1"));
        assertThat(migrator.createTenant(TenantName.forUser("a")).fromSpare()).isFalse();
        assertThat(migrator.spares()).extracting(SpareTenant::state).containsOnly(SpareTenant.State.BEHIND);
        assertThat(migrator.status().spares()).isEqualTo(new SpareCounts(0, 3, 0, Optional.empty()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "INSERT INTO %s.schema_migrations (version) VALUES ('other')",
                "DELETE FROM %s.schema_migrations WHERE version LIKE '%%notes'",
                "UPDATE %s.schema_migrations SET checksum = NULL",
                "UPDATE %s.schema_migrations SET applied_at = NULL",
                "ALTER TABLE %s.schema_migrations ENABLE ROW LEVEL SECURITY; ALTER TABLE %1$s.schema_migrations FORCE ROW LEVEL SECURITY",
                "DROP TABLE %s.schema_migrations",
                "DROP TABLE %s.notes",
                "COMMENT ON SCHEMA %s IS 'mine'",
                "DROP SCHEMA %s CASCADE"
            })
    void aSpareThatAnotherToolChangedIsNotTaken(String change) {
        TenantMigrator migrator = migrator(2, builder -> builder.requiredTables("notes"), MEMBERS, NOTES);
        migrator.maintainSpares();
        // Now this instance knows the other spare, and asks no more for it.
        migrator.createTenant(TenantName.forUser("a"));
        String spare = migrator.spares().get(0).schema();
        database.execute(change.formatted(spare));

        assertThat(migrator.createTenant(TenantName.forUser("a")).fromSpare()).isFalse();
        assertThat(spareEvents).hasSize(1);
        database.execute("DROP SCHEMA IF EXISTS " + spare + " CASCADE");
    }

    @Test
    void anExactNameThatIsTakenIsRefusedAndTheSpareStays() {
        TenantMigrator migrator = filled(1, MEMBERS);
        database.execute("CREATE SCHEMA taken");

        assertThatThrownBy(() -> migrator.createTenant(TenantName.exactly("taken")))
                .isInstanceOf(TenantExistsException.class)
                .hasMessageContaining("taken");
        assertThat(migrator.createTenant(TenantName.exactly("free")).fromSpare())
                .isTrue();
        database.execute("DROP SCHEMA taken");
    }

    @ParameterizedTest
    @ValueSource(strings = {"REPEATABLE READ", "SERIALIZABLE"})
    void anOlderSnapshotTakesNoSpare(String level) throws SQLException {
        TenantMigrator migrator = filled(1, MEMBERS);
        try (Connection connection = database.connection()) {
            connection.setAutoCommit(false);
            try (Statement statement = connection.createStatement()) {
                statement.execute("SET TRANSACTION ISOLATION LEVEL " + level);
            }
            assertThat(migrator.createTenant(connection, TenantName.forUser("a"))
                            .fromSpare())
                    .isFalse();
            connection.commit();
            connection.setAutoCommit(true);
        }
        assertThat(noSpare()).contains("READ COMMITTED");
        assertThat(migrator.status().spares().ready()).isEqualTo(1);
    }

    @Test
    void instancesTakeOnlySparesWithTheirMigrationsDuringARollingDeploy() {
        TenantMigrator old = filled(3, MEMBERS);
        TenantMigrator renewed = filled(3, MEMBERS, NOTES);

        for (int i = 0; i < 3; i++) {
            assertThat(old.createTenant(TenantName.forUser("old")).versions()).containsExactly(MEMBERS.version());
            CreatedTenant created = renewed.createTenant(TenantName.forUser("new"));
            assertThat(created.fromSpare()).isTrue();
            assertThat(database.values("SELECT version FROM " + created.schema() + ".schema_migrations ORDER BY id"))
                    .containsExactly(MEMBERS.version(), NOTES.version());
        }
        assertThat(spareEvents).isEmpty();
        assertThat(old.createTenant(TenantName.forUser("old")).fromSpare()).isFalse();
    }

    @Test
    void sixtyFourSignUpsAtOnceTakeSixtyFourSpares() throws Exception {
        TenantMigrator migrator = filled(64, Migration.of("1", "CREATE TABLE t (id serial PRIMARY KEY)"));
        Map<String, Boolean> tenants = new ConcurrentHashMap<>();
        ExecutorService threads = Executors.newFixedThreadPool(16);
        try {
            List<Future<?>> signUps = IntStream.range(0, 64)
                    .<Future<?>>mapToObj(i -> threads.submit(() -> {
                        CreatedTenant created = migrator.createTenant(TenantName.forUser("u" + i));
                        return tenants.put(created.schema(), created.fromSpare());
                    }))
                    .toList();
            for (Future<?> signUp : signUps) {
                signUp.get();
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(tenants).hasSize(64).containsValue(true).doesNotContainValue(false);
        assertThat(migrator.tenants()).hasSize(64);
        assertThat(migrator.spares()).isEmpty();
        assertThat(spareEvents).isEmpty();
    }

    @Test
    void anotherSignUpsOpenTransactionIsNotWaitedFor() throws SQLException {
        TenantMigrator migrator = filled(2, MEMBERS);
        TenantMigrator other = migrator(2, MEMBERS);
        try (Connection connection = database.connection()) {
            connection.setAutoCommit(false);
            migrator.createTenant(connection, TenantName.forUser("a"));

            assertThat(other.createTenant(TenantName.forUser("b")).fromSpare()).isTrue();
            // The only spare left is the one in the open transaction.
            assertThat(other.createTenant(TenantName.forUser("c")).fromSpare()).isFalse();
            connection.commit();
            connection.setAutoCommit(true);
        }
        assertThat(noSpare()).contains("other sign-ups have taken all spares");
        assertThat(migrator.tenants()).hasSize(3);
    }

    @Test
    void aSpareThatAForgottenTransactionChangesHoldsNobodyUp() throws SQLException {
        TenantMigrator migrator = migrator(1, builder -> builder.lockTimeout(Duration.ofMillis(20)), MEMBERS);
        migrator.maintainSpares();
        try (Connection connection = database.connection();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("ALTER SCHEMA " + migrator.spares().get(0).schema() + " RENAME TO mine");
            assertThat(migrator.createTenant(TenantName.forUser("a")).fromSpare())
                    .isFalse();
            connection.rollback();
            connection.setAutoCommit(true);
        }
        assertThat(noSpare()).contains("another transaction held a lock");
        assertThat(migrator.createTenant(TenantName.forUser("a")).fromSpare()).isTrue();
    }

    @Test
    void withTheOtherStoresTheRecordFollows() {
        for (TrackingStore store : List.of(TrackingStore.fleet(), new DocumentStore())) {
            TenantMigrator migrator = migrator(2, builder -> builder.trackingStore(store), MEMBERS, NOTES);
            assertThat(migrator.maintainSpares().counts()).isEqualTo(new SpareCounts(2, 0, 0, Optional.empty()));

            CreatedTenant created = migrator.createTenant(TenantName.forUser("a"));

            assertThat(created.fromSpare()).isTrue();
            assertThat(migrator.tenants()).containsExactly(created.schema());
            assertThat(migrator.verify().successful()).isTrue();
            assertThat(migrator.dropSpares()).isEqualTo(1);
            migrator.dropTenant(created.schema());
        }
    }

    @Test
    void noConnectionOfThePoolKeepsTheNameOfASpare() throws SQLException {
        try (HikariDataSource pool = Samples.pool(database, 2)) {
            TenantMigrator migrator = TenantMigrator.builder(pool)
                    .migrations(MigrationSource.of(MEMBERS, NOTES))
                    .spares(Spares.keep(8))
                    .build();
            migrator.maintainSpares();
            List<String> spares =
                    migrator.spares().stream().map(SpareTenant::schema).toList();
            for (int i = 0; i < 8; i++) {
                assertThat(migrator.createTenant(TenantName.forUser("a"), (connection, schema) -> {})
                                .fromSpare())
                        .isTrue();
            }
            try (Connection first = pool.getConnection();
                    Connection second = pool.getConnection()) {
                for (Connection connection : List.of(first, second)) {
                    assertThat(kept(connection))
                            .isNotEmpty()
                            .noneSatisfy(text -> assertThat(spares)
                                    .anySatisfy(spare -> assertThat(text).contains(spare)));
                }
            }
        }
    }

    /** The search path, and the statements that the connection has prepared. */
    private static List<String> kept(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                var rows = statement.executeQuery("SELECT current_setting('search_path') UNION ALL"
                        + " SELECT statement FROM pg_prepared_statements")) {
            List<String> kept = new ArrayList<>();
            while (rows.next()) {
                kept.add(rows.getString(1));
            }
            return kept;
        }
    }

    @Test
    void aThrowawayTenantIsTakenFromTheStock() {
        TenantMigrator migrator = filled(1, MEMBERS);
        events.clear();
        try (ThrowawayTenant tenant = migrator.throwaway()) {
            assertThat(migrator.tenants()).containsExactly(tenant.schema());
        }
        assertThat(events.get(0))
                .isInstanceOfSatisfying(
                        TenantEvent.TenantCreated.class,
                        event -> assertThat(event.fromSpare()).isTrue());
    }

    @Test
    void aLostConnectionDoesNotHandOutAnothersTenant() {
        TenantMigrator migrator = filled(1, MEMBERS);
        migrator.createTenant(TenantName.exactly("acme"));
        migrator.maintainSpares();
        AtomicBoolean broken = new AtomicBoolean();
        DataSource dying = (DataSource) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {DataSource.class}, (proxy, method, arguments) -> {
                    Connection connection = database.rawDataSource().getConnection();
                    if (broken.getAndSet(false)) {
                        try (Statement statement = connection.createStatement()) {
                            statement.execute("SELECT pg_terminate_backend(pg_backend_pid())");
                        } catch (SQLException terminated) {
                            return connection;
                        }
                    }
                    return connection;
                });
        TenantMigrator unlucky = TenantMigrator.builder(dying)
                .migrations(MigrationSource.of(MEMBERS))
                .spares(Spares.keep(1))
                .build();
        broken.set(true);

        assertThatThrownBy(() -> unlucky.createTenant(TenantName.exactly("acme")))
                .isInstanceOf(TenantMigratorException.class);
    }

    @Test
    void aNameThatIsRefusedCostsNoSpare() {
        TenantMigrator migrator = migrator(1, builder -> builder.sharedSchema("shared"), Migration.of("1", "SELECT 1"));
        database.execute("CREATE SCHEMA shared; CREATE EXTENSION IF NOT EXISTS \"uuid-ossp\" SCHEMA public");
        migrator.maintainSpares();
        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(() -> migrator.createTenant(TenantName.exactly("shared")))
                    .isInstanceOf(InvalidTenantNameException.class);
        }
        assertThat(migrator.createTenant(TenantName.forUser("a")).fromSpare()).isTrue();
        database.execute("DROP SCHEMA shared CASCADE");
    }

    @Test
    void theStepHasTheSearchPathThatItHasWithoutSpares() {
        database.execute("CREATE SCHEMA ext; CREATE EXTENSION citext SCHEMA ext");
        Migration needs = Migration.of("1", "CREATE EXTENSION IF NOT EXISTS citext; CREATE TABLE t (a citext)");
        List<String> paths = new ArrayList<>();
        CreationStep step = (connection, schema) -> {
            try (Statement statement = connection.createStatement();
                    var row = statement.executeQuery("SHOW search_path")) {
                row.next();
                paths.add(row.getString(1).replace(schema, "@"));
            }
        };
        UnaryOperator<TenantMigratorBuilder> allowed = builder -> builder.allowSchemas("ext");
        migrator(1, allowed, needs).createTenant(TenantName.forUser("a"), step);
        TenantMigrator migrator = migrator(1, allowed, needs);
        migrator.maintainSpares();
        assertThat(migrator.createTenant(TenantName.forUser("a"), step).fromSpare())
                .isTrue();
        assertThat(paths).hasSize(2).allMatch(path -> path.equals(paths.get(0)));
        migrator.tenants().forEach(migrator::dropTenant);
        database.execute("DROP SCHEMA ext CASCADE");
    }

    @Test
    void aContestedNameIsWaitedForOnce() throws SQLException {
        TenantMigrator migrator = migrator(3, builder -> builder.lockTimeout(Duration.ofMillis(300)), MEMBERS);
        migrator.maintainSpares();
        try (Connection connection = database.connection();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("CREATE SCHEMA contested");
            assertThatThrownBy(() -> migrator.createTenant(TenantName.exactly("contested")))
                    .isInstanceOf(TenantMigratorException.class);
            connection.rollback();
            connection.setAutoCommit(true);
        }
        assertThat(noSpare()).contains("another transaction held a lock");
        assertThat(migrator.status().spares().ready()).isEqualTo(3);
        assertThat(migrator.createTenant(TenantName.exactly("contested")).fromSpare())
                .isTrue();
    }

    @Test
    void theSchemasOwnCommentComesBack() {
        TenantMigrator migrator =
                filled(1, Migration.of("1", "COMMENT ON SCHEMA public IS E'it''s \\\\ mine\nreally'"));

        String schema = migrator.createTenant(TenantName.forUser("a")).schema();

        assertThat(database.value("SELECT obj_description(?::regnamespace, 'pg_namespace')", schema))
                .isEqualTo("it's \\ mine\nreally");
    }
}
