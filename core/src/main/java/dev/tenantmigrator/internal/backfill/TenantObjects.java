package dev.tenantmigrator.internal.backfill;

import dev.tenantmigrator.internal.backfill.DatabaseObject.Kind;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Set;
import java.util.stream.Collectors;

/** The objects of a tenant at the moment when they were read. Immutable. */
public final class TenantObjects {

    private final String schema;
    private final Set<DatabaseObject> objects;

    private TenantObjects(String schema, Set<DatabaseObject> objects) {
        this.schema = schema;
        this.objects = Set.copyOf(objects);
    }

    /**
     * Reads one schema. The transaction's settings are restored.
     *
     * @param connection in a transaction, whose own changes count
     * @param schema the tenant
     * @return no objects when there is no such schema
     */
    public static TenantObjects read(Connection connection, String schema) throws SQLException {
        Set<DatabaseObject> objects = DefinitionReader.read(
                connection,
                schema,
                reader -> reader.query(ObjectQueries.PRESENT, row -> row.object(1)).stream()
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
