package dev.tenantmigrator.internal.containment;

import dev.tenantmigrator.internal.jdbc.Jdbc;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * Something outside of the tenant's schema that a transaction touched, read from a line of the full check's answer.
 *
 * @param catalog the OID of the catalog that describes the object; 0 where {@code name} is all that is known
 * @param oid the object's OID there
 * @param name kind and name, as in {@code operator public.===(integer,integer)}; empty for a dropped object, which has its name
 *     again after the rollback
 */
record ForeignObject(long catalog, long oid, String name) {

    private static final Predicate<String> OID = Pattern.compile("[0-9]{1,10}").asMatchPredicate();

    /** Reads {@code catalog:oid:name}; empty for any other line. */
    static Optional<ForeignObject> parse(String line) {
        String[] parts = line.split(":", 3);
        return parts.length == 3 && OID.test(parts[0]) && OID.test(parts[1])
                ? Optional.of(new ForeignObject(Long.parseLong(parts[0]), Long.parseLong(parts[1]), parts[2]))
                : Optional.empty();
    }

    /** Kind and name for a message, looked up after the rollback where the answer had none. */
    String describe(Connection connection) throws SQLException {
        String known = name.isEmpty() ? lookUp(connection).orElse("an object that is gone") : name;
        return known.replaceFirst("^default acl for", "default privileges for");
    }

    /** Whether it belongs to the database or the server, so that no allow list can name it. */
    boolean isInNoSchema() {
        return Catalogs.of(Catalogs.Owner.NOBODY).stream()
                .anyMatch(nobodys -> nobodys.oid() == catalog || nobodys.kind().equals(name));
    }

    /** The remedy, by the class of the object. */
    String advice() {
        if (isInNoSchema()) {
            return "No option allows this, because it belongs to no schema: remove it from the migrations, and change it once by"
                    + " hand, with a role that may";
        }
        if (catalog == Catalogs.PG_NAMESPACE.oid()) {
            return "To allow it, name the schema (--allow-schema)";
        }
        boolean relation = Catalogs.of(Catalogs.Owner.SCHEMA).stream()
                .noneMatch(other -> other != Catalogs.PG_CLASS && other.oid() == catalog);
        return "To allow it, name it as a shared object (--shared-object)"
                + (relation ? ", a table (--allow-table)" : "")
                + " or a schema (--allow-schema), or allow changes of the shared schema for one run (--allow-shared-schema)";
    }

    private Optional<String> lookUp(Connection connection) throws SQLException {
        return Jdbc.queryOptional(
                        connection,
                        "SELECT i.type || ' ' || i.identity FROM pg_catalog.pg_identify_object(?::oid, ?::oid, 0) i",
                        row -> Optional.ofNullable(row.getString(1)),
                        catalog,
                        oid)
                .flatMap(found -> found);
    }
}
