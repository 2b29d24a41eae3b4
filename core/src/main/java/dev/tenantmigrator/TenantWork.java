package dev.tenantmigrator;

import java.sql.Connection;
import java.sql.SQLException;

/** The host application's own work in one tenant; see {@link TenantMigrator#forEachTenant}. */
@FunctionalInterface
public interface TenantWork {

    /**
     * Works in a transaction of the tenant's own, with {@code search_path} set to the tenant and then the shared schema. With several
     * workers it is called by several threads at once, each for another tenant.
     *
     * <p>After a lock timeout, deadlock or serialization failure the transaction is rolled back and the work is called again, so it
     * should change nothing but the database.
     *
     * @param connection the transaction's connection; do not commit, roll back or close it
     * @param schema the tenant
     * @throws SQLException fails this tenant, in which nothing is kept; so does any other exception
     */
    void run(Connection connection, String schema) throws SQLException;
}
