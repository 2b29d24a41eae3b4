package dev.tenantmigrator.spring.routing;

import dev.tenantmigrator.spring.routing.TenantContext.Scope;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import org.hibernate.cfg.SchemaToolingSettings;
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

    /** Hibernate would make, and look for, tenants' tables in the shared schema, where every tenant sees them. */
    static void refuseSchemaManagement(Map<String, Object> settings) {
        Object action = settings.get(SchemaToolingSettings.HBM2DDL_AUTO);
        if (action != null && !action.toString().isBlank() && !action.toString().equals("none")) {
            throw new IllegalStateException("spring.jpa.hibernate.ddl-auto is " + action
                    + ", and Hibernate would make or look for tenants' tables in the shared schema: set it to none;"
                    + " tables come from the migrations");
        }
    }

    @Override
    public String resolveCurrentTenantIdentifier() {
        Scope scope = TenantContext.scope();
        return scope == null ? NONE : scope.tenant().orElse(SHARED);
    }

    /** Checks that work on a session of a tenant is not done while another one is current, as {@link RoutedConnection} does. */
    void requireCurrent(String tenant) {
        Scope current = TenantContext.scope();
        if (current != null && !tenant.equals(resolveCurrentTenantIdentifier())) {
            throw new IllegalStateException("The Hibernate session is that of " + tenant + ", but current is " + current
                    + ". A session belongs to one tenant: begin another transaction for the second one, e.g. with"
                    + " Propagation.REQUIRES_NEW, and set spring.jpa.open-in-view to false");
        }
    }

    @Override
    public boolean validateExistingCurrentSessions() {
        return true;
    }

    @Override
    public Connection getConnection(String tenant) throws SQLException {
        return switch (tenant) {
            case NONE -> {
                requireCurrent(tenant);
                yield dataSource.getConnection();
            }
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
