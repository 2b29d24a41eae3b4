package dev.tenantmigrator.spring.routing;

import dev.tenantmigrator.event.TenantEvent;
import dev.tenantmigrator.event.TenantEventListener;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The names of the tenants, in memory. This instance's new tenants are added by their event. Others are found when an unknown name is
 * asked for, but the list is read once a second at most, so requests with invented names cost no query each. Thread-safe.
 *
 * <p>A name may outlive its tenant. {@link TenantRoutingDataSource} checks for each connection that the schema exists.
 */
final class KnownTenants implements TenantEventListener {

    private static final long PAUSE = Duration.ofSeconds(1).toNanos();

    private final Supplier<? extends Collection<String>> tenants;
    private final long maxAge;
    private final LongSupplier nanoTime;

    /** Tenants by their events, with the time. One whose transaction is rolled back stays until it is too old. */
    private final Map<String, Long> created = new ConcurrentHashMap<>();

    private volatile @Nullable Names names;

    private record Names(Set<String> all, long readAt) {}

    KnownTenants(Supplier<? extends Collection<String>> tenants, Duration maxAge, LongSupplier nanoTime) {
        this.tenants = tenants;
        this.maxAge = maxAge.toNanos();
        this.nanoTime = nanoTime;
    }

    boolean contains(String tenant) {
        Names current = names;
        if (current == null || older(current, maxAge)) {
            current = read(maxAge);
        }
        if (current.all.contains(tenant) || created.containsKey(tenant)) {
            return true;
        }
        return older(current, PAUSE) && read(PAUSE).all.contains(tenant);
    }

    @Override
    public void onEvent(TenantEvent event) {
        if (event instanceof TenantEvent.TenantCreated) {
            created.put(event.schema(), nanoTime.getAsLong());
        }
    }

    private boolean older(Names list, long age) {
        return nanoTime.getAsLong() - list.readAt > age;
    }

    /** Reads the list unless another thread has done so meanwhile. */
    private synchronized Names read(long age) {
        Names current = names;
        if (current == null || older(current, age)) {
            long now = nanoTime.getAsLong();
            current = new Names(Set.copyOf(tenants.get()), now);
            created.values().removeIf(time -> now - time > maxAge);
            names = current;
        }
        return current;
    }
}
