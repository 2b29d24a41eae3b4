package dev.tenantmigrator.spring;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.service.connection.ConnectionDetails;

/**
 * The migrator's own connections, where they are not those of the application: another role, or a database without the pooler. A bean of
 * this type replaces the properties {@code tenant-migrator.url}, {@code username}, {@code password} and {@code direct-url}.
 */
public interface TenantMigratorConnectionDetails extends ConnectionDetails {

    /**
     * The URL of all connections but the direct ones.
     *
     * @return null for that of the application's {@code DataSource}
     */
    default @Nullable String getJdbcUrl() {
        return null;
    }

    /**
     * The role.
     *
     * @return null for that of the application's {@code DataSource}
     */
    default @Nullable String getUsername() {
        return null;
    }

    /**
     * The role's password.
     *
     * @return null for that of the application's {@code DataSource}
     */
    default @Nullable String getPassword() {
        return null;
    }

    /**
     * The URL of PostgreSQL itself, for statements that cannot run in a transaction.
     *
     * @return null when the other connections are direct too
     */
    default @Nullable String getDirectJdbcUrl() {
        return null;
    }
}
