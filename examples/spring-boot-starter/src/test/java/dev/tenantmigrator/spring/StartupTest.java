package dev.tenantmigrator.spring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenantmigrator.MigrationSource;
import dev.tenantmigrator.TenantMigrator;
import dev.tenantmigrator.TenantName;
import dev.tenantmigrator.support.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** What happens to the tenants when an application starts. */
class StartupTest {

    private TestDatabase database;

    @BeforeEach
    void createDatabase() {
        database = TestDatabase.create("starter");
    }

    @AfterEach
    void dropDatabase() throws SQLException {
        database.close();
    }

    @Test
    void pendingMigrationsAreApplied(@TempDir Path migrations) throws IOException {
        add(migrations, "1_first", "CREATE TABLE first ();");
        try (TenantMigrator older = TenantMigrator.builder(database.dataSource())
                .migrations(MigrationSource.directory(migrations))
                .build()) {
            older.createTenant(TenantName.exactly("ada"));
        }
        add(migrations, "2_second", "CREATE TABLE second ();");

        application()
                .withPropertyValues("tenant-migrator.migrations=" + migrations)
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    assertThat(database.value("SELECT to_regclass('ada.second')::text"))
                            .isEqualTo("ada.second");
                });
    }

    private static void add(Path migrations, String version, String sql) throws IOException {
        Files.writeString(Files.createDirectory(migrations.resolve(version)).resolve("migration.sql"), sql);
    }

    @Test
    void thereIsNoMigratorWhenItIsNotWanted() {
        application()
                .withPropertyValues("tenant-migrator.enabled=false")
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(TenantMigrator.class));
    }

    private ApplicationContextRunner application() {
        return new ApplicationContextRunner()
                .withConfiguration(
                        AutoConfigurations.of(DataSourceAutoConfiguration.class, TenantMigratorAutoConfiguration.class))
                .withPropertyValues(
                        "spring.datasource.url=" + database.jdbcUrl(),
                        "spring.datasource.username=" + database.user(),
                        "spring.datasource.password=" + database.password());
    }
}
