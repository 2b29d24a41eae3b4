package dev.tenantmigrator.support;

import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ExtensionContext.Store;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** Implements {@link PostgresTest}: one database for each outermost test class, checked for leaks after each test. */
final class PostgresExtension implements BeforeAllCallback, AfterEachCallback, AfterAllCallback, ParameterResolver {

    @Override
    public void beforeAll(ExtensionContext context) {
        // A nested class finds the database of its outer class; the store closes it after the class that made it.
        store(context)
                .getOrComputeIfAbsent(
                        TestDatabase.class,
                        key -> TestDatabase.create(
                                context.getRequiredTestClass().getSimpleName()));
    }

    @Override
    public void afterEach(ExtensionContext context) {
        database(context).assertNoLeaks();
    }

    @Override
    public void afterAll(ExtensionContext context) {
        database(context).assertNoLeaks();
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == TestDatabase.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return database(context);
    }

    private static TestDatabase database(ExtensionContext context) {
        return store(context).get(TestDatabase.class, TestDatabase.class);
    }

    private static Store store(ExtensionContext context) {
        return context.getStore(Namespace.create(PostgresExtension.class));
    }
}
