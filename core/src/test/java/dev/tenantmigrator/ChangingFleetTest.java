package dev.tenantmigrator;

import static dev.tenantmigrator.Samples.FLAG;
import static dev.tenantmigrator.Samples.MEMBERS;
import static dev.tenantmigrator.Samples.NOTES;
import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import dev.tenantmigrator.event.TenantEvent;
import dev.tenantmigrator.report.FleetReport;
import dev.tenantmigrator.report.TenantOutcome;
import dev.tenantmigrator.rollout.Rollout;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A fleet that is not the same at the end of a run as at its beginning: other instances, tenants that come and go. */
@PostgresTest
class ChangingFleetTest {

    private static final DeployOptions IN_ORDER = DeployOptions.builder()
            .rollout(Rollout.builder().order(Comparator.naturalOrder()).build())
            .build();

    private final TestDatabase database;
    private final List<String> begun = Collections.synchronizedList(new ArrayList<>());

    ChangingFleetTest(TestDatabase database) {
        this.database = database;
    }

    @AfterEach
    void dropAll() {
        Samples.dropAll(database);
        database.assertNoLeaks();
    }

    private void create(String... schemas) {
        for (String schema : schemas) {
            Samples.with(database, MEMBERS).createTenant(TenantName.exactly(schema));
        }
    }

    /** Does something as soon as the run has read the fleet and begins its first tenant. */
    private TenantMigrator meanwhile(Runnable what, Migration... migrations) {
        AtomicBoolean first = new AtomicBoolean(true);
        return Samples.migrator(database, migrations)
                .listener(event -> {
                    if (event instanceof TenantEvent.TenantStarted) {
                        begun.add(event.schema());
                        if (first.getAndSet(false)) {
                            what.run();
                        }
                    }
                })
                .build();
    }

    @Test
    void whatAnotherInstanceDidMeanwhileIsReadInOneStatementAndCostsNoFlight() {
        for (int i = 10; i < 40; i++) {
            create("t" + i);
        }
        TenantMigrator other = Samples.with(database, MEMBERS, NOTES);

        FleetReport report = meanwhile(() -> other.deployAll().throwIfFailed(), MEMBERS, NOTES, FLAG)
                .deploy(
                        Tenants.all(),
                        DeployOptions.builder()
                                .targetVersion(NOTES.version())
                                .rollout(IN_ORDER.rollout())
                                .build());

        assertThat(report.throwIfFailed().of(TenantOutcome.UpToDate.class)).hasSize(30);
        assertThat(begun).containsExactly("t10");
    }

    @Test
    void whatAnotherInstanceBeganIsFinished() {
        for (int i = 10; i < 20; i++) {
            create("t" + i);
        }
        TenantMigrator other = Samples.with(database, MEMBERS, NOTES);

        FleetReport report = meanwhile(() -> other.deployAll().throwIfFailed(), MEMBERS, NOTES, FLAG)
                .deploy(Tenants.all(), IN_ORDER);

        assertThat(report.throwIfFailed().of(TenantOutcome.Migrated.class))
                .hasSize(10)
                .allSatisfy(migrated -> assertThat(migrated.applied())
                        .extracting(TenantOutcome.Step::version)
                        .containsExactly(FLAG.version()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"CREATE TABLE more (id int)", "CREATE INDEX CONCURRENTLY more ON team_member (name)"})
    void aTenantThatIsDroppedOrRenamedIsGoneAndOneThatIsCreatedHasItsTurnNextTime(String sql) {
        create("a", "dropped", "dropped_by_hand", "renamed", "z");
        Migration more = Migration.of("20240107_more", sql);
        TenantMigrator plain = Samples.with(database, MEMBERS);
        TenantMigrator migrator = meanwhile(
                () -> {
                    plain.dropTenant("dropped");
                    database.execute("DROP SCHEMA dropped_by_hand CASCADE");
                    plain.rename("renamed", TenantName.exactly("renamed_again"));
                    create("created");
                    // So that the others are read again before their turn.
                    Samples.with(database, MEMBERS, more)
                            .deploy(Tenants.named("a"))
                            .throwIfFailed();
                },
                MEMBERS,
                more);

        FleetReport report = migrator.deploy(Tenants.all(), IN_ORDER);

        assertThat(report.failed())
                .extracting(TenantOutcome::schema)
                .containsExactly("dropped", "dropped_by_hand", "renamed");
        assertThat(report.failed())
                .allSatisfy(failed -> assertThat(failed.failure().message())
                        .startsWith("the tenant is gone: it was dropped or renamed during the run"));
        assertThat(report.of(TenantOutcome.UpToDate.class))
                .extracting(TenantOutcome::schema)
                .containsExactly("a");
        assertThat(report.of(TenantOutcome.Migrated.class))
                .extracting(TenantOutcome::schema)
                .containsExactly("z");
        assertThat(database.values(
                        "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'dropped%' OR nspname = 'renamed'"))
                .isEmpty();

        assertThat(migrator.deploy(Tenants.all(), IN_ORDER).throwIfFailed().of(TenantOutcome.Migrated.class))
                .extracting(TenantOutcome::schema)
                .containsExactly("created", "renamed_again");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void aPoolSmallerThanTheParallelismIsSlowerAndNoDeadlock(int size) {
        create("a", "b", "c", "d", "e", "f");
        try (HikariDataSource pool = Samples.pool(database, size)) {
            FleetReport report = TenantMigrator.builder(pool)
                    .migrations(MigrationSource.of(MEMBERS, NOTES))
                    .parallelism(4)
                    .build()
                    .deployAll();
            assertThat(report.throwIfFailed().of(TenantOutcome.Migrated.class)).hasSize(6);
        }
    }
}
