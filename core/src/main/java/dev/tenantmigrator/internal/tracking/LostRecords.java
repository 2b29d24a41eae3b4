package dev.tenantmigrator.internal.tracking;

import dev.tenantmigrator.Tenants;
import dev.tenantmigrator.TrackingStore;
import dev.tenantmigrator.internal.config.Config;
import dev.tenantmigrator.internal.jdbc.LockHolders;
import dev.tenantmigrator.internal.jdbc.Queries;
import dev.tenantmigrator.internal.jdbc.ReadOnlyTransaction;
import dev.tenantmigrator.internal.jdbc.Session;
import dev.tenantmigrator.internal.tracking.store.Recorder;
import dev.tenantmigrator.report.Failure;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Finds schemas without a record, which no run includes, and says why a name is no tenant's. */
public final class LostRecords {

    private LostRecords() {}

    /**
     * The selected schemas that have all required tables and no record, sorted; none when no table is required.
     *
     * @param tables the required tables of each schema
     * @param fleet the tenants that were read at about the same time
     */
    public static List<String> among(
            Config config, Tenants tenants, Map<String, Set<String>> tables, FleetReader.Fleet<?> fleet)
            throws SQLException {
        Set<String> required = config.requiredTables();
        FleetReader reader = new FleetReader(config);
        List<String> unrecorded = tables.entrySet().stream()
                .filter(schema -> !required.isEmpty() && schema.getValue().containsAll(required))
                .map(Map.Entry::getKey)
                .filter(schema -> !fleet.rows().containsKey(schema)
                        && !fleet.failures().containsKey(schema)
                        && tenants.includes(schema)
                        && reader.mayBeTenant(schema))
                .sorted()
                .toList();
        if (unrecorded.isEmpty()) {
            return unrecorded;
        }
        try (Session session = Session.openToRead(config.dataSource())) {
            // A tenant may have been created or dropped between the two readings.
            Set<String> recorded = new HashSet<>(reader.existing(session.connection(), unrecorded));
            return Queries.existingSchemas(session.connection(), unrecorded).stream()
                    .filter(schema -> !recorded.contains(schema))
                    .sorted()
                    .toList();
        }
    }

    /** The failure for a name that is no tenant's, on a connection without a transaction. */
    public static Failure notFound(Config config, Connection connection, String schema) throws SQLException {
        return ReadOnlyTransaction.run(connection, config.lockTimeout(), reading -> describe(config, reading, schema));
    }

    /** Like {@link #notFound}, in an open transaction. */
    public static Failure notFoundWithin(Config config, Connection transaction, String schema) throws SQLException {
        return ReadOnlyTransaction.within(
                transaction, config.lockTimeout(), reading -> describe(config, reading, schema));
    }

    private static Failure describe(Config config, Connection connection, String schema) throws SQLException {
        if (!Queries.schemaExists(connection, schema) || !TenantSchemas.mayBeTenant(schema, config.sharedSchema())) {
            return TenantSchemas.notFound(schema);
        }
        return Failure.of("there is no such tenant: " + reason(config, connection, schema))
                .inTenant(schema);
    }

    private static String reason(Config config, Connection connection, String schema) throws SQLException {
        if (!config.tenants().includes(schema)) {
            return "the schema exists, but this migrator's filter of tenants leaves it out";
        }
        Set<String> required = config.requiredTables();
        boolean complete = !required.isEmpty()
                && Queries.presentTables(connection, List.of(schema), required)
                        .getOrDefault(schema, Set.of())
                        .containsAll(required);
        Optional<String> table = config.recorder().tableInSchema();
        boolean altered = table.isPresent()
                && !Queries.presentTables(connection, List.of(schema), List.of(table.get()))
                        .isEmpty();
        Optional<String> elsewhere = otherStore(config, connection, schema);
        if (elsewhere.isPresent()) {
            return "it is recorded in the other tracking store; use that store (--tracking " + elsewhere.get()
                    + "), or move its record (move-tracking)";
        }
        if (altered) {
            return "the schema exists, but its " + table.get() + " is not a table of the library's five columns: it was"
                    + " altered, or belongs to another tool; restore it, or move it away and adopt the schema";
        }
        String record = table.orElse("record in the tracking store");
        return complete
                ? "the schema exists and has the required tables, but no " + record
                        + ": it was dropped, renamed or moved; restore it or rename it back; or adopt the schema"
                : "the schema exists, but has no " + record + "; if it is a tenant, adopt it";
    }

    /** The other one of the library's two stores, when it has a record. The last question, because waiting in vain ends the transaction. */
    private static Optional<String> otherStore(Config config, Connection connection, String schema)
            throws SQLException {
        TrackingStore own = config.recorder().store();
        boolean perSchema = own.equals(TrackingStore.perSchema());
        if (!perSchema && !own.equals(TrackingStore.fleet())) {
            return Optional.empty();
        }
        TrackingStore other = perSchema ? TrackingStore.fleet() : TrackingStore.perSchema();
        try {
            return Recorder.of(other, config.lockTimeout()).isTracked(connection, schema)
                    ? Optional.of(perSchema ? "fleet" : "schema")
                    : Optional.empty();
        } catch (SQLException e) {
            if (LockHolders.isTimeout(e)) {
                return Optional.empty();
            }
            throw e;
        }
    }
}
