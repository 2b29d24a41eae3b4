package dev.tenantmigrator.spring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenantmigrator.FleetFailedException;
import dev.tenantmigrator.InvalidMigrationException;
import dev.tenantmigrator.TenantMigrator;
import dev.tenantmigrator.spring.entities.tenant.Second;
import dev.tenantmigrator.support.TestDatabase;
import java.nio.file.Path;
import java.sql.SQLException;
import org.jooq.DSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.LazyInitializationBeanFactoryPostProcessor;
import org.springframework.boot.persistence.autoconfigure.EntityScan;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.mock.env.MockEnvironment;

/** Start of an application: the order of its beans, and what becomes of tenants that cannot be migrated. */
@ExtendWith(OutputCaptureExtension.class)
class StartupTest {

    private TestDatabase database;
    private Application application;

    @BeforeEach
    void createTenant(@TempDir Path migrations) {
        database = TestDatabase.create("starter");
        application = new Application(database, migrations);
        application.add("1_first", "CREATE TABLE first (id int);");
        application.createTenants("ada", "grace");
        application.add("2_second", "CREATE TABLE second (id int PRIMARY KEY);");
    }

    @AfterEach
    void dropDatabase() throws SQLException {
        database.close();
    }

    @Test
    void pendingMigrationsAreApplied() {
        assertMigrated(application.runner());
    }

    @Test
    void pendingMigrationsAreAppliedWhenAllBeansAreLazy() {
        assertMigrated(application
                .runner()
                .withInitializer(context ->
                        context.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor())));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "spring.flyway.enabled=true, spring.flyway.locations=classpath:shared/flyway,"
                        + " spring.flyway.baseline-on-migrate=true, spring.flyway.baseline-version=0",
                "spring.liquibase.enabled=true, spring.liquibase.change-log=classpath:shared/liquibase/changelog.sql",
                "spring.sql.init.mode=always, spring.sql.init.schema-locations=classpath:shared/users.sql"
            })
    void theSharedSchemaComesBeforeTheTenants(String tool) {
        application.add("3_owner", "CREATE TABLE owner (id uuid REFERENCES public.users (id));");
        assertMigrated(application
                .runner()
                .withPropertyValues(tool.split(", "))
                .withPropertyValues("tenant-migrator.shared-objects=users", "tenant-migrator.on-failed-tenant=fail"));
        assertThat(applied("ada")).isEqualTo("3_owner");
    }

    @Test
    void theTenantsComeBeforeBeansThatUseJdbcAndJooq() {
        assertMigrated(application.runner().withUserConfiguration(AJdbcReader.class, BJooqReader.class));
    }

    @Test
    void theTenantsComeBeforeJpa() {
        assertMigrated(application
                .withJpa()
                .withUserConfiguration(Entities.class)
                .withPropertyValues("spring.jpa.hibernate.ddl-auto=validate"));
    }

    @Test
    void aFailedTenantIsLoggedAndTheOthersAreServed(CapturedOutput log) {
        breakAda();
        application.runner().run(context -> {
            assertThat(context).hasNotFailed();
            assertThat(applied("ada")).isEqualTo("1_first");
            assertThat(applied("grace")).isEqualTo("2_second");
        });
        assertThat(log.getOut()).containsOnlyOnce("A tenant was not migrated: ").contains("[tenant ada, ");
    }

    @Test
    void aFailedTenantEndsTheStartWhenAskedTo() {
        breakAda();
        application
                .runner()
                .withPropertyValues("tenant-migrator.on-failed-tenant=fail")
                .run(context -> {
                    assertThat(context).hasFailed();
                    assertThat(context.getStartupFailure()).hasRootCauseInstanceOf(FleetFailedException.class);
                    var analysis = new StartFailureAnalyzer(new MockEnvironment()).analyze(context.getStartupFailure());
                    assertThat(analysis.getDescription())
                            .contains("1 of 2 tenants were not migrated", "second", "tenant ada", "2_second");
                    assertThat(analysis.getAction()).contains("tenant-migrator.on-failed-tenant=continue");
                    assertThat(applied("grace")).isEqualTo("2_second");
                });
    }

    @ParameterizedTest
    @ValueSource(strings = {"classpath:no-such-directory", "/no/such/directory"})
    void aMissingDirectoryOfMigrationsIsExplained(String directory) {
        MockEnvironment environment = new MockEnvironment().withProperty("tenant-migrator.migrations", directory);
        application
                .runner()
                .withPropertyValues("tenant-migrator.migrations=" + directory)
                .run(context -> {
                    assertThat(context.getStartupFailure()).hasRootCauseInstanceOf(InvalidMigrationException.class);
                    var analysis = new StartFailureAnalyzer(environment).analyze(context.getStartupFailure());
                    assertThat(analysis.getDescription()).contains(directory.replace("classpath:", ""));
                    assertThat(analysis.getAction()).contains("tenant-migrator.migrations", directory);
                });
    }

    @Test
    void theProgressIsLoggedAlsoWhileNoTenantIsFinished(CapturedOutput log) {
        application.add("3_slow", "SELECT pg_sleep(1);");
        assertMigrated(application.runner().withPropertyValues("tenant-migrator.progress-interval=100ms"));
        assertThat(log.getOut()).contains("Migrating tenants: 0 of 2 done, 0 failed");
    }

    @Test
    void nothingIsDeployedWhenThatIsNotWanted() {
        application
                .runner()
                .withPropertyValues("tenant-migrator.deploy-at-startup=false")
                .run(context -> assertThat(context).hasNotFailed().hasSingleBean(TenantMigrator.class));
        assertThat(applied("ada")).isEqualTo("1_first");
    }

    @Test
    void thereIsNoMigratorWhenItIsNotWanted() {
        application
                .runner()
                .withPropertyValues("tenant-migrator.enabled=false")
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(TenantMigrator.class));
    }

    private void assertMigrated(ApplicationContextRunner runner) {
        runner.run(context -> {
            assertThat(context).hasNotFailed();
            assertThat(database.value("SELECT to_regclass('ada.second')::text")).isEqualTo("ada.second");
        });
    }

    private void breakAda() {
        database.execute("CREATE TABLE ada.second ()");
    }

    private String applied(String tenant) {
        return database.value("SELECT max(version) FROM " + tenant + ".schema_migrations");
    }

    /** Their names come before the starter's: without an order between the beans they would be first. */
    static final class AJdbcReader {
        AJdbcReader(JdbcClient jdbc) {
            jdbc.sql("SELECT count(*) FROM ada.second").query().singleRow();
        }
    }

    static final class BJooqReader {
        BJooqReader(DSLContext database) {
            database.fetchOne("SELECT count(*) FROM ada.second");
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EntityScan(basePackageClasses = Second.class)
    static class Entities {}
}
