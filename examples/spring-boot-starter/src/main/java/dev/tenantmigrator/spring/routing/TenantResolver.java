package dev.tenantmigrator.spring.routing;

import jakarta.servlet.http.HttpServletRequest;
import java.security.Principal;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;

/**
 * Finds the tenant of a request. Declare one as a bean, or set {@code tenant-migrator.routing.header} or {@code .domain}.
 *
 * <p>A header and a host name are the client's choice: a user of one tenant can send another's. Combine them with a check, e.g.
 * {@code request -> header("X-Tenant").resolve(request).filter(tenant -> mayEnter(request.getUserPrincipal(), tenant))}, or use
 * {@link #principal}.
 */
@FunctionalInterface
public interface TenantResolver {

    /**
     * Finds the tenant.
     *
     * @param request the request
     * @return the tenant's schema; empty when the request has none. A name that is no tenant is answered with 404
     */
    Optional<String> resolve(HttpServletRequest request);

    /**
     * The value of a header.
     *
     * @param name the header's name
     * @return a resolver
     */
    static TenantResolver header(String name) {
        return request -> Optional.ofNullable(request.getHeader(name)).filter(value -> !value.isBlank());
    }

    /**
     * The label in front of a domain: {@code ada-12345678.example.com} is the tenant {@code ada_12345678}, because host names have no
     * {@code _}.
     *
     * @param domain the domain, e.g. {@code example.com}
     * @return a resolver
     */
    static TenantResolver subdomain(String domain) {
        String suffix = '.' + domain.toLowerCase(Locale.ROOT);
        return request -> {
            String host = request.getServerName().toLowerCase(Locale.ROOT);
            return host.endsWith(suffix)
                    ? Optional.of(
                            host.substring(0, host.length() - suffix.length()).replace('-', '_'))
                    : Optional.empty();
        };
    }

    /**
     * The tenant of the user who is logged in. {@link TenantFilter} runs after Spring Security.
     *
     * @param tenantOf finds a user's tenant, e.g. in a claim of the token or in {@code users}
     * @return a resolver
     */
    static TenantResolver principal(Function<? super Principal, Optional<String>> tenantOf) {
        return request -> Optional.ofNullable(request.getUserPrincipal()).flatMap(tenantOf);
    }
}
