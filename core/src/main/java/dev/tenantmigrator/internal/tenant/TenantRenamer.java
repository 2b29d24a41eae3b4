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
import dev.tenantmigrator.internal.residue.NameResidue.Place;
import dev.tenantmigrator.internal.sql.Sql;
import dev.tenantmigrator.internal.tracking.FleetReader;
import dev.tenantmigrator.internal.tracking.LostRecords;
import dev.tenantmigrator.internal.tracking.TenantSchemas;
import dev.tenantmigrator.report.Failure;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Renames a tenant, and its name in its functions, which {@code ALTER SCHEMA} does not change. Other definitions that hold the old
 * name are reported in the log.
 */
public final class TenantRenamer {

    private static final Logger LOG = LoggerFactory.getLogger(TenantRenamer.class);

    /** Enough to see what kind they are, in one line. */
    private static final int MOST_SHOWN = 20;

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
            List<Place> left = WaitForTenant.run(config, session, schema, connection -> {
                if (!new FleetReader(config).isTenantWithin(connection, schema)) {
                    throw new TenantNotFoundException(LostRecords.notFoundWithin(config, connection, schema));
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
                        .add(NameResidue.UNCHECKED_BODIES);
                pipeline.addAll(config.recorder().rename(schema, newSchema)).send(connection);
                NameResidue.adaptFunctions(connection, schema, newSchema).send(connection);
                return NameResidue.leftInDefinitions(connection, schema, newSchema);
            });
            if (!left.isEmpty()) {
                LOG.warn(
                        "{} was renamed from {}, and the old name still stands in {}. Change these definitions if they mean the"
                                + " schema, by hand or by a migration",
                        newSchema,
                        schema,
                        shown(left));
            }
            return newSchema;
        }
    }

    private static String shown(List<Place> places) {
        String first = places.stream().limit(MOST_SHOWN).map(Place::object).collect(Collectors.joining(", "));
        return places.size() <= MOST_SHOWN ? first : first + " and " + (places.size() - MOST_SHOWN) + " more places";
    }
}
