package dev.tenantmigrator.spring.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import dev.tenantmigrator.TenantMigrator;
import dev.tenantmigrator.TenantName;
import dev.tenantmigrator.spring.TenantMigratorAutoConfiguration;
import dev.tenantmigrator.spring.TenantSignUp;
import dev.tenantmigrator.spring.entities.note.Note;
import dev.tenantmigrator.support.TestDatabase;
import jakarta.persistence.EntityManager;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.LazyInitializationBeanFactoryPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.task.TaskExecutionAutoConfiguration;
import org.springframework.boot.flyway.autoconfigure.FlywayAutoConfiguration;
import org.springframework.boot.health.contributor.CompositeHealthContributor;
import org.springframework.boot.health.contributor.HealthContributor;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.hibernate.autoconfigure.HibernateJpaAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceInitializationAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcClientAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcTemplateAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.health.DataSourceHealthContributorAutoConfiguration;
import org.springframework.boot.persistence.autoconfigure.EntityScan;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.transaction.autoconfigure.TransactionAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;
import org.springframework.core.task.TaskDecorator;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.scheduling.annotation.Async;
import org.springframework.scheduling.annotation.EnableAsync;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/** A Spring application with the router: JDBC, JPA, transactions, {@code @Async}, sign-up, start and health. */
class RoutingApplicationTest {

    private static final int TENANTS = 20;

    private TestDatabase database;
    private ApplicationContextRunner bare;
    private ApplicationContextRunner runner;

    @BeforeEach
    void createDatabase(@TempDir Path migrations) throws Exception {
        database = TestDatabase.create("routing");
        Files.writeString(
                Files.createDirectory(migrations.resolve("1_note")).resolve("migration.sql"),
                "CREATE TABLE note (id int PRIMARY KEY, tenant text DEFAULT current_schema());"
                        + " INSERT INTO note VALUES (1);");
        bare = new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        DataSourceAutoConfiguration.class,
                        DataSourceInitializationAutoConfiguration.class,
                        DataSourceTransactionManagerAutoConfiguration.class,
                        DataSourceHealthContributorAutoConfiguration.class,
                        TransactionAutoConfiguration.class,
                        JdbcTemplateAutoConfiguration.class,
                        JdbcClientAutoConfiguration.class,
                        FlywayAutoConfiguration.class,
                        TaskExecutionAutoConfiguration.class,
                        TenantRoutingAutoConfiguration.class,
                        TenantMigratorAutoConfiguration.class))
                .withPropertyValues(
                        "spring.datasource.url=" + database.jdbcUrl(),
                        "spring.datasource.username=" + database.user(),
                        "spring.datasource.password=" + database.password(),
                        "spring.datasource.hikari.maximum-pool-size=4",
                        "spring.flyway.locations=classpath:shared/flyway",
                        "spring.flyway.baseline-on-migrate=true",
                        "spring.flyway.baseline-version=0",
                        "tenant-migrator.routing.enabled=true",
                        "tenant-migrator.migrations=" + migrations);
        runner = bare.withUserConfiguration(App.class);
    }

    @AfterEach
    void dropDatabase() throws SQLException {
        assertThat(TenantContext.scope()).isNull();
        database.close();
    }

    private ApplicationContextRunner withJpa() {
        return runner.withConfiguration(AutoConfigurations.of(HibernateJpaAutoConfiguration.class))
                .withUserConfiguration(Entities.class)
                .withPropertyValues("spring.jpa.hibernate.ddl-auto=none");
    }

    private static List<String> signUp(Notes notes) {
        List<String> tenants =
                IntStream.range(0, TENANTS).mapToObj(i -> "tenant" + i).toList();
        for (String tenant : tenants) {
            TenantContext.callShared(() -> notes.register(tenant));
        }
        return tenants;
    }

    @Test
    void jdbc() {
        runner.run(context -> {
            assertThat(context).hasNotFailed();
            Notes notes = context.getBean(Notes.class);
            assertNoneForeign(signUp(notes), notes);
        });
    }

    @Test
    void jpa() {
        withJpa().run(context -> {
            assertThat(context).hasNotFailed();
            Notes notes = context.getBean(Notes.class);
            List<String> tenants = signUp(notes);
            assertNoneForeign(tenants, notes);
            for (int i = 0; i < 3; i++) {
                for (String tenant : tenants) {
                    assertThat(TenantContext.call(tenant, notes::byJpa)).isEqualTo(tenant);
                }
            }
            assertThatThrownBy(notes::byJpa).hasStackTraceContaining("no current tenant");
        });
    }

    /** Hibernate would answer from memory, or write later, without a statement that the connection could refuse. */
    @Test
    void aHibernateSessionBelongsToOneTenant() {
        withJpa().run(context -> {
            Notes notes = context.getBean(Notes.class);
            signUp(notes);
            for (BiConsumer<EntityManager, Note> work : List.<BiConsumer<EntityManager, Note>>of(
                    (entities, own) -> entities.find(Note.class, 1),
                    (entities, own) -> entities.find(Note.class, 99),
                    (entities, own) -> entities.getReference(Note.class, 98),
                    (entities, own) -> entities.persist(Note.of(97)),
                    (entities, own) -> entities.merge(Note.of(96)),
                    (entities, own) -> entities.remove(own))) {
                assertThatThrownBy(() -> TenantContext.call("tenant1", () -> notes.inTheSessionOf("tenant2", work)))
                        .hasStackTraceContaining(
                                "The Hibernate session is that of tenant1, but current is tenant tenant2");
            }
            assertThat(database.value("SELECT string_agg(id::text, ',') FROM tenant1.note"))
                    .isEqualTo("1");
        });
    }

    @Test
    void hibernateMustNotMakeTables() {
        withJpa()
                .withPropertyValues("spring.jpa.hibernate.ddl-auto=update")
                .run(context -> assertThat(context.getStartupFailure())
                        .hasStackTraceContaining("set it to none; tables come from the migrations"));
    }

    @Test
    void behindATransactionPooler() {
        withJpa()
                .withPropertyValues("tenant-migrator.routing.transaction-pooler=true")
                .run(context -> {
                    Notes notes = context.getBean(Notes.class);
                    List<String> tenants = signUp(notes);
                    for (String tenant : tenants) {
                        assertThat(TenantContext.call(tenant, notes::inTransaction))
                                .isEqualTo(tenant);
                        assertThat(TenantContext.call(tenant, notes::byJpa)).isEqualTo(tenant);
                        assertThatThrownBy(() -> TenantContext.call(tenant, notes::read))
                                .hasStackTraceContaining("outside of a transaction");
                    }
                });
    }

    @Test
    @EnabledForJreRange(min = JRE.JAVA_21)
    void virtualThreads() {
        runner.withPropertyValues("spring.threads.virtual.enabled=true").run(context -> {
            Notes notes = context.getBean(Notes.class);
            assertNoneForeign(signUp(notes), notes);
            assertThat(TenantContext.call("tenant1", notes::threadIsVirtual).get())
                    .isTrue();
        });
    }

    /** Each tenant many times at once, directly, in transactions, and by methods that run in other threads. */
    private static void assertNoneForeign(List<String> tenants, Notes notes) throws Exception {
        List<CompletableFuture<String>> answers = new ArrayList<>();
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            for (String tenant : tenants) {
                TenantContext.run(tenant, () -> {
                    answers.add(notes.later());
                    answers.add(notes.laterInTransaction());
                    answers.add(CompletableFuture.completedFuture(notes.read()));
                });
                expected.addAll(List.of(tenant, tenant, tenant));
            }
        }
        List<String> actual = new ArrayList<>();
        for (CompletableFuture<String> answer : answers) {
            actual.add(answer.get());
        }
        assertThat(actual).isEqualTo(expected);
        assertThatThrownBy(() -> notes.later().get()).hasStackTraceContaining("no current tenant");
    }

    @Test
    void aTransactionBelongsToOneTenant() {
        runner.run(context -> {
            Notes notes = context.getBean(Notes.class);
            signUp(notes);
            assertThat(TenantContext.call("tenant1", () -> notes.ofAnother("tenant2", true)))
                    .isEqualTo("tenant1 tenant2");
            assertThatThrownBy(() -> TenantContext.call("tenant1", () -> notes.ofAnother("tenant2", false)))
                    .isInstanceOf(DataAccessException.class)
                    .hasMessageContaining("tenant tenant2");
        });
    }

    @Test
    void aFailedSignUpLeavesNothingThatIsRouted() {
        runner.run(context -> {
            Notes notes = context.getBean(Notes.class);
            assertThatThrownBy(() -> TenantContext.callShared(() -> notes.registerAndFail("ada")))
                    .hasMessage("no");
            assertThatThrownBy(() -> TenantContext.call("ada", notes::read))
                    .hasStackTraceContaining("There is no tenant ada");
            assertThatThrownBy(() -> notes.register("ada")).hasStackTraceContaining("no current tenant");
        });
    }

    /** Flyway made a table of the shared schema, and the migrator tenants, by the pool. */
    @Test
    void startAndHealthNeedNoTenant() {
        runner.run(context -> {
            assertThat(database.value("SELECT to_regclass('public.users')::text"))
                    .isEqualTo("users");
            context.getBean(TenantMigrator.class).createTenant(TenantName.exactly("ada"));
            assertThat(context.getBean(DataSource.class)).isInstanceOf(TenantRoutingDataSource.class);
            assertThat(context.getBean("unroutedDataSource")).isInstanceOf(HikariDataSource.class);
            assertHealthy(context.getBean("dbHealthContributor", HealthContributor.class));
        });
    }

    private static void assertHealthy(HealthContributor contributor) {
        if (contributor instanceof CompositeHealthContributor several) {
            assertThat(several.stream()).isNotEmpty().allSatisfy(entry -> assertHealthy(entry.contributor()));
        } else {
            assertThat(((HealthIndicator) contributor).health(true).getStatus()).isEqualTo(Status.UP);
        }
    }

    @Test
    void aTenantIsNeededAlsoWhenAllBeansAreLazy() {
        runner.withInitializer(context ->
                        context.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor()))
                .run(context -> assertThatThrownBy(
                                () -> context.getBean(Notes.class).read())
                        .hasStackTraceContaining("no current tenant"));
    }

    @Test
    void theApplicationsOwnDecoratorAndPrimaryDataSourceAreKept() {
        runner.withUserConfiguration(Own.class)
                .withBean(TestDatabase.class, () -> database)
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    Notes notes = context.getBean(Notes.class);
                    assertNoneForeign(signUp(notes), notes);
                    assertThat(context.getBean("unroutedDataSource")).isSameAs(context.getBean("own"));
                    assertThat(Own.decorated).isTrue();
                });
    }

    @Test
    void severalDataSourcesWithoutAPrimaryOneAreRefused() {
        runner.withBean("a", DataSource.class, database::rawDataSource)
                .withBean("b", DataSource.class, database::rawDataSource)
                .run(context -> assertThat(context.getStartupFailure()).hasMessageContaining("[a, b]"));
    }

    @Test
    void neitherServletsNorHibernateAreNeeded() {
        bare.withClassLoader(new FilteredClassLoader(
                        "jakarta.servlet", "org.springframework.web", "jakarta.persistence", "org.hibernate"))
                .run(context -> assertThat(context)
                        .hasNotFailed()
                        .getBean(DataSource.class)
                        .isInstanceOf(TenantRoutingDataSource.class));
    }

    @Test
    void withoutThePropertyNothingIsRouted() {
        runner.withPropertyValues("tenant-migrator.routing.enabled=false")
                .run(context -> assertThat(context.getBean(DataSource.class)).isInstanceOf(HikariDataSource.class));
    }

    static class Notes {

        private static final String READ = "SELECT tenant FROM note WHERE id = 1";

        private final JdbcClient jdbc;
        private final TenantSignUp signUp;
        private final ObjectProvider<EntityManager> entities;
        private final ObjectProvider<Notes> self;

        Notes(
                JdbcClient jdbc,
                TenantSignUp signUp,
                ObjectProvider<EntityManager> entities,
                ObjectProvider<Notes> self) {
            this.jdbc = jdbc;
            this.signUp = signUp;
            this.entities = entities;
            this.self = self;
        }

        @Transactional
        public String register(String name) {
            return signUp.createTenant(TenantName.exactly(name)).schema();
        }

        @Transactional
        public String registerAndFail(String name) {
            register(name);
            throw new IllegalStateException("no");
        }

        public String read() {
            return jdbc.sql(READ).query(String.class).single();
        }

        @Transactional(readOnly = true)
        public String inTransaction() {
            return read();
        }

        @Transactional(propagation = Propagation.REQUIRES_NEW)
        public String inNewTransaction() {
            return read();
        }

        @Transactional
        public String ofAnother(String tenant, boolean inNewTransaction) {
            String own = read();
            Notes notes = self.getObject();
            String other =
                    TenantContext.call(tenant, inNewTransaction ? notes::inNewTransaction : notes::inTransaction);
            return own + " " + other;
        }

        @Transactional
        public String byJpa() {
            return entities.getObject().find(Note.class, 1).tenant();
        }

        @Transactional
        public boolean inTheSessionOf(String other, BiConsumer<EntityManager, Note> work) {
            EntityManager session = entities.getObject();
            Note own = session.find(Note.class, 1);
            TenantContext.run(other, () -> work.accept(session, own));
            return true;
        }

        @Async
        public CompletableFuture<String> later() {
            return CompletableFuture.completedFuture(read());
        }

        @Async
        @Transactional
        public CompletableFuture<String> laterInTransaction() {
            return CompletableFuture.completedFuture(read());
        }

        @Async
        public CompletableFuture<Boolean> threadIsVirtual() {
            return CompletableFuture.completedFuture(
                    Thread.currentThread().toString().startsWith("VirtualThread"));
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAsync
    static class App {

        @Bean
        Notes notes(
                JdbcClient jdbc,
                TenantSignUp signUp,
                ObjectProvider<EntityManager> entities,
                ObjectProvider<Notes> self) {
            return new Notes(jdbc, signUp, entities, self);
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EntityScan(basePackageClasses = Note.class)
    static class Entities {}

    @Configuration(proxyBeanMethods = false)
    static class Own {

        private static volatile boolean decorated;

        @Bean
        TaskDecorator decorator() {
            return task -> {
                decorated = true;
                return task;
            };
        }

        @Bean
        @Primary
        DataSource own(TestDatabase database) {
            return database.rawDataSource();
        }

        @Bean
        DataSource other(TestDatabase database) {
            return database.superuserDataSource();
        }
    }
}
