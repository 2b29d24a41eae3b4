package dev.tenantmigrator.internal.tenant;

import dev.tenantmigrator.TenantExistsException;
import dev.tenantmigrator.TenantName;
import dev.tenantmigrator.TenantNotFoundException;
import dev.tenantmigrator.internal.config.Config;
import dev.tenantmigrator.internal.jdbc.Pipeline;
import dev.tenantmigrator.internal.jdbc.Queries;
import dev.tenantmigrator.internal.jdbc.Session;
import dev.tenantmigrator.internal.jdbc.TenantLock;
import dev.tenantmigrator.internal.residue.NameResidue;
import dev.tenantmigrator.internal.sql.Sql;
import dev.tenantmigrator.internal.tracking.FleetReader;
import dev.tenantmigrator.internal.tracking.TenantSchemas;
import dev.tenantmigrator.report.Failure;
import java.security.SecureRandom;
import java.sql.SQLException;

/** Renames a tenant, and its name in the bodies and settings of its functions, which {@code ALTER SCHEMA} does not change. */
public final class TenantRenamer {

    private final Config config;

    /** Serves any number of renames. */
    public TenantRenamer(Config config) {
        this.config = config;
    }

    /** Renames in one transaction, and returns the new name. */
    public String rename(String schema, TenantName newName) throws SQLException {
        String newSchema = newName.candidate(new SecureRandom());
        TenantSchemas.requireMayBeTenant(schema, config.sharedSchema());
        TenantSchemas.requireMayBeTenant(newSchema, config.sharedSchema());
        try (Session session = Session.open(config.dataSource())) {
            return WaitForTenant.run(config, session, schema, connection -> {
                if (!new FleetReader(config).isTenant(connection, schema)) {
                    throw new TenantNotFoundException(TenantSchemas.notFound(schema));
                }
                if (Queries.schemaExists(connection, newSchema)) {
                    throw new TenantExistsException(
                            Failure.of("a schema \"" + newSchema + "\" exists already; nothing was changed")
                                    .inTenant(schema));
                }
                Pipeline pipeline = new Pipeline()
                        .add(WaitForTenant.LOCK_TIMEOUT)
                        .add(TenantLock.trySql(newSchema))
                        .add("ALTER SCHEMA " + Sql.identifier(schema) + " RENAME TO " + Sql.identifier(newSchema))
                        .add("SET LOCAL check_function_bodies TO off");
                pipeline.addAll(config.recorder().rename(schema, newSchema)).send(connection);
                NameResidue.adaptFunctions(connection, schema, newSchema).send(connection);
                return newSchema;
            });
        }
    }
}
