package dev.tenantmigrator.spring.test;

import dev.tenantmigrator.TenantMigrator;
import dev.tenantmigrator.ThrowawayTenant;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolutionException;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.springframework.test.context.junit.jupiter.SpringExtension;

/** Implements {@link AutoConfigureTestTenant}. The tenant is kept in the store of its test, which closes it. */
final class TestTenantExtension implements ParameterResolver {

    private static final Namespace NAMESPACE = Namespace.create(TestTenantExtension.class);

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == ThrowawayTenant.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        if (context.getTestMethod().isEmpty()) {
            throw new ParameterResolutionException(
                    "each test has a tenant of its own: take it as a parameter of the test or of"
                            + " @BeforeEach, not for the whole class");
        }
        TenantMigrator migrator = SpringExtension.getApplicationContext(context).getBean(TenantMigrator.class);
        return context.getStore(NAMESPACE)
                .computeIfAbsent(context.getUniqueId(), test -> new Lease(migrator.throwaway()), Lease.class)
                .tenant();
    }

    private record Lease(ThrowawayTenant tenant) implements AutoCloseable {

        @Override
        public void close() {
            tenant.close();
        }
    }
}
