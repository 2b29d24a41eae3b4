package dev.tenantmigrator;

import static dev.tenantmigrator.Samples.MEMBERS;
import static dev.tenantmigrator.Samples.NOTES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenantmigrator.event.TenantEvent;
import dev.tenantmigrator.report.CreatedTenant;
import dev.tenantmigrator.report.SpareCounts;
import dev.tenantmigrator.report.SpareTenant;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** A sign-up takes a spare tenant, which is then a tenant like any other. */
@PostgresTest
class SparesTest extends SpareTenants {

    SparesTest(TestDatabase database) {
        super(database);
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

    /** It may have sent a mail. */
    @Test
    void theStepIsNotRepeatedWithAnotherSpareWhenTheTransactionFailsBehindIt() throws SQLException {
        TenantMigrator migrator = filled(3, MEMBERS);
        database.execute("CREATE TABLE public.owner (tenant text REFERENCES public.owner DEFERRABLE INITIALLY DEFERRED,"
                + " id text PRIMARY KEY)");
        AtomicInteger runs = new AtomicInteger();
        CreationStep violates = (connection, schema) -> {
            runs.incrementAndGet();
            try (Statement statement = connection.createStatement()) {
                statement.execute("INSERT INTO public.owner VALUES ('nobody', 'x')");
            }
        };
        CreationStep hidesAnError = (connection, schema) -> {
            runs.incrementAndGet();
            try (Statement statement = connection.createStatement()) {
                statement.execute("SELECT 1 / 0");
            } catch (SQLException e) {
                assertThat(e.getSQLState()).isEqualTo("22012");
            }
        };

        for (CreationStep step : List.of(violates, hidesAnError)) {
            runs.set(0);
            assertThatThrownBy(() -> migrator.createTenant(TenantName.forUser("a"), step))
                    .isInstanceOf(TenantMigratorException.class)
                    .hasMessageContaining("the spare was given back");
            assertThat(runs).hasValue(1);
        }
        assertThatThrownBy(() -> Samples.with(database, MEMBERS)
                        .createTenant(TenantName.forUser("without_spares"), hidesAnError))
                .isInstanceOf(TenantMigratorException.class)
                .hasMessageContaining("25P02");
        try (Connection connection = database.connection()) {
            connection.setAutoCommit(false);
            runs.set(0);
            assertThatThrownBy(() -> migrator.createTenant(connection, TenantName.forUser("a"), hidesAnError))
                    .isInstanceOf(TenantMigratorException.class);
            assertThat(runs).hasValue(1);
            // The caller's transaction goes on.
            assertThat(settings(connection)).isNotEmpty();
            connection.rollback();
            connection.setAutoCommit(true);
        }
        assertThat(migrator.status().spares().ready()).isEqualTo(3);
        assertThat(migrator.tenants()).isEmpty();
        assertThat(spareEvents).isEmpty();
        database.execute("DROP TABLE public.owner");
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
    void aThrowawayTenantIsTakenFromTheStock() {
        TenantMigrator migrator = filled(1, MEMBERS);
        events.clear();
        try (migrator;
                ThrowawayTenant tenant = migrator.throwaway()) {
            assertThat(migrator.tenants()).containsExactly(tenant.schema());
        }
        assertThat(events.get(0))
                .isInstanceOfSatisfying(
                        TenantEvent.TenantCreated.class,
                        event -> assertThat(event.fromSpare()).isTrue());
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
    void theSchemasOwnCommentComesBack() {
        TenantMigrator migrator =
                filled(1, Migration.of("1", "COMMENT ON SCHEMA public IS E'it''s \\\\ mine\nreally'"));

        String schema = migrator.createTenant(TenantName.forUser("a")).schema();

        assertThat(database.value("SELECT obj_description(?::regnamespace, 'pg_namespace')", schema))
                .isEqualTo("it's \\ mine\nreally");
    }
}
