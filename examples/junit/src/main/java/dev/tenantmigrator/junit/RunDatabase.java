package dev.tenantmigrator.junit;

import dev.tenantmigrator.TenantMigrator;
import java.util.Objects;
import javax.sql.DataSource;

/** A {@link TenantDatabase} that serves all tests of a run. */
@SuppressWarnings("try") // A provider may throw any exception.
final class RunDatabase implements AutoCloseable {

    private final TenantDatabase provider;
    private final DataSource dataSource;
    private final TenantMigrator migrator;

    private RunDatabase(TenantDatabase provider, DataSource dataSource, TenantMigrator migrator) {
        this.provider = provider;
        this.dataSource = dataSource;
        this.migrator = migrator;
    }

    /** Connects. What a provider has opened before it fails is closed. */
    static RunDatabase connect(TenantDatabase provider) throws Exception {
        try {
            DataSource dataSource = Objects.requireNonNull(provider.dataSource(), "dataSource() returned null");
            return new RunDatabase(
                    provider,
                    dataSource,
                    Objects.requireNonNull(provider.migrator(dataSource), "migrator() returned null"));
        } catch (Exception e) {
            close(provider, e);
            throw e;
        }
    }

    private static void close(TenantDatabase provider, Exception reason) {
        if (provider instanceof AutoCloseable closeable) {
            try {
                closeable.close();
            } catch (Exception e) {
                reason.addSuppressed(e);
            }
        }
    }

    LeasedTenant create() {
        return new LeasedTenant(dataSource, migrator.throwaway(), provider.sharedSchema());
    }

    /** The migrator first: it waits until tenants are dropped. */
    @Override
    public void close() throws Exception {
        try {
            migrator.close();
        } finally {
            if (provider instanceof AutoCloseable closeable) {
                closeable.close();
            }
        }
    }
}
