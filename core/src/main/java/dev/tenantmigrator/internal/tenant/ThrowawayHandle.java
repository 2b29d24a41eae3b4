package dev.tenantmigrator.internal.tenant;

import dev.tenantmigrator.TenantMigratorException;
import dev.tenantmigrator.ThrowawayTenant;
import dev.tenantmigrator.internal.jdbc.SqlErrors;
import java.sql.SQLException;
import java.util.Optional;

/** A throwaway tenant with its state after creation. */
final class ThrowawayHandle implements ThrowawayTenant {

    private final Throwaways throwaways;
    private final String schema;
    private Optional<TenantReset> state;
    private boolean open = true;

    ThrowawayHandle(Throwaways throwaways, String schema, Optional<TenantReset> state) {
        this.throwaways = throwaways;
        this.schema = schema;
        this.state = state;
    }

    @Override
    public String schema() {
        return schema;
    }

    @Override
    public synchronized void reset() {
        if (!open) {
            throw new IllegalStateException("the tenant " + schema + " is closed");
        }
        try {
            if (state.isEmpty() || !state.get().run()) {
                state = throwaways.createAgain(schema);
            }
        } catch (SQLException e) {
            throw failed(e);
        }
    }

    @Override
    public synchronized void close() {
        if (open) {
            open = false;
            try {
                throwaways.discard(schema);
            } catch (SQLException e) {
                throw failed(e);
            }
        }
    }

    private TenantMigratorException failed(SQLException e) {
        return new TenantMigratorException(SqlErrors.failure(e).inTenant(schema), SqlErrors.withoutDetail(e));
    }
}
