package dev.tenantmigrator.spring;

import dev.tenantmigrator.ReadsOutside;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The properties {@code tenant-migrator.*}. A {@link TenantMigratorBuilderCustomizer} reaches the settings that have none.
 *
 * @param enabled Whether there is a migrator at all.
 * @param url JDBC URL of the migrator's own connections. By default it borrows connections of the application's DataSource.
 * @param username Role of the migrator's own connections, e.g. one that may create schemas. By default that of the application.
 * @param password Password of that role.
 * @param directUrl JDBC URL of PostgreSQL itself, for statements that cannot run in a transaction, where the other connections go through
 *     a pooler in transaction mode.
 * @param migrations Directory of the migrations: classpath:DIRECTORY, or a directory of the file system.
 * @param requiredTables Tables that every tenant must have.
 * @param sharedObjects Objects of the shared schema that migrations may name, e.g. users.
 * @param sharedSchema Schema of the objects that belong to no tenant.
 * @param allowedSchemas Schemas beside the tenant's own that migrations may create, name and change.
 * @param allowedTables Tables outside of the tenant's schema that migrations may write to without naming them: schema.table or schema.*.
 * @param readsOutside Treatment of migrations that read tables outside of their tenant's schema.
 * @param extensions Extensions to create in the shared schema when they are missing. Empty to create none.
 * @param parallelism Number of tenants to work on at a time. Each one uses a connection of the pool.
 * @param lockTimeout Time that a migration waits for a lock that another session holds. It is attempted again later.
 * @param tracking Place of the tenants' applied migrations.
 * @param spares Number of spare tenants in stock, for sign-ups that do not wait for migrations. 0 for none.
 * @param deployAtStartup Whether pending migrations of all tenants are applied when the application starts.
 * @param onFailedTenant Reaction to a tenant that could not be migrated when the application starts.
 * @param progressInterval Time between two lines in the log about the progress of the deploy when the application starts.
 * @param healthDownForTenants Whether the health of the application is down while a tenant is behind or unhealthy.
 */
@ConfigurationProperties("tenant-migrator")
public record TenantMigratorProperties(
        @DefaultValue("true") boolean enabled,
        @Nullable String url,
        @Nullable String username,
        @Nullable String password,
        @Nullable String directUrl,
        @DefaultValue("classpath:tenant-migrations") String migrations,
        @DefaultValue List<String> requiredTables,
        @DefaultValue List<String> sharedObjects,
        @DefaultValue("public") String sharedSchema,
        @DefaultValue List<String> allowedSchemas,
        @DefaultValue List<String> allowedTables,
        @DefaultValue("warn") ReadsOutside readsOutside,
        @DefaultValue("uuid-ossp") List<String> extensions,
        @DefaultValue("4") int parallelism,
        @DefaultValue("2s") Duration lockTimeout,
        @DefaultValue("per-schema") Tracking tracking,
        @DefaultValue("0") int spares,
        @DefaultValue("true") boolean deployAtStartup,
        @DefaultValue("continue") OnFailedTenant onFailedTenant,
        @DefaultValue("5s") Duration progressInterval,
        @DefaultValue("false") boolean healthDownForTenants) {

    /** Leaves out the password. */
    @Override
    public String toString() {
        return "tenant-migrator.migrations=" + migrations;
    }

    /** The places of the tenants' applied migrations. */
    public enum Tracking {
        /** A table schema_migrations in each tenant's schema. */
        PER_SCHEMA,
        /** One table for all tenants. */
        FLEET
    }

    /** The reactions to a tenant that could not be migrated. */
    public enum OnFailedTenant {
        /** Log each failed tenant and serve the others. The next start tries this tenant again. */
        CONTINUE,
        /** Do not start. For code that would damage data in a tenant with an old schema. Tenants that were migrated stay migrated. */
        FAIL
    }
}
