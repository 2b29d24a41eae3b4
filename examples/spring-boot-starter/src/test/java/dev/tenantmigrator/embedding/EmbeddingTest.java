package dev.tenantmigrator.embedding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenantmigrator.MigrationSource;
import dev.tenantmigrator.TenantMigrator;
import dev.tenantmigrator.TenantName;
import dev.tenantmigrator.spring.entities.shared.User;
import dev.tenantmigrator.support.TestDatabase;
import java.sql.SQLException;
import org.hibernate.SessionFactory;
import org.hibernate.cfg.Configuration;
import org.jooq.DSLContext;
import org.jooq.SQLDialect;
import org.jooq.impl.DSL;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The sign-ups of {@code core/docs/embedding.md} with Hibernate and jOOQ, without Spring. */
class EmbeddingTest {

    private TestDatabase database;
    private TenantMigrator migrator;

    @BeforeEach
    void createDatabase() {
        database = TestDatabase.create("embedding");
        database.execute("CREATE TABLE public.users (id int PRIMARY KEY, schemaName text)");
        migrator = TenantMigrator.builder(database.dataSource())
                .migrations(MigrationSource.classpath("tenant-migrations"))
                .sharedObjects("users")
                .build();
    }

    @AfterEach
    void dropDatabase() throws SQLException {
        migrator.close();
        database.assertNoLeaks();
        database.close();
    }

    @Test
    void hibernate() {
        Configuration configuration = new Configuration().addAnnotatedClass(User.class);
        configuration.getProperties().put("hibernate.connection.datasource", database.dataSource());
        try (SessionFactory sessions = configuration.buildSessionFactory()) {
            signUpWithHibernate(sessions, 1, TenantName.forUser("ada"));
            // The second user has the first one's key.
            assertThatThrownBy(() -> signUpWithHibernate(sessions, 1, TenantName.forUser("grace")))
                    .isNotNull();
        }
        assertOnlyAda();
    }

    private void signUpWithHibernate(SessionFactory sessions, int id, TenantName name) {
        sessions.inTransaction(session -> {
            // The tenant first, the user second.
            var tenant = session.doReturningWork(connection -> migrator.createTenant(connection, name));
            session.persist(new User(id, tenant.schema()));
        });
    }

    @Test
    void jooq() {
        DSLContext jooq = DSL.using(database.dataSource(), SQLDialect.POSTGRES);
        signUpWithJooq(jooq, 1, TenantName.forUser("ada"));
        assertThatThrownBy(() -> signUpWithJooq(jooq, 1, TenantName.forUser("grace")))
                .isNotNull();
        assertOnlyAda();
    }

    private void signUpWithJooq(DSLContext jooq, int id, TenantName name) {
        jooq.transaction(transaction -> {
            // The tenant first, the user second.
            var tenant = transaction.dsl().connectionResult(connection -> migrator.createTenant(connection, name));
            transaction.dsl().execute("INSERT INTO public.users VALUES (?, ?)", id, tenant.schema());
        });
    }

    private void assertOnlyAda() {
        assertThat(migrator.tenants()).hasSize(1).allMatch(schema -> schema.startsWith("ada_"));
        assertThat(database.values("SELECT schemaName FROM public.users")).isEqualTo(migrator.tenants());
    }
}
