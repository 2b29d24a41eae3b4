package dev.tenantmigrator.internal.tracking;

import dev.tenantmigrator.RecordedVersion;
import dev.tenantmigrator.internal.source.MigrationCatalog;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Computes tenants' states. Most tenants have equal histories, so each history is compared with the migrations once.
 * Thread-safe.
 */
public final class TenantStates {

    /** Limits memory for a fleet in which every tenant has another history; a usual fleet has a handful. */
    private static final int MOST = 1000;

    private final MigrationCatalog catalog;
    private final Map<List<RecordedVersion>, TenantState> known = new ConcurrentHashMap<>();

    /**
     * @param catalog the migrations of the run
     */
    public TenantStates(MigrationCatalog catalog) {
        this.catalog = catalog;
    }

    /** The state of a tenant with these rows. */
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
