package dev.tenantmigrator;

import static dev.tenantmigrator.Samples.FLAG;
import static dev.tenantmigrator.Samples.MEMBERS;
import static dev.tenantmigrator.Samples.NOTES;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tenantmigrator.report.FleetReport;
import dev.tenantmigrator.report.TenantOutcome;
import dev.tenantmigrator.report.TenantStatus;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import javax.sql.DataSource;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.ds.PGSimpleDataSource;

/** The life of a tenant with parameters of the driver that hosts set in their URL. */
@PostgresTest
class DriverParametersTest {

    private static final Migration INDEX = Migration.of(
            "20240104_index",
            "CREATE INDEX CONCURRENTLY notes_body ON public.notes (body)",
            "DROP INDEX CONCURRENTLY notes_body");

    private final TestDatabase database;

    DriverParametersTest(TestDatabase database) {
        this.database = database;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "preferQueryMode=simple",
                "preferQueryMode=extendedForPrepared",
                "preferQueryMode=extendedCacheEverything&prepareThreshold=1",
                "prepareThreshold=-1&binaryTransfer=true",
                "prepareThreshold=0",
                "defaultRowFetchSize=1",
                "defaultRowFetchSize=1&adaptiveFetch=true&adaptiveFetchMaximum=5",
                "autosave=always&cleanupSavepoints=true",
                "reWriteBatchedInserts=true",
                "stringtype=unspecified",
                "readOnly=false&readOnlyMode=always",
                "assumeMinServerVersion=15&ApplicationName=an app; with 'quotes'",
                "logServerErrorDetail=false",
                "currentSchema=public"
            })
    void tenantsAreCreatedMigratedRolledBackAndCheckedWith(String parameters) {
        DataSource dataSource = dataSource(parameters);
        TenantMigrator first = migrator(dataSource, MEMBERS, NOTES);
        String kept = first.createTenant(TenantName.forUser("kept")).schema();
        String lacking = first.createTenant(TenantName.forUser("lacking")).schema();
        database.execute("DROP TABLE " + lacking + ".team_member CASCADE");
        TenantMigrator migrator = migrator(dataSource, MEMBERS, NOTES, FLAG, INDEX);

        assertThat(migrator.deployAll().throwIfFailed().of(TenantOutcome.Migrated.class))
                .hasSize(2);
        assertThat(migrator.backfill(Tenants.all()).throwIfFailed().of(TenantOutcome.Backfilled.class))
                .singleElement()
                .satisfies(outcome -> assertThat(outcome.tables()).containsExactly("team_member"));
        assertThat(migrator.verify().of(TenantOutcome.Healthy.class)).hasSize(2);
        assertThat(migrator.status().tenants()).hasSize(2).allMatch(TenantStatus::healthy);
        FleetReport back = migrator.rollback(
                Tenants.all(),
                FLAG.version(),
                RollbackOptions.builder().laterVersions(true).build());
        assertThat(back.throwIfFailed().of(TenantOutcome.RolledBack.class)).hasSize(2);
        String renamed = migrator.rename(kept, TenantName.exactly("renamed"));
        assertThat(migrator.tenants()).containsExactly(lacking, renamed);
        migrator.dropTenant(renamed);
        migrator.dropTenant(lacking);
        assertThat(migrator.tenants()).isEmpty();
    }

    private static TenantMigrator migrator(DataSource dataSource, Migration... migrations) {
        return TenantMigrator.builder(dataSource)
                .migrations(MigrationSource.of(migrations))
                .requiredTables("team_member", "notes")
                .build();
    }

    private DataSource dataSource(String parameters) {
        PGSimpleDataSource dataSource = new PGSimpleDataSource();
        dataSource.setUrl(database.jdbcUrl() + '?' + parameters);
        dataSource.setUser(database.user());
        dataSource.setPassword(database.password());
        return dataSource;
    }
}
