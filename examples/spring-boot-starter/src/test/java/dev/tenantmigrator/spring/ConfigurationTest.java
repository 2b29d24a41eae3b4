package dev.tenantmigrator.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import dev.tenantmigrator.TenantMigrator;
import dev.tenantmigrator.TenantName;
import dev.tenantmigrator.event.RunEvent;
import dev.tenantmigrator.event.RunEvent.RunFinished;
import dev.tenantmigrator.event.TenantEvent;
import dev.tenantmigrator.event.TenantEventListener;
import dev.tenantmigrator.spring.actuate.TenantActuatorAutoConfiguration;
import dev.tenantmigrator.spring.actuate.TenantsEndpoint;
import dev.tenantmigrator.support.TestDatabase;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.datasource.DelegatingDataSource;
import tools.jackson.databind.json.JsonMapper;

/** Properties, and beans of the application that change the migrator. */
class ConfigurationTest {

    private TestDatabase database;
    private Application application;

    @BeforeEach
    void createDatabase(@TempDir Path migrations) {
        database = TestDatabase.create("starter");
        application = new Application(database, migrations);
        application.add("1_first", "CREATE TABLE first (id int);");
    }

    @AfterEach
    void dropDatabase() throws SQLException {
        database.close();
    }

    @Test
    void thePropertiesReachTheMigrator() {
        application
                .runner()
                .withPropertyValues(
                        "tenant-migrator.required-tables=first",
                        "tenant-migrator.extensions=",
                        "tenant-migrator.tracking=fleet",
                        "tenant-migrator.spares=2")
                .run(context -> {
                    TenantMigrator migrator = context.getBean(TenantMigrator.class);
                    migrator.createTenant(TenantName.exactly("ada"));
                    assertThat(migrator.status().tenants().get(0).presentTables())
                            .containsExactly("first");
                    assertThat(
                                    database.value(
                                            "SELECT DISTINCT tenant FROM tenant_migrator_fleet.schema_migrations WHERE tenant = 'ada'"))
                            .isEqualTo("ada");
                    database.awaitRow(
                            "SELECT 1 FROM pg_namespace WHERE nspname ~ '^tenant_migrator_spare_' HAVING count(*) = 2");
                });
        assertThat(database.values("SELECT extname FROM pg_extension")).doesNotContain("uuid-ossp");
    }

    @Test
    void aRoleOfItsOwnCreatesTheTenants() throws SQLException {
        String owner = database.name() + "_owner";
        asSuperuser("CREATE ROLE " + owner + " LOGIN PASSWORD 'other'");
        asSuperuser("GRANT CREATE ON DATABASE " + database.name() + " TO " + owner);
        application
                .runner()
                .withPropertyValues(
                        "tenant-migrator.username=" + owner,
                        "tenant-migrator.password=other",
                        "tenant-migrator.extensions=")
                .run(context -> {
                    context.getBean(TenantMigrator.class).createTenant(TenantName.exactly("ada"));
                    assertThat(context.getBean(TenantMigratorProperties.class).toString())
                            .doesNotContain("other");
                });
        assertThat(database.value("SELECT nspowner::regrole::text FROM pg_namespace WHERE nspname = 'ada'"))
                .isEqualTo(owner);
        asSuperuser("DROP OWNED BY " + owner + " CASCADE");
        asSuperuser("DROP ROLE " + owner);
    }

    private void asSuperuser(String sql) throws SQLException {
        try (Connection connection = database.superuserDataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    @Test
    void connectionDetailsReplaceTheProperties() {
        application
                .runner()
                .withPropertyValues(
                        "spring.datasource.url=jdbc:postgresql://localhost:1/none", "tenant-migrator.url=none")
                .withBean(TenantMigratorConnectionDetails.class, () -> new TenantMigratorConnectionDetails() {
                    @Override
                    public String getJdbcUrl() {
                        return database.jdbcUrl();
                    }
                })
                .run(context -> assertThat(context.getBean(TenantMigrator.class).tenants())
                        .isEmpty());
    }

    @Test
    void qualifiedDataSourcesAreTheMigratorsAlone() {
        application.add("2_index", "CREATE INDEX CONCURRENTLY i ON first (id);");
        application.createTenants();
        application
                .runner()
                .withUserConfiguration(OwnSources.class)
                .withBean(TestDatabase.class, () -> database)
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    assertThat(context.getBean(DataSource.class)).isInstanceOf(HikariDataSource.class);
                    TenantMigrator migrator = context.getBean(TenantMigrator.class);
                    migrator.createTenant(TenantName.exactly("ada"));
                    database.execute("DELETE FROM ada.schema_migrations WHERE version = '2_index'; DROP INDEX ada.i");
                    int before = OwnSources.DIRECT.get();

                    migrator.deployAll().throwIfFailed();

                    assertThat(OwnSources.DIRECT.get()).isGreaterThan(before);
                    assertThat(OwnSources.MIGRATOR.get()).isPositive();
                });
    }

    @Test
    void theDirectUrlIsForStatementsOutsideOfATransaction() {
        application.add("2_index", "CREATE INDEX CONCURRENTLY i ON first (id);");
        application
                .runner()
                .withPropertyValues("tenant-migrator.direct-url=jdbc:postgresql://localhost:1/none")
                .run(context -> {
                    TenantMigrator migrator = context.getBean(TenantMigrator.class);
                    migrator.createTenant(TenantName.exactly("ada"));
                    database.execute("DELETE FROM ada.schema_migrations WHERE version = '2_index'; DROP INDEX ada.i");
                    assertThatThrownBy(migrator::deployAll).hasMessageContaining("localhost:1");
                });
    }

    @Test
    void customizersAndListenersAreCalled() {
        List<Object> events = new ArrayList<>();
        TenantEventListener failing = event -> {
            throw new IllegalStateException("a listener that fails");
        };
        TenantEventListener listener = new TenantEventListener() {
            @Override
            public void onEvent(TenantEvent event) {
                events.add(event);
            }

            @Override
            public void onRun(RunEvent event) {
                events.add(event);
            }
        };
        application
                .runner()
                .withBean("a", TenantEventListener.class, () -> failing)
                .withBean("b", TenantEventListener.class, () -> listener)
                .withBean(TenantMigratorBuilderCustomizer.class, () -> builder -> builder.requiredTables("absent"))
                .run(context -> {
                    assertThat(events).hasAtLeastOneElementOfType(RunFinished.class);
                    TenantMigrator migrator = context.getBean(TenantMigrator.class);
                    assertThatThrownBy(() -> migrator.createTenant(TenantName.exactly("ada")))
                            .hasMessageContaining("absent");
                });
    }

    @Test
    void thePoolKeepsConnectionsAtOrdinaryMistakes() {
        application
                .runner()
                .run(context -> assertThat(
                                context.getBean(HikariDataSource.class).getExceptionOverrideClassName())
                        .isEqualTo(KeepConnection.class.getName()));
    }

    @Test
    void severalDataSourcesOfWhichNoneIsTheMigratorsAreExplained() {
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(TenantMigratorAutoConfiguration.class))
                .withBean("one", DataSource.class, database::rawDataSource)
                .withBean("two", DataSource.class, database::rawDataSource)
                .run(context -> assertThat(context.getStartupFailure())
                        .rootCause()
                        .hasMessageContainingAll("@Primary", "@TenantMigratorDataSource", "tenant-migrator.url"));
    }

    @Test
    void nothingButJdbcIsNeeded() {
        application
                .runner()
                .withConfiguration(AutoConfigurations.of(TenantActuatorAutoConfiguration.class))
                .withBean(DataSource.class, database::rawDataSource)
                .withClassLoader(new FilteredClassLoader(
                        "org.springframework.boot.actuate",
                        "org.springframework.boot.health",
                        "io.micrometer.core",
                        "org.jooq",
                        "jakarta.persistence",
                        "org.hibernate",
                        "org.flywaydb",
                        "liquibase",
                        "org.springframework.orm",
                        "org.springframework.web",
                        "org.springframework.test",
                        "com.zaxxer.hikari"))
                .run(context -> assertThat(context)
                        .hasNotFailed()
                        .hasSingleBean(TenantMigrator.class)
                        .hasSingleBean(TenantSignUp.class));
    }

    @Test
    void aUrlSufficesWhereTheApplicationHasNoDataSource() {
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(TenantMigratorAutoConfiguration.class))
                .withPropertyValues(
                        "tenant-migrator.url=" + database.jdbcUrl(),
                        "tenant-migrator.username=" + database.user(),
                        "tenant-migrator.password=" + database.password(),
                        "tenant-migrator.migrations=" + application.migrations())
                .run(context -> {
                    assertThat(context).hasNotFailed().doesNotHaveBean(TenantSignUp.class);
                    context.getBean(TenantMigrator.class).createTenant(TenantName.exactly("ada"));
                });
        assertThat(database.value("SELECT to_regclass('ada.first')::text")).isEqualTo("ada.first");
    }

    @Test
    void theEndpointIsThereWhenExposedAndHealthUnlessDisabled() {
        ApplicationContextRunner actuator =
                application.runner().withConfiguration(AutoConfigurations.of(TenantActuatorAutoConfiguration.class));
        actuator.run(context ->
                assertThat(context).doesNotHaveBean(TenantsEndpoint.class).hasBean("tenantsHealthIndicator"));
        actuator.withPropertyValues(
                        "management.endpoints.web.exposure.include=tenants", "management.health.tenants.enabled=false")
                .run(context -> assertThat(context)
                        .hasSingleBean(TenantsEndpoint.class)
                        .doesNotHaveBean("tenantsHealthIndicator"));
    }

    @Test
    void everyPropertyIsDescribedForEditors() throws IOException {
        try (InputStream file = getClass().getResourceAsStream("/META-INF/spring-configuration-metadata.json")) {
            var metadata = JsonMapper.shared().readTree(new String(file.readAllBytes(), StandardCharsets.UTF_8));
            assertThat(metadata.get("properties").size())
                    .isGreaterThanOrEqualTo(TenantMigratorProperties.class.getRecordComponents().length);
            assertThat(metadata.get("properties"))
                    .allSatisfy(
                            property -> assertThat(property.path("description").asString())
                                    .as(property.get("name").asString())
                                    .endsWith("."));
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class OwnSources {

        static final AtomicInteger MIGRATOR = new AtomicInteger();
        static final AtomicInteger DIRECT = new AtomicInteger();

        @Bean(defaultCandidate = false)
        @TenantMigratorDataSource
        DataSource migrator(TestDatabase database) {
            return counting(database.rawDataSource(), MIGRATOR);
        }

        @Bean(defaultCandidate = false)
        @TenantMigratorDirectDataSource
        DataSource direct(TestDatabase database) {
            return counting(database.rawDataSource(), DIRECT);
        }

        private static DataSource counting(DataSource source, AtomicInteger counter) {
            return new DelegatingDataSource(source) {
                @Override
                public Connection getConnection() throws SQLException {
                    counter.incrementAndGet();
                    return super.getConnection();
                }
            };
        }

        @Bean
        HikariDataSource application(TestDatabase database) {
            HikariDataSource pool = new HikariDataSource();
            pool.setJdbcUrl(database.jdbcUrl());
            pool.setUsername(database.user());
            pool.setPassword(database.password());
            return pool;
        }
    }
}
