package dev.tenantmigrator.spring.routing;

import dev.tenantmigrator.event.TenantEvent;
import dev.tenantmigrator.event.TenantEventListener;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The names of the tenants, in memory. This instance's new tenants are added by their event. Others are found when an unknown name is
 * asked for, but the list is read once a second at most, so requests with invented names cost no query each. Thread-safe.
 *
 * <p>A name may outlive its tenant. {@link TenantRoutingDataSource} checks for each connection that the schema exists.
 */
final class KnownTenants implements TenantEventListener {

    private static final Logger LOG = LoggerFactory.getLogger(KnownTenants.class);
    private static final long PAUSE = Duration.ofSeconds(1).toNanos();

    private final Supplier<? extends Collection<String>> tenants;
    private final long maxAge;
    private final LongSupplier nanoTime;

    /** Tenants by their events, with the time. One whose transaction is rolled back stays until it is too old. */
    private final Map<String, Long> created = new ConcurrentHashMap<>();

    private final ReentrantLock reading = new ReentrantLock();
    private volatile @Nullable Names names;
    private volatile @Nullable Failed failed;

    private record Names(Set<String> all, long readAt) {}

    private record Failed(RuntimeException reason, long at) {}

    KnownTenants(Supplier<? extends Collection<String>> tenants, Duration maxAge, LongSupplier nanoTime) {
        this.tenants = tenants;
        this.maxAge = maxAge.toNanos();
        this.nanoTime = nanoTime;
    }

    boolean contains(String tenant) {
        Names current = names;
        if (isIn(current, tenant)) {
            return current == null || !older(current, maxAge) || isIn(renewed(current), tenant);
        }
        return (current == null || older(current, PAUSE)) && isIn(read(), tenant);
    }

    private boolean isIn(@Nullable Names list, String tenant) {
        return (list != null && list.all.contains(tenant)) || created.containsKey(tenant);
    }

    /** Known tenants are served from the old list while another thread reads, and while the database does not answer. */
    private Names renewed(Names old) {
        if (!reading.tryLock()) {
            return old;
        }
        try {
            return read();
        } catch (RuntimeException e) {
            LOG.warn("The list of tenants cannot be read; the one of before is used", e);
            return old;
        } finally {
            reading.unlock();
        }
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

    /** Reads the list, unless another thread has read it, or failed to, within the last second. */
    private Names read() {
        reading.lock();
        try {
            Names current = names;
            if (current != null && !older(current, PAUSE)) {
                return current;
            }
            long now = nanoTime.getAsLong();
            Failed before = failed;
            if (before != null && now - before.at <= PAUSE) {
                throw before.reason;
            }
            try {
                current = new Names(Set.copyOf(tenants.get()), now);
            } catch (RuntimeException e) {
                failed = new Failed(e, nanoTime.getAsLong());
                throw e;
            }
            created.values().removeIf(time -> now - time > maxAge);
            names = current;
            return current;
        } finally {
            reading.unlock();
        }
    }
}
