package dev.tenantmigrator.internal.drift;

import dev.tenantmigrator.DriftOptions;
import dev.tenantmigrator.Tenants;
import dev.tenantmigrator.internal.config.Config;
import dev.tenantmigrator.report.Difference;
import dev.tenantmigrator.report.DriftFix;
import dev.tenantmigrator.report.DriftReport;
import java.sql.SQLException;
import java.util.Collection;

/** Compares the structures of tenants with their definitions. */
public final class DriftCheck {

    private final Config config;
    private final DriftOptions options;

    /** For one comparison. */
    public DriftCheck(Config config, DriftOptions options) {
        this.config = config;
        this.options = options;
    }

    /** Compares tenants. */
    public DriftReport check(Tenants tenants) throws SQLException {
        throw new UnsupportedOperationException(config + " " + options + tenants);
    }

    /** Brings a tenant to its definition. */
    public DriftFix fix(String schema, Collection<Difference> shown, boolean destructive) throws SQLException {
        throw new UnsupportedOperationException(schema + shown + destructive);
    }
}
