package dev.tenantmigrator.spring.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;

/** The tenant of a request: where it is found, and that it ends with the request. */
class TenantFilterTest {

    private final List<Optional<String>> seen = new ArrayList<>();
    private final MockHttpServletRequest request = new MockHttpServletRequest();
    private final MockHttpServletResponse response = new MockHttpServletResponse();
    private final FilterChain chain = (one, other) -> seen.add(TenantContext.tenant());

    @AfterEach
    void nothingStays() {
        assertThat(TenantContext.scope()).isNull();
    }

    private void filter(TenantResolver resolver, FilterChain rest) throws Exception {
        KnownTenants known = new KnownTenants(() -> List.of("ada_1"), Duration.ofMinutes(1), System::nanoTime);
        new TenantFilter(resolver, known).doFilter(request, response, rest);
    }

    @Test
    void aHeader() throws Exception {
        request.addHeader("X-Tenant", "ada_1");
        filter(TenantResolver.header("x-tenant"), chain);
        assertThat(seen).containsExactly(Optional.of("ada_1"));
    }

    @Test
    void withoutATenantTheRequestGoesOn() throws Exception {
        request.addHeader("X-Tenant", " ");
        filter(TenantResolver.header("X-Tenant"), chain);
        assertThat(seen).containsExactly(Optional.empty());
    }

    @Test
    void anUnknownTenantIsNotFound() throws Exception {
        request.addHeader("X-Tenant", "ADA_1");
        filter(TenantResolver.header("X-Tenant"), chain);
        assertThat(seen).isEmpty();
        assertThat(response.getStatus()).isEqualTo(404);
    }

    @ParameterizedTest
    @CsvSource({
        "ada-1.example.com, ada_1",
        "ADA-1.Example.COM, ada_1",
        "example.com,",
        "ada-1.example.com.evil.org,",
        "evil-example.com,"
    })
    void aSubdomain(String host, String tenant) throws Exception {
        request.setServerName(host);
        filter(TenantResolver.subdomain("Example.com"), chain);
        assertThat(seen).containsExactly(Optional.ofNullable(tenant));
    }

    @Test
    void theUserWhoIsLoggedIn() throws Exception {
        TenantResolver resolver = TenantResolver.principal(
                user -> user.getName().equals("ada") ? Optional.of("ada_1") : Optional.empty());
        filter(resolver, chain);
        request.setUserPrincipal(() -> "ada");
        filter(resolver, chain);
        assertThat(seen).containsExactly(Optional.empty(), Optional.of("ada_1"));
    }

    @Test
    void exceptionsAreThrownAsTheyAre() {
        request.addHeader("X-Tenant", "ada_1");
        ServletException exception = new ServletException("no");
        assertThatThrownBy(() -> filter(TenantResolver.header("X-Tenant"), (one, other) -> {
                    throw exception;
                }))
                .isSameAs(exception);
    }
}
