package dev.tenantmigrator.internal.tracking;

import dev.tenantmigrator.AppliedMigration;
import dev.tenantmigrator.internal.Config;
import dev.tenantmigrator.internal.jdbc.SqlErrors;
import dev.tenantmigrator.report.Failure;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Finds the tenants and reads what is recorded for them, in chunks. */
public final class FleetReader {

    /** Larger unions are slower, and hold one lock per table. */
    private static final int CHUNK = 50;

    private final Config config;

    /**
     * @param config of the migrator
     */
    public FleetReader(Config config) {
        this.config = config;
    }

    /**
     * What could be read, and what could not.
     *
     * @param rows by tenant, sorted
     * @param failures by tenant: dropped meanwhile, or not permitted
     */
    public record Fleet(Map<String, List<AppliedMigration>> rows, Map<String, Failure> failures) {}

    /** The tenants' schemas, sorted. */
    public List<String> tenants(Connection connection) throws SQLException {
        return config.store().discover(connection, config.sharedSchema()).stream()
                .filter(config.tenantFilter())
                .sorted()
                .toList();
    }

    /** Whether a schema is a tenant of this migrator. */
    public boolean isTenant(Connection connection, String schema) throws SQLException {
        return TenantSchemas.mayBeTenant(schema, config.sharedSchema())
                && config.tenantFilter().test(schema)
                && config.store().isTracked(connection, schema);
    }

    /** Reads all tenants. */
    public Fleet readAll(Connection connection) throws SQLException {
        return read(connection, tenants(connection));
    }

    /** Reads one tenant; a failure when there is none of that name. */
    public Fleet readOne(Connection connection, String schema) throws SQLException {
        if (!isTenant(connection, schema)) {
            return new Fleet(Map.of(), Map.of(schema, TenantSchemas.notFound(schema)));
        }
        return read(connection, List.of(schema));
    }

    private Fleet read(Connection connection, List<String> schemas) throws SQLException {
        Fleet fleet = new Fleet(new TreeMap<>(), new TreeMap<>());
        for (int start = 0; start < schemas.size(); start += CHUNK) {
            List<String> chunk = schemas.subList(start, Math.min(start + CHUNK, schemas.size()));
            try {
                fleet.rows().putAll(config.store().read(connection, chunk));
            } catch (SQLException e) {
                readOneByOne(connection, chunk, e, fleet);
            }
        }
        return fleet;
    }

    /** One tenant that cannot be read must not hide the others of its chunk. */
    private void readOneByOne(Connection connection, List<String> chunk, SQLException first, Fleet fleet)
            throws SQLException {
        if (SqlErrors.isConnectionLost(first)) {
            throw first;
        }
        for (String schema : new ArrayList<>(chunk)) {
            try {
                fleet.rows().putAll(config.store().read(connection, List.of(schema)));
            } catch (SQLException e) {
                if (SqlErrors.isConnectionLost(e)) {
                    throw e;
                }
                Failure failure = SqlErrors.failure(e);
                fleet.failures()
                        .put(
                                schema,
                                failure.withMessage("its tracking table cannot be read: " + failure.message())
                                        .inTenant(schema));
            }
        }
    }
}
