package dev.tenantmigrator.spring.routing;

import dev.tenantmigrator.spring.routing.TenantContext.Scope;
import dev.tenantmigrator.spring.routing.TenantRoutingProperties.WithoutTenant;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.jdbc.datasource.lookup.AbstractRoutingDataSource;

/**
 * Lends the pool's connections in the schema of the {@linkplain TenantContext current tenant}: its {@code search_path} is the tenant, the
 * shared schema, the extensions' schemas, {@code pg_temp}. A connection that goes back has the path with which the pool lent it, no open
 * transaction, no temporary table and no open cursor; otherwise it is closed. {@link SQLException}, with SQLState 3F000, is thrown for an unknown tenant
 * and, by default, without a tenant.
 *
 * <p>While the application context starts, a thread without a tenant gets the pool's connections as they are: Flyway, Liquibase and
 * others work on the shared schema then. Health checks ask the pool.
 *
 * <p>Thread-safe.
 */
public final class TenantRoutingDataSource extends AbstractRoutingDataSource implements SmartInitializingSingleton {

    static final String INVALID_SCHEMA = "3F000";
    private static final String POOL = "pool";

    private final DataSource pool;
    private final KnownTenants known;
    private final TenantRoutingProperties properties;
    private final String sharedSchema;
    private final List<String> extensions;
    private volatile boolean started;
    private volatile @Nullable String commonPath;

    TenantRoutingDataSource(
            DataSource pool,
            KnownTenants known,
            TenantRoutingProperties properties,
            String sharedSchema,
            List<String> extensions) {
        this.pool = pool;
        this.known = known;
        this.properties = properties;
        this.sharedSchema = sharedSchema;
        this.extensions = List.copyOf(extensions);
        setTargetDataSources(Map.of(POOL, pool));
        setDefaultTargetDataSource(pool);
    }

    @Override
    protected Object determineCurrentLookupKey() {
        return POOL;
    }

    /** Called by Spring when the beans are there and before the application serves: from now on a tenant is needed. */
    @Override
    public void afterSingletonsInstantiated() {
        started = true;
    }

    @Override
    public Connection getConnection() throws SQLException {
        Scope scope = TenantContext.scope();
        if (scope != null) {
            return connection(scope);
        }
        if (!started) {
            return pool.getConnection();
        }
        if (properties.withoutTenant() == WithoutTenant.SHARED) {
            return connection(Scope.SHARED);
        }
        throw new SQLException(
                "There is no current tenant, so no connection is lent. In a request: the TenantResolver found none. Elsewhere: wrap the"
                        + " work in TenantContext.run(tenant, …), or in TenantContext.callShared(…) if it needs the shared schema only",
                INVALID_SCHEMA);
    }

    /** {@inheritDoc} Not supported: the pool's role is the application's. */
    @Override
    public Connection getConnection(String username, String password) throws SQLException {
        throw new SQLFeatureNotSupportedException("connections of another role cannot be routed");
    }

    /** A connection in a schema, whatever the thread's tenant is. */
    Connection connection(Scope scope) throws SQLException {
        String first = sharedSchema;
        if (scope.tenant().isPresent()) {
            first = scope.tenant().get();
            if (!known.contains(first)) {
                throw unknown(scope);
            }
        }
        String path = (scope.tenant().isPresent() ? identifier(first) + ", " : "") + commonPath();
        return properties.transactionPooler()
                ? RoutedConnection.perTransaction(pool.getConnection(), scope, first, path)
                : RoutedConnection.perSession(pool.getConnection(), scope, first, path);
    }

    /** A connection of the pool as it is, for work that needs no schema. */
    Connection unrouted() throws SQLException {
        return pool.getConnection();
    }

    static SQLException unknown(Scope scope) {
        return new SQLException(
                "There is no " + scope + ", or the role of the pool has no USAGE privilege on the schema [" + scope
                        + "]",
                INVALID_SCHEMA);
    }

    /** The end of every path. Temporary tables come last, so that one of them never hides a tenant's table. */
    private String commonPath() throws SQLException {
        String path = commonPath;
        if (path == null) {
            path = Stream.concat(schemas().stream().map(TenantRoutingDataSource::identifier), Stream.of("pg_temp"))
                    .collect(Collectors.joining(", "));
            commonPath = path;
        }
        return path;
    }

    /** The shared schema, then those of the extensions. An extension that was installed in a tenant's schema must not make it visible. */
    private Set<String> schemas() throws SQLException {
        Set<String> schemas = new LinkedHashSet<>(List.of(sharedSchema));
        try (Connection connection = pool.getConnection()) {
            try (PreparedStatement query = connection.prepareStatement("SELECT n.nspname FROM pg_catalog.pg_extension e"
                    + " JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace"
                    + " WHERE e.extname = ANY (?) AND n.nspname <> 'pg_catalog' ORDER BY 1")) {
                query.setArray(1, connection.createArrayOf("text", extensions.toArray()));
                try (ResultSet rows = query.executeQuery()) {
                    while (rows.next()) {
                        schemas.add(rows.getString(1));
                    }
                }
            } finally {
                if (!connection.getAutoCommit()) {
                    connection.rollback();
                }
            }
        }
        schemas.removeIf(schema -> !schema.equals(sharedSchema) && known.contains(schema));
        return schemas;
    }

    /** The one place that puts a name into SQL text. */
    private static String identifier(String name) {
        if (name.isEmpty() || name.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("not an identifier: empty, or holds a NUL character");
        }
        return '"' + name.replace("\"", "\"\"") + '"';
    }
}
