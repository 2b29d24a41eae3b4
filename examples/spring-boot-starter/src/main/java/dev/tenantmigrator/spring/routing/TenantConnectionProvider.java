package dev.tenantmigrator.spring.routing;

import dev.tenantmigrator.spring.routing.TenantContext.Scope;
import java.sql.Connection;
import java.sql.SQLException;
import org.hibernate.context.spi.CurrentTenantIdentifierResolver;
import org.hibernate.engine.jdbc.connections.spi.MultiTenantConnectionProvider;

/** Tells Hibernate the current tenant, which it needs for its caches, and lends it that tenant's connections. */
final class TenantConnectionProvider
        implements MultiTenantConnectionProvider<String>, CurrentTenantIdentifierResolver<String> {

    private static final long serialVersionUID = 1;

    /** Names of sessions without a tenant; no schema has such a name. */
    private static final String SHARED = "(shared schema)";

    private static final String NONE = "(no tenant)";

    private final transient TenantRoutingDataSource dataSource;

    TenantConnectionProvider(TenantRoutingDataSource dataSource) {
        this.dataSource = dataSource;
    }

    @Override
    public String resolveCurrentTenantIdentifier() {
        Scope scope = TenantContext.scope();
        return scope == null ? NONE : scope.tenant().orElse(SHARED);
    }

    @Override
    public boolean validateExistingCurrentSessions() {
        return true;
    }

    @Override
    public Connection getConnection(String tenant) throws SQLException {
        return switch (tenant) {
            case NONE -> dataSource.getConnection();
            case SHARED -> dataSource.connection(Scope.SHARED);
            default -> dataSource.connection(Scope.of(tenant));
        };
    }

    @Override
    public void releaseConnection(String tenant, Connection connection) throws SQLException {
        connection.close();
    }

    @Override
    public Connection getAnyConnection() throws SQLException {
        return dataSource.unrouted();
    }

    @Override
    public void releaseAnyConnection(Connection connection) throws SQLException {
        connection.close();
    }

    @Override
    public boolean supportsAggressiveRelease() {
        return false;
    }

    @Override
    public boolean isUnwrappableAs(Class<?> type) {
        return type.isInstance(dataSource);
    }

    @Override
    public <T> T unwrap(Class<T> type) {
        return type.cast(dataSource);
    }
}
