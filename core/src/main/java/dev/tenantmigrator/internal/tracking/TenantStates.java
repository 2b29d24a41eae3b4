package dev.tenantmigrator.internal.tracking;

import dev.tenantmigrator.RecordedVersion;
import dev.tenantmigrator.internal.source.MigrationCatalog;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The states of a fleet's tenants. Most are in the same one: it is found out, and kept, once. Thread-safe. */
public final class TenantStates {

    /** Bounds what is kept of a fleet in which no tenant is like another. */
    private static final int MOST = 1000;

    private final MigrationCatalog catalog;
    private final Map<List<RecordedVersion>, TenantState> known = new ConcurrentHashMap<>();

    /**
     * @param catalog the migrations of the run
     */
    public TenantStates(MigrationCatalog catalog) {
        this.catalog = catalog;
    }

    /** What a tenant's recorded versions mean. */
    public TenantState of(String schema, List<RecordedVersion> rows) {
        TenantState state = known.get(rows);
        if (state == null) {
            state = TenantState.of(schema, rows, catalog);
            if (known.size() < MOST) {
                known.put(state.rows(), state);
            }
        }
        return state.of(schema);
    }
}
