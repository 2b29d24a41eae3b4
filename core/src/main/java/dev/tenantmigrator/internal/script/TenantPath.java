package dev.tenantmigrator.internal.script;

import dev.tenantmigrator.internal.sql.Sql;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;

/** The search path of scripts: the tenant's schema, then the shared ones. Thread-safe. */
public final class TenantPath {

    private final List<String> schemasAfterTenant;

    TenantPath(Collection<String> schemasAfterTenant) {
        this.schemasAfterTenant = List.copyOf(schemasAfterTenant);
    }

    /**
     * A statement that sets the search path until the transaction ends. It also sets the string syntax by which the library has read the
     * scripts, whatever the connection's own setting is.
     */
    public String sql(String schema) {
        return "SELECT " + call(schema) + ", pg_catalog.set_config('standard_conforming_strings', 'on', true)";
    }

    /** An expression that sets only the search path, for a transaction in which the string syntax is set already. */
    public String call(String schema) {
        return "pg_catalog.set_config('search_path', " + Sql.literal(value(schema)) + ", true)";
    }

    /** The value of {@code search_path} for a tenant. */
    String value(String schema) {
        return Sql.identifier(schema) + ", "
                + schemasAfterTenant.stream().map(Sql::identifier).collect(Collectors.joining(", "));
    }
}
