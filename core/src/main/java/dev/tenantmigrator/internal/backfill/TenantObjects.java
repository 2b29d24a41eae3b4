package dev.tenantmigrator.internal.backfill;

import dev.tenantmigrator.internal.backfill.DatabaseObject.Kind;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Set;
import java.util.stream.Collectors;

/** What a tenant has now, by name. Immutable; as old as the moment it was read. */
public final class TenantObjects {

    private final String schema;
    private final Set<DatabaseObject> objects;

    private TenantObjects(String schema, Set<DatabaseObject> objects) {
        this.schema = schema;
        this.objects = Set.copyOf(objects);
    }

    /**
     * Reads one schema in one query.
     *
     * @param connection stays as it is; an open transaction's own changes count
     * @param schema the tenant
     * @return what it has; nothing when there is no such schema
     * @throws SQLException when PostgreSQL refuses the query
     */
    public static TenantObjects read(Connection connection, String schema) throws SQLException {
        Set<DatabaseObject> objects = DefinitionReader.open(
                connection,
                schema,
                catalog -> catalog.query(ObjectQueries.PRESENT, row -> row.object(1)).stream()
                        .collect(Collectors.toSet()));
        return new TenantObjects(schema, objects);
    }

    /** The tenant's schema. */
    public String schema() {
        return schema;
    }

    /** The tenant's tables, partitioned and foreign ones included. */
    public Set<String> tables() {
        return objects.stream()
                .filter(object -> object.kind() == Kind.TABLE)
                .map(DatabaseObject::name)
                .collect(Collectors.toUnmodifiableSet());
    }

    boolean has(DatabaseObject object) {
        return objects.contains(object);
    }
}
