package dev.tenantmigrator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenantmigrator.report.DriftReport;
import dev.tenantmigrator.report.StructureClass;
import dev.tenantmigrator.support.PostgresTest;
import dev.tenantmigrator.support.TestDatabase;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever way tenants came to their versions, they are as defined. */
@PostgresTest
class DriftOfHistoriesTest {

    private final TestDatabase database;

    DriftOfHistoriesTest(TestDatabase database) {
        this.database = database;
    }

    @BeforeEach
    void createUsers() {
        database.execute("CREATE TABLE IF NOT EXISTS public.users (id int PRIMARY KEY, name text, email text)");
    }

    @AfterEach
    void dropAll() {
        Samples.dropAll(database);
        database.execute("DROP TABLE IF EXISTS public.users");
    }

    @ParameterizedTest
    @ValueSource(strings = {"migrations-sample", "prisma-shop", "pg-dump-data", "1", "2", "3", "4", "5"})
    void everyWayGivesTheSameStructure(String name) {
        List<Migration> history = history(name);
        TenantMigrator half = migrator(history.subList(0, (history.size() + 1) / 2));
        String whole = "w", deployed = "d", renamed = "n", spare = "s";
        TenantMigrator all = migrator(history);
        all.createTenant(TenantName.exactly(whole));
        half.createTenant(TenantName.exactly(deployed));
        all.deployAll().throwIfFailed();
        all.createTenant(TenantName.exactly("before"));
        all.rename("before", TenantName.exactly(renamed));
        TenantMigrator withSpares = TenantMigrator.builder(database.dataSource())
                .migrations(MigrationSource.of(history.toArray(Migration[]::new)))
                .sharedObjects("users")
                .spares(Spares.keep(1))
                .build();
        withSpares.maintainSpares();
        withSpares.createTenant(TenantName.exactly(spare));
        withSpares.dropSpares();

        DriftReport report = all.drift(Tenants.all(), DriftOptions.defaults());

        assertThat(report.unknown()).isEmpty();
        assertThat(report.classes())
                .singleElement()
                .satisfies(one -> assertThat(one.differences()).isEmpty())
                .extracting(StructureClass::tenants)
                .isEqualTo(List.of(deployed, renamed, spare, whole));
    }

    private static List<Migration> history(String name) {
        if (name.matches("[0-9]+")) {
            return GeneratedHistory.of(Long.parseLong(name), 80);
        }
        MigrationSource source = name.equals("migrations-sample")
                ? MigrationSource.directory(Path.of(name))
                : MigrationSource.classpath("histories/" + name);
        return List.copyOf(source.read());
    }

    private TenantMigrator migrator(List<Migration> history) {
        return TenantMigrator.builder(database.dataSource())
                .migrations(MigrationSource.of(history.toArray(Migration[]::new)))
                .sharedObjects("users")
                .build();
    }
}
