package dev.tenantmigrator.junit;

import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/** The tenants of one outermost test class: one, unless its methods run in parallel. Thread-safe. */
final class ClassTenants implements AutoCloseable {

    private final RunDatabase database;
    private final List<LeasedTenant> all = new ArrayList<>();
    private final Deque<LeasedTenant> free = new ArrayDeque<>();
    private Optional<LeasedTenant> shared = Optional.empty();

    ClassTenants(RunDatabase database) {
        this.database = database;
    }

    /** The tenant for the class itself, which all its tests then share. */
    synchronized LeasedTenant ofClass(TenantTest.Isolation isolation) {
        if (shared.isEmpty()) {
            LeasedTenant tenant = free.isEmpty() ? create() : free.getFirst();
            if (!free.contains(tenant)) {
                free.push(tenant);
            }
            shared = Optional.of(tenant);
        }
        if (isolation == TenantTest.Isolation.RESET) {
            shared.get().use();
        }
        return shared.get();
    }

    /** Takes a tenant for a test. */
    LeasedTenant take(TenantTest.Isolation isolation) throws SQLException {
        LeasedTenant tenant = isolation == TenantTest.Isolation.NEW_TENANT ? database.create() : take();
        try {
            tenant.begin(isolation);
            return tenant;
        } catch (SQLException | RuntimeException e) {
            giveBack(tenant, isolation);
            throw e;
        }
    }

    private synchronized LeasedTenant take() {
        if (!free.isEmpty()) {
            return free.pop();
        }
        if (shared.isPresent()) {
            throw new IllegalStateException("tests that run in parallel would share the tenant " + shared.get()
                    + ", which their class has taken in its constructor or in @BeforeAll. Take the Tenant as a parameter of each"
                    + " test instead, or annotate the class with @Execution(SAME_THREAD)");
        }
        return create();
    }

    private LeasedTenant create() {
        LeasedTenant tenant = database.create();
        all.add(tenant);
        return tenant;
    }

    /** Gives a test's tenant back. */
    void giveBack(LeasedTenant tenant, TenantTest.Isolation isolation) throws SQLException {
        if (isolation == TenantTest.Isolation.NEW_TENANT) {
            tenant.close();
            return;
        }
        try {
            tenant.end();
        } finally {
            synchronized (this) {
                free.push(tenant);
            }
        }
    }

    /** Drops all of them, also when one cannot be dropped. */
    @Override
    public synchronized void close() throws SQLException {
        List<Exception> failures = new ArrayList<>();
        for (LeasedTenant tenant : all) {
            try {
                tenant.close();
            } catch (SQLException | RuntimeException e) {
                failures.add(e);
            }
        }
        if (!failures.isEmpty()) {
            IllegalStateException failed = new IllegalStateException(
                    failures.size() + " tenants of the test class are not dropped: "
                            + failures.get(0).getMessage(),
                    failures.get(0));
            failures.stream().skip(1).forEach(failed::addSuppressed);
            throw failed;
        }
    }
}
