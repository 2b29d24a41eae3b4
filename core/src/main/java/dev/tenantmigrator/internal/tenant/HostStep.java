package dev.tenantmigrator.internal.tenant;

import dev.tenantmigrator.CreationStep;
import dev.tenantmigrator.TenantMigratorException;
import dev.tenantmigrator.internal.config.Config;
import dev.tenantmigrator.internal.jdbc.SqlErrors;
import java.sql.Connection;
import java.sql.SQLException;

/** Runs the host's own step of a creation. */
final class HostStep {

    private HostStep() {}

    /**
     * Runs it in the tenant's transaction.
     *
     * @param kept the end of the message of a failure
     * @throws TenantMigratorException when it threw an {@link SQLException}
     */
    static void run(Config config, Connection connection, String schema, CreationStep step, String kept) {
        try {
            step.run(connection, schema);
        } catch (SQLException e) {
            throw new TenantMigratorException(
                    config.detailed(
                            SqlErrors.failure(e)
                                    .withMessage("the creation step failed: " + SqlErrors.message(e) + "; " + kept)
                                    .inTenant(schema),
                            e),
                    SqlErrors.withoutDetail(e));
        }
    }
}
