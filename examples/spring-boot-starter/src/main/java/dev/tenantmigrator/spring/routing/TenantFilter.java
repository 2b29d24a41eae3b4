package dev.tenantmigrator.spring.routing;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Optional;
import org.springframework.web.filter.OncePerRequestFilter;

/** Runs each request in its tenant. A request for an unknown tenant is answered with 404; one without a tenant has none. */
final class TenantFilter extends OncePerRequestFilter {

    private final TenantResolver resolver;
    private final KnownTenants known;

    TenantFilter(TenantResolver resolver, KnownTenants known) {
        this.resolver = resolver;
        this.known = known;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        // A resolver that asks the database, e.g. for a user's tenants, does so in the shared schema.
        Optional<String> tenant = TenantContext.callShared(() -> resolver.resolve(request));
        if (tenant.isEmpty()) {
            chain.doFilter(request, response);
        } else if (known.contains(tenant.get())) {
            try {
                TenantContext.<HttpServletResponse, Exception>call(tenant.get(), () -> {
                    chain.doFilter(request, response);
                    return response;
                });
            } catch (ServletException | IOException | RuntimeException e) {
                throw e;
            } catch (Exception e) {
                throw new ServletException(e); // a filter throws no other one
            }
        } else if (request.getDispatcherType() == DispatcherType.ERROR) {
            chain.doFilter(request, response);
        } else {
            response.sendError(HttpServletResponse.SC_NOT_FOUND);
        }
    }

    /** The part of a request that another thread continues has the tenant too. */
    @Override
    protected boolean shouldNotFilterAsyncDispatch() {
        return false;
    }

    /** So has the page of an error; that of an unknown tenant has none. */
    @Override
    protected boolean shouldNotFilterErrorDispatch() {
        return false;
    }
}
