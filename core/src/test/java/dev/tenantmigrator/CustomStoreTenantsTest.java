package dev.tenantmigrator;

import static dev.tenantmigrator.Samples.MEMBERS;
import static dev.tenantmigrator.Samples.NOTES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.tenantmigrator.report.FleetReport;
import dev.tenantmigrator.report.TenantOutcome;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Creation, renaming, dropping and moving with a store that is not built in. */
@PostgresTest
class CustomStoreTenantsTest extends CustomStore {

    CustomStoreTenantsTest(TestDatabase database) {
        super(database);
    }

    @Test
    void aCreationRecordsAllMigrations() {
        String a = create("a", MEMBERS, NOTES);

        assertThat(record(a))
                .extracting(AppliedMigration::version, AppliedMigration::description, AppliedMigration::checksum)
                .containsExactly(
                        tuple(
                                MEMBERS.version(),
                                Optional.of("members"),
                                Optional.of(MEMBERS.up().checksum())),
                        tuple(
                                NOTES.version(),
                                Optional.of("notes"),
                                Optional.of(NOTES.up().checksum())));
        assertThat(database.value("SELECT bool_and(abs(extract(epoch FROM (e ->> 'applied_at')::timestamp"
                        + " - timezone('UTC', now()))) < 60) FROM " + DocumentStore.TABLE
                        + ", jsonb_array_elements(versions) e"))
                .isEqualTo("true");
        assertThat(with(MEMBERS, NOTES).tenants()).containsExactly(a);
        assertThat(with(MEMBERS, NOTES).verify().successful()).isTrue();
    }

    @Test
    void aFailedCreationLeavesNoRecord() {
        Migration fails = Migration.of("20240199_fails", "SELECT 1 / 0");

        assertThatThrownBy(() -> create("a", MEMBERS, fails)).isInstanceOf(MigrationFailedException.class);

        assertThat(with(MEMBERS).exists("a")).isFalse();
        assertThat(record("a")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aCreationEndsWithItsCallersTransaction(boolean commits) throws SQLException {
        TenantMigrator migrator = with(MEMBERS, NOTES);
        try (Connection connection = database.connection()) {
            connection.setAutoCommit(false);
            migrator.createTenant(connection, TenantName.exactly("a"));
            if (commits) {
                connection.commit();
            } else {
                connection.rollback();
            }
            connection.setAutoCommit(true);
        }

        assertThat(migrator.exists("a")).isEqualTo(commits);
        assertThat(versions("a")).hasSize(commits ? 2 : 0);
    }

    @Test
    void aCreationThatWritesToTheRecordIsTakenBack() {
        create("other", MEMBERS);
        Migration spoils = Migration.of("20240199_spoils", HIDDEN_WRITE);

        assertThatThrownBy(() -> create("a", MEMBERS, spoils)).hasMessageContaining("documents.record");

        assertThat(with(MEMBERS).tenants()).containsExactly("other");
    }

    @Test
    void theFirstCreationsAtOnceMakeTheTableOnce() throws Exception {
        int signUps = 4;
        assertThat(relation(DocumentStore.TABLE)).isEmpty();

        List<String> created = atOnce(signUps, i -> create("first_" + i, MEMBERS));

        assertThat(with(MEMBERS).tenants()).containsExactlyInAnyOrderElementsOf(created);
    }

    @Test
    void whatOthersMadeMeanwhileIsPreparedOnceMore() {
        AtomicBoolean first = new AtomicBoolean(true);
        DocumentStore raced = new DocumentStore() {
            @Override
            public void prepare(Connection connection) throws SQLException {
                if (first.getAndSet(false)) {
                    throw new SQLException("duplicate key", "23505");
                }
                super.prepare(connection);
            }
        };

        builder(raced, MEMBERS).build().createTenant(TenantName.exactly("a"));

        assertThat(versions("a")).isEqualTo(versionsOf(MEMBERS));
    }

    @Test
    void aRecordWithoutASchemaIsNoTenantAndIsReplacedWhenTheNameIsUsedAgain() {
        String a = create("a", MEMBERS, NOTES);
        String b = create("b", MEMBERS);
        database.execute("DROP SCHEMA a CASCADE");
        TenantMigrator migrator = with(MEMBERS, NOTES);

        assertThat(migrator.tenants()).containsExactly(b);
        assertThat(migrator.exists(a)).isFalse();
        migrator.deployAll().throwIfFailed();

        create("a", MEMBERS);
        assertThat(versions(a)).isEqualTo(versionsOf(MEMBERS));
    }

    @Test
    void recordsOfReservedSchemasAreNoTenants() {
        String a = create("a", MEMBERS);
        database.execute("CREATE SCHEMA tenant_migrator_drop_half; INSERT INTO " + DocumentStore.TABLE
                + " VALUES ('tenant_migrator_drop_half', '[]'), ('public', '[]'), ('pg_catalog', '[]')");
        TenantMigrator migrator = with(MEMBERS, NOTES);

        assertThat(migrator.tenants()).containsExactly(a);
        assertThat(migrator.deployAll().throwIfFailed().outcomes()).hasSize(1);
        assertThat(migrator.exists("public")).isFalse();
        database.execute("DROP SCHEMA tenant_migrator_drop_half");
    }

    @Test
    void oneRecordThatCannotBeReadHidesNoOther() {
        create("a", MEMBERS);
        create("b", MEMBERS);
        database.execute("UPDATE " + DocumentStore.TABLE
                + " SET versions = jsonb_set(versions, '{0,applied_at}', '\"never\"') WHERE tenant = 'a'");

        FleetReport report = with(MEMBERS, NOTES).deployAll();

        database.execute("UPDATE " + DocumentStore.TABLE + " SET versions = '[]' WHERE tenant = 'a'");
        assertThat(onlyFailure(report).message()).contains("the tracking table cannot be read");
        assertThat(report.of(TenantOutcome.Migrated.class))
                .extracting(TenantOutcome::schema)
                .containsExactly("b");
    }

    @Test
    void theRecordFollowsARename() {
        create("a", MEMBERS);
        database.execute("INSERT INTO " + DocumentStore.TABLE + " VALUES ('b', '[{\"version\": \"left over\"}]')");
        TenantMigrator migrator = with(MEMBERS, NOTES);

        migrator.rename("a", TenantName.exactly("b"));

        assertThat(migrator.tenants()).containsExactly("b");
        migrator.deployAll().throwIfFailed();
        assertThat(versions("b")).isEqualTo(versionsOf(MEMBERS, NOTES));
    }

    @Test
    void aDropForgetsTheRecord() {
        String a = create("a", MEMBERS);

        with(MEMBERS).dropTenant(a);

        assertThat(with(MEMBERS).tenants()).isEmpty();
        assertThat(database.value("SELECT count(*) FROM " + DocumentStore.TABLE))
                .isEqualTo("0");
    }

    @Test
    void anAdoptedSchemaIsRecorded() {
        database.execute("CREATE SCHEMA old; CREATE TABLE old.team_member (id uuid, name text)");
        TenantMigrator migrator = with(MEMBERS, NOTES);
        assertThat(migrator.planAdoption("old").versions()).isEqualTo(versionsOf(MEMBERS));

        migrator.adopt("old", versionsOf(MEMBERS));

        assertThat(versions("old")).isEqualTo(versionsOf(MEMBERS));
        assertThatThrownBy(() -> migrator.adopt("old", List.of())).isInstanceOf(TenantExistsException.class);
    }

    @Test
    void aThrowawayIsTracked() {
        try (TenantMigrator migrator = with(MEMBERS);
                ThrowawayTenant tenant = migrator.throwaway()) {
            assertThat(versions(tenant.schema())).isEqualTo(versionsOf(MEMBERS));
        }
        assertThat(with(MEMBERS).tenants()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void recordsMoveFromABuiltInStoreAndBack(boolean fleet) throws SQLException {
        TrackingStore builtIn = fleet ? TrackingStore.fleet() : TrackingStore.perSchema();
        DocumentStore own = new DocumentStore();
        TenantMigrator before = builder(builtIn, MEMBERS, NOTES).build();
        before.createTenant(TenantName.exactly("a"));
        List<AppliedMigration> rows;
        try (Connection connection = database.connection()) {
            rows = builtIn.read(connection, List.of("a")).get("a");
        }

        assertThat(before.moveTracking(own).throwIfFailed().of(TenantOutcome.Moved.class))
                .hasSize(1);
        assertThat(record("a")).isEqualTo(rows).hasSize(2);
        assertThat(before.tenants()).isEmpty();

        with(MEMBERS, NOTES).moveTracking(builtIn).throwIfFailed();
        assertThat(record("a")).isEmpty();
        assertThat(with(MEMBERS, NOTES).tenants()).isEmpty();
        try (Connection connection = database.connection()) {
            assertThat(builtIn.read(connection, List.of("a"))).containsEntry("a", rows);
        }
        before.dropTenant("a");
    }
}
