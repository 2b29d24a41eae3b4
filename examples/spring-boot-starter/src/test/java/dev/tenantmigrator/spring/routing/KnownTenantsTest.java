package dev.tenantmigrator.spring.routing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenantmigrator.event.TenantEvent.TenantCreated;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** The list of tenants in memory: what is found, and how often the database is asked. */
class KnownTenantsTest {

    private final AtomicInteger queries = new AtomicInteger();
    private final AtomicLong now = new AtomicLong();
    private List<String> tenants = List.of("ada");
    private final KnownTenants known = new KnownTenants(
            () -> {
                queries.incrementAndGet();
                return tenants;
            },
            Duration.ofMinutes(1),
            now::get);

    private void pass(Duration time) {
        now.addAndGet(time.toNanos());
    }

    @Test
    void manyRequestsCostOneQuery() {
        for (int i = 0; i < 1000; i++) {
            assertThat(known.contains("ada")).isTrue();
            assertThat(known.contains("invented" + i)).isFalse();
        }
        assertThat(queries).hasValue(1);
    }

    @Test
    void inventedNamesCostOneQueryASecondAtMost() {
        for (int i = 0; i < 1000; i++) {
            assertThat(known.contains("invented" + i)).isFalse();
            pass(Duration.ofMillis(10));
        }
        assertThat(queries).hasValueBetween(5, 10);
    }

    @Test
    void aTenantOfThisInstanceIsFoundAtOnce() {
        assertThat(known.contains("bob")).isFalse();
        known.onEvent(new TenantCreated("bob", Duration.ZERO, false));
        assertThat(known.contains("bob")).isTrue();
        assertThat(queries).hasValue(1);
    }

    @Test
    void aTenantOfAnotherInstanceIsFoundAfterASecond() {
        assertThat(known.contains("bob")).isFalse();
        tenants = List.of("ada", "bob");
        pass(Duration.ofMillis(1001));
        assertThat(known.contains("bob")).isTrue();
    }

    @Test
    void aTenantThatIsGoneIsForgottenAfterTheAge() {
        assertThat(known.contains("ada")).isTrue();
        known.onEvent(new TenantCreated("rolled_back", Duration.ZERO, false));
        tenants = List.of();
        pass(Duration.ofSeconds(59));
        assertThat(known.contains("ada")).isTrue();
        pass(Duration.ofSeconds(2));
        assertThat(known.contains("ada")).isFalse();
        assertThat(known.contains("rolled_back")).isFalse();
    }
}
