package dev.tenantmigrator.spring.test;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Gives the tests of a {@code @SpringBootTest} class a tenant, made by the application's own migrator: {@code @BeforeEach}, {@code
 * @AfterEach} and test methods may take a parameter of type {@link dev.tenantmigrator.ThrowawayTenant}. Each test has a tenant of its
 * own, which is dropped after the test. It is committed, also where the test is {@code @Transactional}.
 */
@Documented
@Inherited
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(TestTenantExtension.class)
public @interface AutoConfigureTestTenant {}
