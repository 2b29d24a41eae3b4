package dev.tenantmigrator;

import static dev.tenantmigrator.Samples.MEMBERS;
import static dev.tenantmigrator.Samples.NOTES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenantmigrator.report.SpareReport;
import dev.tenantmigrator.report.SpareTenant;
import dev.tenantmigrator.report.TenantOutcome;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The stock of spare tenants: how it is filled, shared by instances, renewed and emptied. */
@PostgresTest
class SpareStockTest extends SpareTenants {

    SpareStockTest(TestDatabase database) {
        super(database);
    }

    @Test
    void theArgumentsAreChecked() {
        assertThatThrownBy(() -> Spares.keep(0)).hasMessageContaining("1 or more");
        assertThatThrownBy(() -> Spares.keep(3).minimum(4)).hasMessageContaining("at most the number to keep, 3");
        assertThatThrownBy(() -> Spares.keep(3).minimum(0)).hasMessageContaining("1 or more");
        assertThatThrownBy(() -> Spares.keep(3).maxAge(Duration.ZERO)).hasMessageContaining("at least 1 ms");
        assertThatThrownBy(() -> Samples.with(database, MEMBERS).maintainSpares())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("spares(Spares.keep(number))");
    }

    @Test
    void severalInstancesTogetherMakeNoMoreThanAsked() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(4);
        List<Future<SpareReport>> reports = new ArrayList<>();
        try {
            for (int i = 0; i < 4; i++) {
                TenantMigrator instance = builder(Spares.keep(7), MEMBERS).build();
                reports.add(threads.submit(instance::maintainSpares));
            }
            int created = 0;
            for (Future<SpareReport> report : reports) {
                created += report.get().created();
                assertThat(report.get().counts().ready()).isEqualTo(7);
            }
            assertThat(created).isEqualTo(7);
        } finally {
            threads.shutdownNow();
        }
        assertThat(Samples.with(database, MEMBERS).spares()).hasSize(7);
    }

    @Test
    void theStockThatAnotherInstanceFilledMeanwhileIsNotFilledTwice() {
        TenantMigrator other = builder(Spares.keep(2), MEMBERS).build();
        // Adapting comes between the decision to make a spare and its turn.
        SchemaAdapter adapter = (script, shared) -> {
            other.maintainSpares();
            return SchemaAdapter.standard().adapt(script, shared);
        };

        assertThat(builder(Spares.keep(2), MEMBERS)
                        .schemaAdapter(adapter)
                        .build()
                        .maintainSpares()
                        .created())
                .isZero();
        assertThat(other.spares()).hasSize(2);
    }

    @Test
    void theMinimumDecidesWhenTheStockIsFilled() {
        TenantMigrator migrator = builder(Spares.keep(3).minimum(2), MEMBERS).build();
        assertThat(migrator.maintainSpares().created()).isEqualTo(3);

        migrator.createTenant(TenantName.forUser("a"));
        assertThat(migrator.maintainSpares().created()).isZero();
        migrator.createTenant(TenantName.forUser("a"));
        assertThat(migrator.maintainSpares().created()).isEqualTo(2);
    }

    @Test
    void oldSparesAreReplaced() {
        TenantMigrator migrator = builder(Spares.keep(2), MEMBERS).build();
        migrator.maintainSpares();
        List<String> first = migrator.spares().stream().map(SpareTenant::schema).toList();
        makeOld();

        SpareReport report = migrator.maintainSpares();

        assertThat(report.dropped()).isEqualTo(2);
        assertThat(report.created()).isEqualTo(2);
        assertThat(report.spares()).extracting(SpareTenant::schema).hasSize(2).doesNotContainAnyElementsOf(first);
    }

    private void makeOld() {
        database.execute(
                "DO $$DECLARE s name; BEGIN FOR s IN SELECT nspname FROM pg_namespace WHERE nspname ~ '^tenant_migrator_spare_' LOOP"
                        + " EXECUTE format('COMMENT ON SCHEMA %I IS %L', s, regexp_replace(obj_description(s::text::regnamespace,"
                        + " 'pg_namespace'), '^(tenant-migrator spare [0-9a-f]{64}) [0-9]+', '\\1 1000')); END LOOP; END$$");
    }

    @Test
    void anOldSpareThatASignUpHoldsIsNotWaitedFor() throws SQLException {
        TenantMigrator migrator = builder(Spares.keep(2), MEMBERS).build();
        migrator.maintainSpares();
        makeOld();
        try (Connection connection = database.connection()) {
            connection.setAutoCommit(false);
            assertThat(migrator.createTenant(connection, TenantName.forUser("a"))
                            .fromSpare())
                    .isTrue();

            assertThat(migrator.maintainSpares().dropped()).isEqualTo(1);
            connection.commit();
            connection.setAutoCommit(true);
        }
    }

    @Test
    void theDropOfASpareThatADeadProcessBeganIsFinished() {
        TenantMigrator migrator = builder(Spares.keep(1), MEMBERS).build();
        migrator.maintainSpares();
        Runnable allowed = Samples.refusingDrops(database);
        assertThatThrownBy(migrator::dropSpares).hasMessageContaining("the drop is not finished");
        allowed.run();
        assertThat(migrator.unfinishedDrops()).isEmpty();
        assertThat(migrator.status().tenants()).isEmpty();

        assertThat(migrator.maintainSpares().created()).isEqualTo(1);

        assertThat(database.values("SELECT nspname FROM pg_namespace WHERE nspname ~ '^tenant_migrator_drop'"))
                .isEmpty();
    }

    @Test
    void aSpareOfAnotherRoleIsNotTakenAndNotCounted() throws SQLException {
        try {
            TenantMigrator.builder(database.superuserDataSource())
                    .migrations(MigrationSource.of(MEMBERS))
                    .spares(Spares.keep(1))
                    .build()
                    .maintainSpares();
            TenantMigrator migrator = builder(Spares.keep(2), MEMBERS).build();

            assertThat(migrator.spares()).singleElement().satisfies(spare -> {
                assertThat(spare.state()).isEqualTo(SpareTenant.State.UNFIT);
                assertThat(spare.objects()).isEmpty();
            });
            // Migrations would fail in it for want of rights, which says nothing of the migrations.
            try (Connection superuser = database.superuserDataSource().getConnection();
                    Statement statement = superuser.createStatement()) {
                String spare = migrator.spares().get(0).schema();
                statement.execute("GRANT USAGE ON SCHEMA " + spare + " TO " + database.user() + "; GRANT SELECT ON "
                        + spare + ".schema_migrations TO " + database.user());
            }
            String tenant = Samples.create(database, "old", MEMBERS);
            assertThat(Samples.with(database, MEMBERS, NOTES)
                            .deployAll()
                            .throwIfFailed()
                            .of(TenantOutcome.Migrated.class))
                    .extracting(TenantOutcome::schema)
                    .containsExactly(tenant);
            assertThat(migrator.createTenant(TenantName.forUser("a")).fromSpare())
                    .isFalse();
            assertThat(migrator.maintainSpares().created()).isEqualTo(2);
            assertThat(migrator.createTenant(TenantName.forUser("a")).fromSpare())
                    .isTrue();
            assertThatThrownBy(migrator::dropSpares)
                    .isInstanceOfSatisfying(SparesNotDroppedException.class, e -> {
                        assertThat(e.dropped()).isEqualTo(1);
                        assertThat(e.failures())
                                .singleElement()
                                .extracting(failure -> failure.tenant().orElse(""))
                                .isEqualTo(migrator.spares().get(0).schema());
                    })
                    .hasMessageContaining("1 spare was dropped, 1 could not be dropped: ")
                    .hasMessageContaining("must be owner");
            // The others are dropped all the same.
            assertThat(migrator.spares()).hasSize(1);
        } finally {
            TenantMigrator.builder(database.superuserDataSource())
                    .migrations(MigrationSource.of(MEMBERS))
                    .build()
                    .dropSpares();
        }
    }

    @Test
    void aSuperuserTakesRenewsAndMigratesNoSpareOfAnotherRole() {
        TenantMigrator plain = builder(Spares.keep(1), MEMBERS).build();
        plain.maintainSpares();
        makeOld();
        TenantMigrator superuser = TenantMigrator.builder(database.superuserDataSource())
                .migrations(MigrationSource.of(MEMBERS))
                .spares(Spares.keep(1))
                .build();
        try {
            assertThat(superuser
                            .createTenant(TenantName.exactly("of_superuser"))
                            .fromSpare())
                    .isFalse();
            SpareReport report = superuser.maintainSpares();
            assertThat(report.created()).isEqualTo(1);
            assertThat(report.dropped()).isZero();
            TenantMigrator.builder(database.superuserDataSource())
                    .migrations(MigrationSource.of(MEMBERS, NOTES))
                    .build()
                    .deployAll()
                    .throwIfFailed();

            assertThat(plain.status().spares().ready()).isEqualTo(1);
            assertThat(plain.status().spares().unfit()).isEqualTo(1);
            assertThat(plain.createTenant(TenantName.forUser("a")).fromSpare()).isTrue();
        } finally {
            superuser.tenants().forEach(superuser::dropTenant);
            superuser.dropSpares();
        }
    }

    @Test
    void anOldSpareThatCannotBeDroppedKeepsNoOtherFromBeingMade() {
        TenantMigrator migrator = builder(Spares.keep(1), MEMBERS).build();
        migrator.maintainSpares();
        makeOld();
        database.execute("CREATE VIEW public.outside AS SELECT * FROM "
                + migrator.spares().get(0).schema() + ".team_member");

        TenantMigrator more = builder(Spares.keep(2), MEMBERS).build();
        assertThatThrownBy(more::maintainSpares).hasMessageContaining("outside");
        assertThat(more.status().spares().ready()).isEqualTo(2);
        database.execute("DROP VIEW public.outside");
    }

    @Test
    void aFailingMigrationIsReportedAndSignUpsSayTheSame() {
        TenantMigrator migrator =
                builder(Spares.keep(1), Migration.of("1_bad", "SELECT 1 / 0")).build();

        assertThatThrownBy(migrator::maintainSpares)
                .isInstanceOf(MigrationFailedException.class)
                .hasMessageContaining("1_bad/migration.sql:1");
        assertThat(migrator.spares()).isEmpty();
        assertThat(database.values("SELECT nspname FROM pg_namespace WHERE nspname ~ '^tenant_migrator_spare'"))
                .isEmpty();
    }

    @Test
    void aNewMigrationInTheDirectoryIsNoticedAtTheNextSignUp(@TempDir Path directory) throws IOException {
        write(directory, "1_first", "CREATE TABLE first (id int)");
        TenantMigrator migrator = TenantMigrator.builder(database.dataSource())
                .migrations(MigrationSource.directory(directory))
                .spares(Spares.keep(3))
                .build();
        migrator.maintainSpares();
        assertThat(migrator.createTenant(TenantName.forUser("a")).fromSpare()).isTrue();

        write(directory, "2_second", "CREATE TABLE second (id int)");

        assertThat(migrator.createTenant(TenantName.forUser("a")).versions()).containsExactly("1_first", "2_second");
    }

    private static void write(Path directory, String version, String sql) throws IOException {
        Path migration = Files.createDirectory(directory.resolve(version));
        Files.writeString(migration.resolve("migration.sql"), sql);
    }

    @Test
    void anInstanceWithoutSparesLeavesThemAloneAndDeploysToThem() {
        builder(Spares.keep(1), MEMBERS).build().maintainSpares();
        TenantMigrator without = Samples.with(database, MEMBERS, NOTES);
        String created = without.createTenant(TenantName.forUser("a")).schema();

        assertThat(without.tenants()).containsExactly(created);
        without.deployAll().throwIfFailed();
        assertThat(without.spares()).extracting(SpareTenant::state).containsExactly(SpareTenant.State.READY);
    }
}
