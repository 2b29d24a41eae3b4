package dev.tenantmigrator.spring.test;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenantmigrator.TenantMigrator;
import dev.tenantmigrator.ThrowawayTenant;
import dev.tenantmigrator.support.TestDatabase;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** Tests of an application with {@link AutoConfigureTestTenant}: each has a tenant of its own, with all migrations. */
@SpringBootTest(
        classes = TestTenantTest.App.class,
        properties = {"spring.flyway.enabled=false", "spring.liquibase.enabled=false"},
        webEnvironment = SpringBootTest.WebEnvironment.NONE)
@AutoConfigureTestTenant
@DirtiesContext
class TestTenantTest {

    private static final TestDatabase DATABASE = TestDatabase.create("slice");
    private static final Set<String> TENANTS = new HashSet<>();

    @DynamicPropertySource
    static void database(DynamicPropertyRegistry properties) {
        properties.add("spring.datasource.url", DATABASE::jdbcUrl);
        properties.add("spring.datasource.username", DATABASE::user);
        properties.add("spring.datasource.password", DATABASE::password);
    }

    /** The last tenant is dropped when its test has ended. */
    @AfterAll
    static void eachTestHadItsOwn() {
        assertThat(TENANTS).hasSize(2);
    }

    private final JdbcClient jdbc;
    private final TenantMigrator migrator;

    TestTenantTest(@Autowired JdbcClient jdbc, @Autowired TenantMigrator migrator) {
        this.jdbc = jdbc;
        this.migrator = migrator;
    }

    @BeforeEach
    void addVendor(ThrowawayTenant tenant) {
        jdbc.sql("INSERT INTO " + tenant.schema() + ".vendor (us_id, name) VALUES (gen_random_uuid(), 'Acme')")
                .update();
    }

    @RepeatedTest(2)
    void aTestFindsItsOwnRowsOnly(ThrowawayTenant tenant) {
        TENANTS.add(tenant.schema());
        assertThat(jdbc.sql("SELECT count(*) FROM " + tenant.schema() + ".vendor")
                        .query(Integer.class)
                        .single())
                .isEqualTo(1);
        assertThat(migrator.tenants()).containsExactly(tenant.schema());
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class App {}
}
