package dev.tenantmigrator.spring;

import dev.tenantmigrator.MigrationSource;
import dev.tenantmigrator.TenantMigrator;
import dev.tenantmigrator.TenantName;
import dev.tenantmigrator.support.TestDatabase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.flyway.autoconfigure.FlywayAutoConfiguration;
import org.springframework.boot.hibernate.autoconfigure.HibernateJpaAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceInitializationAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcClientAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcTemplateAutoConfiguration;
import org.springframework.boot.jooq.autoconfigure.JooqAutoConfiguration;
import org.springframework.boot.liquibase.autoconfigure.LiquibaseAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.transaction.autoconfigure.TransactionAutoConfiguration;

/** An application with the starter, a database, and migrations in a directory. */
record Application(TestDatabase database, Path migrations) {

    /** The configurations of an application with everything that may use the database; a test takes some away by properties. */
    ApplicationContextRunner runner() {
        return new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        DataSourceAutoConfiguration.class,
                        DataSourceInitializationAutoConfiguration.class,
                        DataSourceTransactionManagerAutoConfiguration.class,
                        TransactionAutoConfiguration.class,
                        JdbcTemplateAutoConfiguration.class,
                        JdbcClientAutoConfiguration.class,
                        FlywayAutoConfiguration.class,
                        LiquibaseAutoConfiguration.class,
                        JooqAutoConfiguration.class,
                        TenantMigratorAutoConfiguration.class))
                .withPropertyValues(
                        "spring.datasource.url=" + database.jdbcUrl(),
                        "spring.datasource.username=" + database.user(),
                        "spring.datasource.password=" + database.password(),
                        "spring.flyway.enabled=false",
                        "spring.liquibase.enabled=false",
                        "tenant-migrator.migrations=" + migrations);
    }

    /** With Hibernate too. */
    ApplicationContextRunner withJpa() {
        return runner().withConfiguration(AutoConfigurations.of(HibernateJpaAutoConfiguration.class));
    }

    void add(String version, String sql) {
        try {
            Files.writeString(Files.createDirectory(migrations.resolve(version)).resolve("migration.sql"), sql);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Creates tenants with the migrations so far. */
    void createTenants(String... schemas) {
        try (TenantMigrator migrator = TenantMigrator.builder(database.dataSource())
                .migrations(MigrationSource.directory(migrations))
                .build()) {
            for (String schema : schemas) {
                migrator.createTenant(TenantName.exactly(schema));
            }
        }
    }
}
