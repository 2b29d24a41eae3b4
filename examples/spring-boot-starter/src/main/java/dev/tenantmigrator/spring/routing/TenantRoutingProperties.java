package dev.tenantmigrator.spring.routing;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The properties {@code tenant-migrator.routing.*}.
 *
 * @param enabled Whether the application's DataSource lends connections in the schema of the current tenant.
 * @param withoutTenant Treatment of a thread that borrows a connection and has no tenant.
 * @param transactionPooler Whether the pool's connections go through a pooler in transaction mode, e.g. PgBouncer. The search path is then
 *     set by SET LOCAL in each transaction, and statements outside of a transaction are refused.
 * @param knownTenantsAge Longest time before the list of tenants is read again. A tenant that another instance has created is found
 *     earlier, and one that it has dropped is refused at once.
 * @param header Request header that names the tenant's schema. A client can send any header, so a gateway must set it.
 * @param domain Domain whose first-level sub-domains name the tenants, e.g. example.com for ada.example.com.
 */
@ConfigurationProperties("tenant-migrator.routing")
public record TenantRoutingProperties(
        @DefaultValue("false") boolean enabled,
        @DefaultValue("refuse") WithoutTenant withoutTenant,
        @DefaultValue("false") boolean transactionPooler,
        @DefaultValue("1m") Duration knownTenantsAge,
        @Nullable String header,
        @Nullable String domain) {

    /** The treatments of a thread that borrows a connection and has no tenant. */
    public enum WithoutTenant {
        /** Throw an exception. Work in the shared schema says so by TenantContext.callShared. */
        REFUSE,
        /** Lend a connection in the shared schema, where tenants' tables are not found. */
        SHARED
    }
}
