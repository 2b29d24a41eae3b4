package dev.tenantmigrator.internal.run;

import dev.tenantmigrator.TenantWork;
import dev.tenantmigrator.internal.config.Config;
import dev.tenantmigrator.internal.containment.Containment;
import dev.tenantmigrator.internal.containment.ForeignObjectsException;
import dev.tenantmigrator.internal.jdbc.Pipeline;
import dev.tenantmigrator.internal.jdbc.SqlErrors;
import dev.tenantmigrator.report.Failure;
import java.sql.Connection;
import java.sql.SQLException;

/** The host's own work. */
record HostBody(Config config, String schema, TenantWork work) implements TenantBody {

    @Override
    public void run(Connection connection) throws SQLException {
        work.run(connection, schema);
    }

    @Override
    public Failure failure(SQLException e) {
        return config.detailed(SqlErrors.failure(e), e);
    }

    @Override
    public Failure outside(
            Connection connection,
            Containment.Checked checked,
            Pipeline begin,
            ForeignObjectsException foreign,
            Containment containment)
            throws SQLException {
        return Failure.of(containment.describe(foreign, connection));
    }
}
