package dev.tenantmigrator.internal.run;

import dev.tenantmigrator.internal.containment.Containment;
import dev.tenantmigrator.internal.containment.ForeignObjectsException;
import dev.tenantmigrator.internal.jdbc.Pipeline;
import dev.tenantmigrator.report.Failure;
import java.sql.Connection;
import java.sql.SQLException;

/** The part of a tenant's transaction that is not the library's own. */
interface TenantBody {

    /** Runs in the transaction. */
    void run(Connection connection) throws SQLException;

    /** The failure to report for an error of the body. */
    Failure failure(SQLException e);

    /**
     * The failure to report when the body touched a foreign object.
     *
     * @param connection in a new transaction like the failed one, which is rolled back
     * @param checked the new transaction's check
     * @param begin the statements that the failed transaction began with
     */
    Failure outside(
            Connection connection,
            Containment.Checked checked,
            Pipeline begin,
            ForeignObjectsException foreign,
            Containment containment)
            throws SQLException;
}
