package dev.tenantmigrator.junit;

import dev.tenantmigrator.ThrowawayTenant;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.sql.DataSource;

/** A throwaway tenant that serves one test after the other. */
final class LeasedTenant implements Tenant, AutoCloseable {

    private final DataSource database;
    private final ThrowawayTenant tenant;
    private final String path;
    private final Set<TenantConnection> open = ConcurrentHashMap.newKeySet();
    private final DataSource dataSource = new TenantDataSource();
    private Optional<Connection> own = Optional.empty();
    private volatile Optional<TenantConnection.RolledBack> rolledBack = Optional.empty();
    private boolean used;

    LeasedTenant(DataSource database, ThrowawayTenant tenant, String sharedSchema) {
        this.database = database;
        this.tenant = tenant;
        this.path = quoted(tenant.schema()) + ", " + quoted(sharedSchema);
    }

    private static String quoted(String schema) {
        return '"' + schema.replace("\"", "\"\"") + '"';
    }

    @Override
    public String schema() {
        return tenant.schema();
    }

    @Override
    public DataSource dataSource() {
        return dataSource;
    }

    @Override
    public synchronized Connection connection() throws SQLException {
        if (own.isEmpty() || own.get().isClosed()) {
            own = Optional.of(dataSource.getConnection());
        }
        return own.get();
    }

    /** Notes that the tenant may be written to, so that the next test finds it reset. */
    void use() {
        used = true;
    }

    /** Prepares the tenant for a test. */
    void begin(TenantTest.Isolation isolation) throws SQLException {
        // Those of the class, which would not be rolled back, and could hold locks.
        endConnections();
        if (used) {
            tenant.reset();
        }
        used = isolation != TenantTest.Isolation.ROLLBACK;
        if (!used) {
            rolledBack = Optional.of(new TenantConnection.RolledBack(database.getConnection(), path));
        }
    }

    /** Ends a test: no transaction of it stays open. */
    void end() throws SQLException {
        if (rolledBack.isPresent()) {
            TenantConnection ended = rolledBack.get();
            rolledBack = Optional.empty();
            own = Optional.empty();
            ended.giveBack();
        }
        endConnections();
    }

    private void endConnections() throws SQLException {
        own = Optional.empty();
        for (TenantConnection connection : open) {
            connection.giveBack();
        }
    }

    @Override
    public void close() throws SQLException {
        end();
        tenant.close();
    }

    @Override
    public String toString() {
        return schema();
    }

    private final class TenantDataSource extends PlainDataSource {

        @Override
        public Connection getConnection() throws SQLException {
            if (rolledBack.isPresent()) {
                return rolledBack.get().lent();
            }
            TenantConnection connection = new TenantConnection(database.getConnection(), path, open::remove);
            open.add(connection);
            return connection.lent();
        }
    }
}
