package dev.tenantmigrator.internal.tenant;

import dev.tenantmigrator.InvalidTenantNameException;
import dev.tenantmigrator.Migration;
import dev.tenantmigrator.MigrationScript;
import dev.tenantmigrator.TenantExistsException;
import dev.tenantmigrator.TenantName;
import dev.tenantmigrator.TenantNotFoundException;
import dev.tenantmigrator.TrackingStore;
import dev.tenantmigrator.internal.config.Config;
import dev.tenantmigrator.internal.containment.Containment;
import dev.tenantmigrator.internal.jdbc.Jdbc;
import dev.tenantmigrator.internal.jdbc.Queries;
import dev.tenantmigrator.internal.jdbc.Session;
import dev.tenantmigrator.internal.script.PreparedScripts;
import dev.tenantmigrator.internal.script.ScratchSchema;
import dev.tenantmigrator.internal.source.MigrationCatalog;
import dev.tenantmigrator.internal.tracking.TenantSchemas;
import dev.tenantmigrator.internal.tracking.store.Recorder;
import dev.tenantmigrator.report.AdoptionPlan;
import dev.tenantmigrator.report.Failure;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Turns existing schemas without a tracking table into tenants. */
public final class Adoption {

    private final Config config;
    private final MigrationCatalog catalog;

    /** Reads the migrations; an instance serves one call. */
    public Adoption(Config config) {
        this.config = config;
        this.catalog = MigrationCatalog.read(config.migrations());
    }

    /** Finds which versions a schema already has. */
    public AdoptionPlan plan(String schema) throws SQLException {
        TenantSchemas.requireMayBeTenant(schema, config.sharedSchema());
        try (Session session = Session.open(config.dataSource())) {
            Connection connection = session.connection();
            refuseUnlessAdoptable(connection, schema);
            List<MigrationScript> scripts =
                    catalog.migrations().stream().map(Migration::up).toList();
            PreparedScripts prepared = PreparedScripts.prepareForCreation(config, connection, scripts);
            Map<String, Set<String>> added =
                    ScratchSchema.use(session, config, new Containment(config), prepared, this::columnsByVersion);
            int known = knownVersions(added, columns(connection, schema));
            return new AdoptionPlan(
                    schema,
                    catalog.versions().subList(0, known),
                    catalog.versions().subList(known, catalog.versions().size()));
        }
    }

    /** By version the columns that it adds and that still exist after the last version. */
    private Map<String, Set<String>> columnsByVersion(ScratchSchema scratch) throws SQLException {
        Map<String, Set<String>> added = new LinkedHashMap<>();
        Set<String> before = Set.of();
        for (Migration migration : catalog.migrations()) {
            scratch.apply(migration);
            Set<String> now = columns(scratch.connection(), scratch.schema());
            Set<String> difference = new HashSet<>(now);
            difference.removeAll(before);
            added.put(migration.version(), difference);
            before = now;
        }
        Set<String> last = before;
        added.values().forEach(columns -> columns.retainAll(last));
        return added;
    }

    /**
     * The number of leading versions that a schema has. It ends before the first version with a missing column. A version that adds no
     * column counts only if a later one is recognized.
     */
    private static int knownVersions(Map<String, Set<String>> added, Set<String> columns) {
        int known = 0;
        int position = 0;
        for (Set<String> ofVersion : added.values()) {
            position++;
            if (!columns.containsAll(ofVersion)) {
                return known;
            }
            if (!ofVersion.isEmpty()) {
                known = position;
            }
        }
        return known;
    }

    /** Creates the tracking record and records versions as applied. */
    public void adopt(String schema, Collection<String> versions) throws SQLException {
        TenantSchemas.requireMayBeTenant(schema, config.sharedSchema());
        versions.forEach(catalog::get);
        List<Migration> migrations = catalog.migrations().stream()
                .filter(migration -> versions.contains(migration.version()))
                .toList();
        try (Session session = Session.open(config.dataSource())) {
            WaitForTenant.run(config, session, schema, connection -> {
                refuseUnlessAdoptable(connection, schema);
                Recorder recorder = config.recorder();
                recorder.prepare()
                        .addAll(recorder.create(schema))
                        .addAll(recorder.insertAll(schema, migrations))
                        .send(connection);
                return schema;
            });
        }
    }

    private void refuseUnlessAdoptable(Connection connection, String schema) throws SQLException {
        if (schema.indexOf('$') != schema.lastIndexOf('$')) {
            throw new InvalidTenantNameException(schema, "two '$' could end a dollar quote; rename the schema first");
        }
        // PostgreSQL would cut a longer name and find another schema.
        boolean tooLong = schema.getBytes(StandardCharsets.UTF_8).length > TenantName.MAX_BYTES;
        if (tooLong || !Queries.schemaExists(connection, schema)) {
            throw new TenantNotFoundException(Failure.of("there is no schema of this name; check the spelling")
                    .inTenant(schema));
        }
        if (config.recorder().isTracked(connection, schema)) {
            throw new TenantExistsException(Failure.of("this schema is a tenant already; see its status")
                    .inTenant(schema));
        }
        for (TrackingStore other : List.of(TrackingStore.perSchema(), TrackingStore.fleet())) {
            if (Recorder.of(other, config.lockTimeout()).isTracked(connection, schema)) {
                throw new TenantExistsException(
                        Failure.of("this schema is a tenant already, recorded in the other store; move its record"
                                        + " (move-tracking), or use that store (--tracking "
                                        + (other.equals(TrackingStore.fleet()) ? "fleet" : "schema") + ")")
                                .inTenant(schema));
            }
        }
        Optional<String> table = config.recorder().tableInSchema();
        if (table.isPresent() && !columns(connection, schema, table.get()).isEmpty()) {
            throw new TenantExistsException(Failure.of("this schema holds a table " + table.get()
                            + " of another tool, which the library does not touch; move the table away first, or keep the"
                            + " record outside of the tenants (--tracking fleet)")
                    .inTenant(schema));
        }
    }

    private static Set<String> columns(Connection connection, String schema) throws SQLException {
        return columns(connection, schema, "%");
    }

    /** The columns, as {@code table.column}, of tables whose name is {@code LIKE} a pattern. */
    private static Set<String> columns(Connection connection, String schema, String tables) throws SQLException {
        String query = """
                SELECT pg_catalog.format('%I.%I', c.relname, a.attname)
                  FROM pg_catalog.pg_namespace n
                  JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relkind IN ('r', 'p')
                  JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
                 WHERE n.nspname = ? AND c.relname LIKE ?""";
        return new HashSet<>(Jdbc.query(connection, query, row -> row.getString(1), schema, tables));
    }
}
