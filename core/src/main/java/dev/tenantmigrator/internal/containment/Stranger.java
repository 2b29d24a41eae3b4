package dev.tenantmigrator.internal.containment;

/**
 * Something outside of the tenant's schema that a transaction touched.
 *
 * @param kind what it is, e.g. {@code table}
 * @param catalog the number of the catalog that holds it
 * @param oid its number there; 0 where it does not matter
 * @param owner the number of the table that it belongs to, as an index does; its own otherwise
 * @param name its name with its schema; empty when it cannot be told
 */
record Stranger(String kind, long catalog, long oid, long owner, String name) {

    /** What has no name that could be told. */
    static Stranger withoutName(String kind) {
        return new Stranger(kind, 0, 0, 0, "");
    }

    /** Whether it is a relation: a table or something like it. */
    boolean isRelation() {
        return owner != 0;
    }

    @Override
    public String toString() {
        return name.isEmpty() ? kind : kind + " " + name;
    }
}
