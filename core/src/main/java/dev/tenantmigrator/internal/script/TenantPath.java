package dev.tenantmigrator.internal.script;

import dev.tenantmigrator.internal.sql.Sql;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;

/** The search path that scripts run with: the tenant's schema, then those that belong to no tenant. Thread-safe. */
public final class TenantPath {

    private final List<String> schemasAfterTenant;

    TenantPath(Collection<String> schemasAfterTenant) {
        this.schemasAfterTenant = List.copyOf(schemasAfterTenant);
    }

    /**
     * A statement that lets unqualified names mean the tenant's, then the shared ones, until the transaction ends; and
     * strings end where scripts were read to end, whatever the host's setting is.
     */
    public String sql(String schema) {
        return "SELECT " + call(schema) + ", pg_catalog.set_config('standard_conforming_strings', 'on', true)";
    }

    /** The same where strings end so already, as an expression for the list of a {@code SELECT}. */
    public String call(String schema) {
        return "pg_catalog.set_config('search_path', " + Sql.literal(value(schema)) + ", true)";
    }

    /** What the setting is in a tenant. */
    String value(String schema) {
        return Sql.identifier(schema) + ", "
                + schemasAfterTenant.stream().map(Sql::identifier).collect(Collectors.joining(", "));
    }
}
