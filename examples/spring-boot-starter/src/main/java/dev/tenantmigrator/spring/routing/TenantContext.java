package dev.tenantmigrator.spring.routing;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The tenant of the current thread. Connections that the thread borrows are that tenant's. {@link TenantFilter} sets it for a
 * request; a job sets it by {@link #run} or {@link #call}. Boot's executors pass it to {@code @Async} methods, and {@link #wrap} to
 * other threads. A scope in a scope replaces the outer one until it ends.
 *
 * <p>A connection, and so a transaction, stays with the tenant that it was borrowed for. A statement on it fails while another tenant
 * is current: use {@code Propagation.REQUIRES_NEW} for a second tenant.
 */
public final class TenantContext {

    private static final ThreadLocal<@Nullable Scope> CURRENT = new ThreadLocal<>();

    private TenantContext() {}

    /**
     * Work that may throw.
     *
     * @param <R> the result
     * @param <E> the exception; a lambda that throws no checked one gets {@code RuntimeException}
     */
    @FunctionalInterface
    public interface Work<R extends @Nullable Object, E extends Exception> {

        /**
         * Does the work.
         *
         * @return its result
         * @throws E when it fails
         */
        R call() throws E;
    }

    /** One tenant, or the shared schema alone. */
    record Scope(Optional<String> tenant) {

        static final Scope SHARED = new Scope(Optional.empty());

        static Scope of(String tenant) {
            return new Scope(Optional.of(tenant));
        }

        @Override
        public String toString() {
            return tenant.map(name -> "tenant " + name).orElse("the shared schema");
        }
    }

    /**
     * The tenant of this thread.
     *
     * @return its schema; empty without one, and in the shared schema
     */
    public static Optional<String> tenant() {
        Scope scope = CURRENT.get();
        return scope == null ? Optional.empty() : scope.tenant();
    }

    /**
     * Runs work in a tenant.
     *
     * @param tenant its schema. An unknown one is refused when the work borrows a connection
     * @param work the work
     */
    public static void run(String tenant, Runnable work) {
        in(Scope.of(tenant), () -> {
            work.run();
            return true;
        });
    }

    /**
     * Runs work in a tenant.
     *
     * @param <R> the result
     * @param <E> the work's exception
     * @param tenant its schema. An unknown one is refused when the work borrows a connection
     * @param work the work
     * @return the work's result
     * @throws E when the work throws it
     */
    public static <R extends @Nullable Object, E extends Exception> R call(String tenant, Work<R, E> work) throws E {
        return in(Scope.of(tenant), work);
    }

    /**
     * Runs work in the shared schema alone, e.g. a sign-up, which has no tenant yet. It is allowed also where {@code
     * tenant-migrator.routing.without-tenant} is {@code refuse}.
     *
     * @param <R> the result
     * @param <E> the work's exception
     * @param work the work
     * @return the work's result
     * @throws E when the work throws it
     */
    public static <R extends @Nullable Object, E extends Exception> R callShared(Work<R, E> work) throws E {
        return in(Scope.SHARED, work);
    }

    /**
     * Takes the tenant of this thread along to another one.
     *
     * @param task the task
     * @return a task that runs in the tenant that is current now, or without one
     */
    public static Runnable wrap(Runnable task) {
        Scope scope = CURRENT.get();
        return () -> in(scope, () -> {
            task.run();
            return true;
        });
    }

    static @Nullable Scope scope() {
        return CURRENT.get();
    }

    private static <R extends @Nullable Object, E extends Exception> R in(@Nullable Scope scope, Work<R, E> work)
            throws E {
        Scope outer = CURRENT.get();
        set(scope);
        try {
            return work.call();
        } finally {
            set(outer);
        }
    }

    private static void set(@Nullable Scope scope) {
        if (scope == null) {
            CURRENT.remove();
        } else {
            CURRENT.set(scope);
        }
    }
}
