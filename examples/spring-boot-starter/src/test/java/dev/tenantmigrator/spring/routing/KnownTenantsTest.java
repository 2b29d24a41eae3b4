package dev.tenantmigrator.spring.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
    private boolean outage;

    private final KnownTenants known = new KnownTenants(
            () -> {
                queries.incrementAndGet();
                if (outage) {
                    throw new IllegalStateException("no connection");
                }
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

    @Test
    void knownTenantsAreServedInAnOutageAndOthersFailAtOnce() {
        assertThat(known.contains("ada")).isTrue();
        outage = true;
        pass(Duration.ofMinutes(2));
        queries.set(0);
        for (int i = 0; i < 10; i++) {
            assertThat(known.contains("ada")).isTrue();
            assertThatThrownBy(() -> known.contains("bob")).hasMessage("no connection");
        }
        assertThat(queries).hasValue(1);
        outage = false;
        pass(Duration.ofMillis(1001));
        assertThat(known.contains("bob")).isFalse();
    }
}
