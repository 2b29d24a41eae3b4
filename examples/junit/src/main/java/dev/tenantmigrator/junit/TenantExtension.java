package dev.tenantmigrator.junit;

import dev.tenantmigrator.junit.TenantTest.Isolation;
import java.lang.reflect.AnnotatedElement;
import java.sql.SQLException;
import java.util.Optional;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ExtensionContext.Store;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolutionException;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.platform.commons.support.AnnotationSupport;
import org.junit.platform.commons.support.ReflectionSupport;

/**
 * Implements {@link TenantTest}. The database is kept for the run, the tenants for the outermost test class, and one of them for each
 * test; JUnit closes them in the reverse order.
 */
final class TenantExtension implements ParameterResolver, BeforeEachCallback {

    private static final Namespace NAMESPACE = Namespace.create(TenantExtension.class);

    /** A constructor of a test instance belongs to its test, so that its tenant is that test's. */
    @Override
    public ExtensionContextScope getTestInstantiationExtensionContextScope(ExtensionContext rootContext) {
        return ExtensionContextScope.TEST_METHOD;
    }

    /** A test that takes no parameter may use the tenant of its class. */
    @Override
    public void beforeEach(ExtensionContext context) {
        ofTest(context, annotation(context));
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == Tenant.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        TenantTest test = annotation(context);
        if (context.getTestMethod().isPresent()) {
            return ofTest(context, test).tenant();
        }
        if (test.isolation() == Isolation.NEW_TENANT) {
            throw new ParameterResolutionException(
                    "with Isolation.NEW_TENANT each test has a tenant of its own: take it as a"
                            + " parameter of the test or of @BeforeEach, not for the whole class");
        }
        return tenants(context, test).ofClass(test.isolation());
    }

    private static TestLease ofTest(ExtensionContext context, TenantTest test) {
        Store store = context.getStore(NAMESPACE);
        // Not one of a parent: it would be another test's.
        String key = "lease " + context.getUniqueId();
        TestLease lease = store.get(key, TestLease.class);
        if (lease == null) {
            lease = TestLease.take(tenants(context, test), test.isolation());
            store.put(key, lease);
        }
        return lease;
    }

    private static ClassTenants tenants(ExtensionContext context, TenantTest test) {
        ExtensionContext outermost = context;
        for (Optional<ExtensionContext> parent = context.getParent();
                parent.isPresent() && parent.get().getTestClass().isPresent();
                parent = parent.get().getParent()) {
            outermost = parent.get();
        }
        RunDatabase database = database(context, test.value());
        return outermost
                .getStore(NAMESPACE)
                .getOrComputeIfAbsent(test.value(), type -> new ClassTenants(database), ClassTenants.class);
    }

    private static RunDatabase database(ExtensionContext context, Class<? extends TenantDatabase> type) {
        return context.getRoot()
                .getStore(NAMESPACE)
                .getOrComputeIfAbsent("database " + type.getName(), key -> connect(type), RunDatabase.class);
    }

    private static RunDatabase connect(Class<? extends TenantDatabase> type) {
        try {
            return RunDatabase.connect(ReflectionSupport.newInstance(type));
        } catch (Exception e) {
            throw new ExtensionConfigurationException(
                    "the database of tests, " + type.getName() + ", is not available: " + e.getMessage(), e);
        }
    }

    /** The annotation of the method, or else of its class, or else of an outer class. */
    private static TenantTest annotation(ExtensionContext context) {
        Optional<TenantTest> found = context.getElement().flatMap(TenantExtension::on);
        for (Optional<ExtensionContext> parent = context.getParent();
                found.isEmpty() && parent.isPresent();
                parent = parent.get().getParent()) {
            found = parent.get().getElement().flatMap(TenantExtension::on);
        }
        return found.orElseThrow(() -> new ExtensionConfigurationException("register the extension by @TenantTest"));
    }

    private static Optional<TenantTest> on(AnnotatedElement element) {
        return AnnotationSupport.findAnnotation(element, TenantTest.class);
    }

    /** A tenant while a test has it. */
    private record TestLease(ClassTenants tenants, LeasedTenant tenant, Isolation isolation) implements AutoCloseable {

        static TestLease take(ClassTenants tenants, Isolation isolation) {
            try {
                return new TestLease(tenants, tenants.take(isolation), isolation);
            } catch (SQLException e) {
                throw new ExtensionConfigurationException("the tenant cannot be prepared: " + e.getMessage(), e);
            }
        }

        @Override
        public void close() throws SQLException {
            tenants.giveBack(tenant, isolation);
        }
    }
}
