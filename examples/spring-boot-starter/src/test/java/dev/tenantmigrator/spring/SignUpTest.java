package dev.tenantmigrator.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenantmigrator.TenantName;
import dev.tenantmigrator.spring.entities.shared.User;
import dev.tenantmigrator.support.TestDatabase;
import jakarta.persistence.EntityManager;
import java.nio.file.Path;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.persistence.autoconfigure.EntityScan;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.orm.jpa.JpaTransactionManager;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.annotation.Transactional;

/** A user and the user's tenant in one transaction of Spring, by JDBC and by JPA. */
class SignUpTest {

    private TestDatabase database;
    private Application application;

    @BeforeEach
    void createDatabase(@TempDir Path migrations) {
        database = TestDatabase.create("signup");
        database.execute("CREATE TABLE public.users (id int PRIMARY KEY, schema_name text)");
        application = new Application(database, migrations);
        application.add(
                "1_first", "CREATE TABLE member (id int REFERENCES public.users (id) DEFERRABLE INITIALLY DEFERRED);");
    }

    @AfterEach
    void dropDatabase() throws SQLException {
        database.close();
    }

    @Test
    void jdbc() {
        assertTogether(application.runner().withUserConfiguration(JdbcRegistration.class));
    }

    @Test
    void jpa() {
        assertTogether(application.withJpa().withUserConfiguration(Entities.class, JpaRegistration.class));
    }

    private void assertTogether(ApplicationContextRunner runner) {
        // One connection: a sign-up that took a second one would wait for ever.
        runner.withPropertyValues(
                        "tenant-migrator.shared-objects=users",
                        "spring.datasource.hikari.maximum-pool-size=1",
                        "spring.datasource.hikari.connection-timeout=2000")
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    Registration registration = context.getBean(Registration.class);
                    registration.register(1, "ada", false);
                    assertThat(database.value("SELECT id FROM ada.member")).isEqualTo("1");
                    assertThat(database.value("SELECT schema_name FROM public.users"))
                            .isEqualTo("ada");

                    // The user fails after the tenant, and the application after both.
                    assertThatThrownBy(() -> registration.register(1, "grace", false))
                            .isNotNull();
                    assertThatThrownBy(() -> registration.register(2, "joan", true))
                            .hasMessage("no");

                    assertThat(database.values("SELECT schema_name FROM public.users"))
                            .containsExactly("ada");
                    assertThat(database.values("SELECT nspname FROM pg_namespace WHERE nspname IN ('grace', 'joan')"))
                            .isEmpty();
                    // The connection is as before.
                    registration.register(3, "barbara", false);
                    assertThat(context.getBean(JdbcClient.class)
                                    .sql("SHOW search_path")
                                    .query(String.class)
                                    .single())
                            .isEqualTo("\"$user\", public");
                    assertThat(context.getBean(PlatformTransactionManager.class) instanceof JpaTransactionManager)
                            .isEqualTo(registration instanceof JpaRegistration);
                });
    }

    @Test
    void withoutATransactionItIsRefused() {
        application.runner().run(context -> {
            TenantSignUp signUp = context.getBean(TenantSignUp.class);
            assertThatThrownBy(() -> signUp.createTenant(TenantName.exactly("ada")))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("@Transactional");
            assertThat(database.values("SELECT nspname FROM pg_namespace WHERE nspname = 'ada'"))
                    .isEmpty();
        });
    }

    abstract static class Registration {

        private final TenantSignUp signUp;

        Registration(TenantSignUp signUp) {
            this.signUp = signUp;
        }

        @Transactional
        public void register(int id, String schema, boolean fails) {
            signUp.createTenant(TenantName.exactly(schema), (tenant, name) -> {
                try (var insert = tenant.prepareStatement("INSERT INTO member VALUES (?)")) {
                    insert.setInt(1, id);
                    insert.executeUpdate();
                }
            });
            insertUser(id, schema);
            if (fails) {
                throw new IllegalStateException("no");
            }
        }

        abstract void insertUser(int id, String schema);
    }

    static class JdbcRegistration extends Registration {

        private final JdbcClient jdbc;

        JdbcRegistration(TenantSignUp signUp, JdbcClient jdbc) {
            super(signUp);
            this.jdbc = jdbc;
        }

        @Override
        void insertUser(int id, String schema) {
            jdbc.sql("INSERT INTO public.users VALUES (?, ?)")
                    .params(id, schema)
                    .update();
        }
    }

    static class JpaRegistration extends Registration {

        private final EntityManager entities;

        JpaRegistration(TenantSignUp signUp, EntityManager entities) {
            super(signUp);
            this.entities = entities;
        }

        @Override
        void insertUser(int id, String schema) {
            entities.persist(new User(id, schema));
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EntityScan(basePackageClasses = User.class)
    static class Entities {}
}
